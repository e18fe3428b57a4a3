"""Changes since the last view of an order, by this person or by anyone; nothing personal is kept for this purpose."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.management.commands import prune_access_records
from orders.itinerary import statuses
from orders.models import AccessRecord, Connection, ViewedOrder
from orders.privacy import viewed_order
from orders.privacy.sealing import seal
from orders.storage import combined_statement
from sandbox.server import Sandbox
from tests.full_disk import no_room
from tests.pages.conftest import connect
from tests.pages.reading import text_in
from tests.pages.test_embed import DESK, read, token_for

REF = "0c4a9d1e-77aa-4f0b-8d11-c4a9d1e00014"
PERSONAL = ("Maeve", "Brennan", "maeve@example.com", "+353 87 555 0190", "PA4412365", "4111111111111111")


def flight(
    number: str = "BX582", day: str = "2027-01-27", at: str = "06:40 > AGP 10:40", **more: Any
) -> dict[str, Any]:
    return {"price": 100.0, "_flights": [f"{number} DUB {day} {at} Economy/Plus/Y/320"], **more}


def order(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"ref": REF, "referenceId": "MOVED1", "status": "CONFIRMED", "price": 200, "items": list(items), **more}


@pytest.fixture
def moving(cdp: Sandbox) -> Sandbox:
    cdp.change_order(order(flight(), flight("BX584", "2027-02-03")))
    return cdp


def view(client: Client) -> str:
    """The words of the strip; "" if the page has none."""
    page = client.get(f"/orders/{REF}/")
    assert page.status_code == 200
    return strip_in(page.content.decode())


def strip_in(html: str) -> str:
    if '<section class="changes"' not in html:
        return ""
    return text_in(html[html.index('<section class="changes"') :].partition("</section>")[0])


def colleague(cdp: Sandbox) -> Client:
    user = User.objects.create_user("colleague", password="a long enough password")
    connect(user, cdp, "another name")
    client = Client()
    client.force_login(user)
    return client


# The CDP's data at the second view, and the strip's words then.
MOVES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "times": (
        order(flight(at="07:15 > AGP 11:15"), flight("BX584", "2027-02-03")),
        ("BX 582 DUB–AGP departs was 06:40 → now 07:15", "arrives was 10:40 → now 11:15"),
    ),
    "day": (
        order(flight(day="2027-01-28"), flight("BX584", "2027-02-03")),
        ("departs was Wed 27 Jan 06:40 → now Thu 28 Jan 06:40",),
    ),
    "number": (order(flight("BX588"), flight("BX584", "2027-02-03")), ("BX 588 DUB–AGP was BX 582 → now BX 588",)),
    "gone": (order(flight()), ("BX 584 DUB–AGP, Wed 3 Feb no longer on this order",)),
    "new": (
        order(flight(), flight("BX584", "2027-02-03"), flight("BX590", "2027-03-03")),
        ("BX 590 DUB–AGP, Wed 3 Mar new on this order",),
    ),
    "status": (
        order(flight(), flight("BX584", "2027-02-03"), status="CANCELLED"),
        ("Status was Confirmed → now Cancelled",),
    ),
    "status of an item": (
        order(flight(status="CANCELLED"), flight("BX584", "2027-02-03")),
        ("BX 582 DUB–AGP was Confirmed → now Cancelled",),
    ),
    "travellers": (
        order(flight(quantity=3), flight("BX584", "2027-02-03")),
        ("BX 582 DUB–AGP travellers was 1 → now 3",),
    ),
    "travellers and status": (
        order(flight(), flight(status="CANCELLED", quantity=2), flight("BX584", "2027-02-03")),
        ("BX 582 DUB–AGP was Confirmed → now Cancelled, Confirmed",),
    ),
    "total": (
        order(flight(), flight("BX584", "2027-02-03"), price=250.5),
        ("Order total was 200.00 EUR → now 250.50 EUR",),
    ),
    "nothing": (order(flight(), flight("BX584", "2027-02-03"), channel="MOBILE_APP"), ()),
}


@pytest.mark.parametrize("move", MOVES)
def test_what_moved_is_shown_before_and_now(move: str, desk: Client, moving: Sandbox) -> None:
    after, says = MOVES[move]
    assert view(desk) == ""
    moving.change_order(copy.deepcopy(after))
    for _view in ("first", "reloaded"):
        shown = view(desk)
        assert bool(shown) == bool(says)
        for words in ("Changed since you viewed it on", *says) if says else ():
            assert words in shown


# Statuses that are not in our table: of the order and of its first flight, at the first view and at the second.
STRANGE: dict[str, tuple[dict[str, str], dict[str, str], str, tuple[str, ...]]] = {
    "of the order": ({}, {}, "ACME-1 > ACME-2", ("Status was another status → now ACME-2",)),
    "from a known one": ({}, {}, "CONFIRMED > ACME-2", ("Status was Confirmed → now ACME-2",)),
    "to a known one": ({}, {}, "ACME-1 > CANCELLED", ("Status was another status → now Cancelled",)),
    "from none": ({}, {}, " > ACME-2", ("Status was No status → now ACME-2",)),
    "in another spelling": ({}, {}, "ACME-1 > acme 1", ()),
    "of a flight": (
        {"status": "ACME-1"},
        {"status": "ACME-2"},
        "CONFIRMED > CONFIRMED",
        ("BX 582 DUB–AGP was another status → now ACME-2",),
    ),
    "the old one is still on the order": (
        {"status": "ACME-1"},
        {"status": "ACME-2"},
        "ACME-1 > ACME-1",
        ("BX 582 DUB–AGP was ACME-1 → now ACME-2",),
    ),
    "called cancelled": (
        {"status": "cancelled by desk 7"},
        {"status": "cancelled by desk 8"},
        "CONFIRMED > CONFIRMED",
        ("BX 582 DUB–AGP was another status → now cancelled by desk 8",),
    ),
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_change_of_a_status_that_is_not_in_our_table_is_seen(case: str, desk: Client, cdp: Sandbox) -> None:
    before, after, statuses, says = STRANGE[case]
    was, now = statuses.split(" > ") if not statuses.startswith(" >") else ("", statuses[3:])
    cdp.change_order(order(flight(**before), status=was))
    assert view(desk) == ""
    cdp.change_order(order(flight(**after), status=now))
    shown = view(desk)
    assert bool(shown) == bool(says), shown
    for words in says:
        assert words in shown


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("CONFIRMED CONFIRMED", "CONFIRMED CANCELLED", "was 2 × Confirmed → now 1 × Cancelled, 1 × Confirmed"),
        ("CONFIRMED CONFIRMED DECLINED", "CANCELLED CANCELLED DECLINED", "was 2 × Confirmed → now 2 × Cancelled"),
        ("CONFIRMED", "", "was 1 × Confirmed → now –"),
        ("ACME-1", "ACME-2", "was 1 × another status → now 1 × ACME-2"),
        ("CONFIRMED CANCELLED", "CANCELLED CONFIRMED", ""),
    ],
)
def test_a_change_of_items_that_are_no_flights_is_seen(
    before: str, after: str, says: str, desk: Client, cdp: Sandbox
) -> None:
    bags = [[{"type": "BAG", "price": 1, "status": each} for each in sent.split()] for sent in (before, after)]
    cdp.change_order(order(flight(), *bags[0]))
    assert view(desk) == ""
    cdp.change_order(order(flight(), *bags[1]))
    shown = view(desk)
    assert ("Other items " in shown) is bool(says)
    assert says in shown and "BX 582" not in shown


@pytest.fixture
def own_spellings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Spellings that a test adds are forgotten after it."""
    monkeypatch.setattr(statuses, "_BY_KEY", {**statuses._BY_KEY})
    yield
    statuses.status.cache_clear()


@pytest.mark.parametrize(
    ("after", "says"), [("GEBUCHT", ""), ("CANCELLED", "BX 582 DUB–AGP was Confirmed → now Cancelled")]
)
@pytest.mark.usefixtures("own_spellings")
def test_a_spelling_that_an_operator_adds_is_no_change(after: str, says: str, desk: Client, cdp: Sandbox) -> None:
    others = [{"type": "BAG", "price": 1, "status": sent} for sent in ("CONFIRMED", "Gebucht!")]
    both = flight("BX584", "2027-02-03"), flight("BX584", "2027-02-03", status="GEBUCHT")
    cdp.change_order(order(flight(status="GEBUCHT"), *both, *others, status="gebucht"))
    assert view(desk) == ""
    statuses.add_spellings(["GEBUCHT=CONFIRMED"])
    cdp.change_order(order(flight(status=after), *both, *others, status="gebucht"))
    shown = view(desk)
    assert bool(shown) == bool(says)
    assert says in shown
    assert not any(words in shown for words in ("Status", "Other items", "BX 584", "another status"))


@pytest.mark.parametrize(("most", "compared"), [(120, True), (121, False)])
def test_an_order_of_more_flights_than_are_kept_is_not_compared(
    most: int, compared: bool, desk: Client, cdp: Sandbox
) -> None:
    flights = [flight(f"BX{number}") for number in range(100, 100 + most)]
    cdp.change_order(order(*flights))
    assert view(desk) == ""
    cdp.change_order(order(*flights[1:]))
    assert ("no longer on this order" in view(desk)) is compared


def rewrite(person: User, **fields: Any) -> None:
    """Change fields in the digest of the person's view."""
    row = ViewedOrder.objects.get(user_id=person.pk)
    old = json.loads(viewed_order._opened(row.digest, person.pk, row.key)) | fields
    sealed = seal(json.dumps(old), viewed_order._binding(person.pk, row.key))
    ViewedOrder.objects.filter(pk=row.pk).update(digest=sealed)


def test_a_digest_of_an_older_form_is_not_compared(desk: Client, moving: Sandbox, agent: User) -> None:
    view(desk)
    rewrite(agent, form=2)
    moving.change_order(order(flight(), status="CANCELLED"))
    assert view(desk) == ""
    moving.change_order(order(flight(), status="REFUNDED"))
    assert "Status was Cancelled → now Refunded" in view(desk)


def test_a_view_long_after_shows_only_what_changed_since_the_last(desk: Client, moving: Sandbox) -> None:
    view(desk)
    moving.change_order(order(flight(at="07:15 > AGP 11:15"), flight("BX584", "2027-02-03")))
    assert "07:15" in view(desk)
    ViewedOrder.objects.update(at=timezone.now() - viewed_order.SAME_VIEW - timedelta(minutes=1))
    assert view(desk) == ""


def test_a_colleagues_view_is_what_a_first_one_is_compared_with(desk: Client, moving: Sandbox) -> None:
    other = colleague(moving)
    assert view(other) == ""
    moving.change_order(order(flight(at="07:15 > AGP 11:15"), flight("BX584", "2027-02-03")))
    assert "Changed since a colleague viewed it on" in view(desk)
    assert "A colleague saw" not in view(desk)
    assert "A colleague saw the current version on" in view(other)


def test_it_says_what_a_colleague_has_seen(desk: Client, moving: Sandbox) -> None:
    view(desk)
    moving.change_order(order(flight(), status="CANCELLED"))
    assert "No recent view by a colleague is available for comparison." in view(desk)
    other = colleague(moving)
    view(other)
    moving.change_order(order(flight(), status="REFUNDED"))
    assert "A colleague saw an older version on" in view(desk)


@pytest.mark.parametrize("fields", [{"form": 2}, {"reading": "utc"}, {}])
def test_a_colleagues_view_that_cannot_be_compared_is_not_called_an_earlier_state(
    fields: dict[str, Any], desk: Client, moving: Sandbox
) -> None:
    view(desk)
    view(colleague(moving))
    rewrite(User.objects.get(username="colleague"), **fields)
    moving.change_order(order(flight(), status="CANCELLED"))
    assert ("A colleague saw an older version" in view(desk)) is (not fields)


def test_a_view_in_the_frame_beside_the_ticket_counts(desk: Client, moving: Sandbox, settings: Any) -> None:
    settings.EMBED_ORIGINS = (DESK,)
    assert read(token_for(desk), REF).status_code == 200
    moving.change_order(order(flight(), status="CANCELLED"))
    assert "Changed since you viewed it on" in view(desk)


def test_what_changed_is_shown_in_the_frame_beside_the_ticket(desk: Client, moving: Sandbox, settings: Any) -> None:
    settings.EMBED_ORIGINS = (DESK,)
    assert view(desk) == ""
    moving.change_order(order(flight(at="07:15 > AGP 11:15"), flight("BX584", "2027-02-03")))
    frame = read(token_for(desk), REF).text
    shown = strip_in(frame)
    for words in ("Changed since you viewed it on", "BX 582 DUB–AGP departs was 06:40 → now 07:15"):
        assert words in shown
    assert frame.index('class="changes"') < frame.index('id="itinerary"')
    [anchor] = re.findall('href="#(flight-[^"]+)"', frame.partition('class="changes"')[2].partition("</section>")[0])
    assert frame.count(f'id="{anchor}"') == 1


def test_another_tenant_is_another_order(desk: Client, moving: Sandbox, agent: User, settings: Any) -> None:
    view(desk)
    with Sandbox() as elsewhere:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "elsewhere": elsewhere.url}
        elsewhere.change_order(order(flight(at="09:00 > AGP 13:00")))
        other = Connection(user=agent, name="other")
        other.set_credentials(region="elsewhere", client_key=elsewhere.client_key, token=elsewhere.token)
        other.keep()
        page = desk.get(f"/orders/{REF}/?connection=other").content.decode()
    assert "09:00" in page and 'class="changes"' not in page
    assert len(set(ViewedOrder.objects.values_list("key", flat=True))) == 2


@pytest.mark.parametrize("fault", ["503@items", "wrong-types@items"])
def test_an_order_that_did_not_load_whole_is_not_compared(fault: str, desk: Client, cdp: Sandbox) -> None:
    name, _at, part = fault.partition("@")
    cdp.change_order(order(*(flight(f"BX{500 + number}") for number in range(12))))
    assert view(desk) == ""
    cdp.set_fault(REF, name, part=part)
    assert "no longer" not in view(desk)
    cdp.clear_faults(REF)
    assert view(desk) == ""


def test_nothing_personal_is_kept(desk: Client, cdp: Sandbox, agent: User) -> None:
    """Every text field of the order has something personal in it; the digest contains none of it."""
    name, family, email, phone, passport, card = PERSONAL
    segment = {
        "origin": name, "destination": family, "departureDateTime": "2027-01-27T06:40Z", "arrivalDateTime": "2027-01-27T10:40Z",
        "carrier": name, "flightNumber": phone, "operatingCarrier": family, "fareClass": email, "bookingClass": passport,
    }  # fmt: skip
    cdp.change_order({
        "ref": REF, "referenceId": f"{family}", "status": f"{name} {family}", "price": 10, "currencyCode": name,
        "paymentType": card, "cardType": card, "channel": email, "pointOfSale": phone, "remark": passport,
        "items": [{"type": "FLIGHT", "name": name, "description": email, "status": family, "flightSegments": [segment]}],
    })  # fmt: skip
    view(desk)
    row = ViewedOrder.objects.get()
    kept = viewed_order._opened(row.digest, agent.pk, row.key)
    assert json.loads(kept)["flights"][0][3:5] == ["2027-01-27T06:40", "2027-01-27T10:40"]
    for secret in (*PERSONAL, REF):
        for column in (kept, row.digest, row.key, row.mark):
            assert secret.lower() not in column.lower()
    assert name not in row.digest and "flights" not in row.digest


def test_a_digest_opens_for_its_own_row_only(desk: Client, moving: Sandbox, agent: User) -> None:
    view(desk)
    row = ViewedOrder.objects.get()
    assert viewed_order._opened(row.digest, agent.pk, row.key)
    assert viewed_order._opened(row.digest, agent.pk + 1, row.key) == ""
    assert viewed_order._opened(row.digest, agent.pk, "0" * 64) == ""


def test_a_page_pays_one_statement_at_most_and_nothing_when_switched_off(
    desk: Client, moving: Sandbox, settings: Any
) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(database) as queries:
            view(desk)
        return [query["sql"] for query in queries]

    view(desk)
    with_digest = statements()
    settings.CHANGES_DAYS = 0
    without = statements()
    # On PostgreSQL it is stored with the access record.
    assert len(with_digest) == len(without) + (0 if combined_statement.is_possible(database) else 1)
    assert any("orders_viewedorder" in sql for sql in with_digest)
    assert not any("orders_viewedorder" in sql for sql in without)


def test_old_digests_are_not_compared_and_are_pruned(desk: Client, moving: Sandbox) -> None:
    view(desk)
    ViewedOrder.objects.update(at=timezone.now() - timedelta(days=91))
    moving.change_order(order(flight(), status="CANCELLED"))
    assert view(desk) == ""
    ViewedOrder.objects.update(at=timezone.now() - timedelta(days=91))
    output = StringIO()
    call_command("prune_access_records", "--older-than", "400d", "--dry-run", stdout=output)
    assert "views to compare with to be removed: 1" in output.getvalue() and ViewedOrder.objects.count() == 1
    call_command("prune_access_records", "--older-than", "400d", stdout=output)
    assert not ViewedOrder.objects.exists()


def test_pages_get_in_between_while_many_old_views_are_removed(
    desk: Client, moving: Sandbox, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    view(desk)
    old = timezone.now() - timedelta(days=91)
    ViewedOrder.objects.bulk_create(ViewedOrder(key=f"{n}", user_id=n, at=old) for n in range(2_500))
    left = []

    def page() -> int:
        """The number of views that another connection sees after the page has been viewed."""
        view(desk)
        count = ViewedOrder.objects.count()
        connections.close_all()
        return count

    def pause(_seconds: float) -> None:
        with ThreadPoolExecutor(1) as other:
            left.append(other.submit(page).result())

    monkeypatch.setattr(prune_access_records, "time", SimpleNamespace(sleep=pause))
    output = StringIO()
    call_command("prune_access_records", "--older-than", "400d", stdout=output)
    assert "views to compare with removed: 2500" in output.getvalue()
    assert left == [1_501, 501, 1]
    assert AccessRecord.objects.filter(what="order_opened").count() == 4


def test_a_full_disk_costs_the_comparison_and_no_page(desk: Client, moving: Sandbox, transactional_db: None) -> None:
    records = AccessRecord.objects.filter(what="order_opened")
    with no_room("1 = 1", "orders_viewedorder"):
        assert view(desk) == ""
    assert records.count() == 1
