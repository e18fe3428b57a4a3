"""Requests started by another site: only a link that a person follows is served, and no other leaves a record or makes a call."""

from __future__ import annotations

from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.conftest import SEED
from tests.panels import PANELS_OF_AN_ORDER
from tests.recorded import recorded_views

GUEST = "2fb6e7a4-6f3b-4d3c-9d61-0c1a5c1f0a11"
# A page, and where another site's link to it leads ("" for the page itself).
PAGES = {
    "/": "",
    f"/orders/{SEED}/?ticket=RT-1": "",
    "/orders/B94TXY/?ticket=RT-1": "",
    "/orders/?q=B94TXY&ticket=RT-1": "",
    "/orders/B94TXY%20FAM4OB/?ticket=RT-1": "",
    "/connections/": "",
    "/activity/?ticket=RT-1": "",
    "/find-person/": "",
    "/admin/": "",
    "/nothing-here/": "",
    **{f"/orders/{SEED}/{panel}?ticket=RT-1": f"/orders/{SEED}/?ticket=RT-1" for panel in PANELS_OF_AN_ORDER},
    f"/orders/{SEED}/custom-data/?connection=sandbox": f"/orders/{SEED}/?connection=sandbox",
    f"/orders/{SEED}/guests/{GUEST}/orders/": f"/orders/{SEED}/",
    f"/orders/{SEED}/raw/?ticket=RT-1": f"/orders/{SEED}/?ticket=RT-1",
    f"/orders/{SEED}/itinerary.ics": f"/orders/{SEED}/",
    f"/orders/{SEED}/reveal/": f"/orders/{SEED}/",
    "/orders/B94TXY/contacts/?ticket=RT-1": "/orders/B94TXY/?ticket=RT-1",
    "/activity/export.csv": "/activity/",
}
FOREIGN = ("same-site", "cross-site", "something new")
MODES = ("navigate", "no-cors", "cors", "same-origin", "websocket", "")
DESTS = ("document", "iframe", "frame", "image", "script", "style", "embed", "object", "empty", "fencedframe", "")
METHODS = ("get", "head", "post", "put", "delete", "options")
LINK = ("navigate", "document", "get")


def fetch_headers(site: str | None, mode: str, dest: str) -> dict[str, str]:
    given = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    return {name: value for name, value in given.items() if value}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_but_a_link_is_served_to_another_site(desk: Client, cdp: Sandbox, page: str) -> None:
    every_get = product(FOREIGN[:2], MODES, DESTS, ("get",))
    every_method = product(FOREIGN, ("navigate", "no-cors"), ("document", "empty"), METHODS)
    for site, mode, dest, method in {*every_get, *every_method}:
        if (mode, dest, method) != LINK:
            answer = getattr(desk, method)(page, headers=fetch_headers(site, mode, dest))
            assert answer.status_code == 403, (site, mode, dest, method)
    assert not recorded_views().exists()
    assert cdp.calls()["total"] == 0


@pytest.mark.parametrize("site", FOREIGN)
@pytest.mark.parametrize(("page", "leads_to"), PAGES.items())
def test_a_link_opens_a_page_and_a_link_to_a_part_opens_the_page_around_it(
    desk: Client, site: str, page: str, leads_to: str
) -> None:
    answer = desk.get(page, headers=fetch_headers(site, "navigate", "document"))
    if leads_to:
        assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)
        assert not recorded_views().exists()
    else:
        as_before = desk.get(page)
        assert (answer.status_code, answer.headers.get("Location")) == (
            as_before.status_code,
            as_before.headers.get("Location"),
        )


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose"])
@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"])
def test_a_page_that_is_loaded_ahead_of_the_click_is_not_served_to_another_site(
    desk: Client, cdp: Sandbox, header: str, purpose: str
) -> None:
    answer = desk.get(
        f"/orders/{SEED}/", headers={**fetch_headers("same-site", "navigate", "document"), header: purpose}
    )
    assert answer.status_code == 403
    assert not recorded_views().exists()
    assert cdp.calls()["total"] == 0


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
@pytest.mark.parametrize(
    ("mode", "dest"),
    [("navigate", "document"), ("cors", "empty"), ("no-cors", "image"), ("navigate", "iframe"), ("", "")],
)
def test_own_requests_and_browsers_without_the_headers_are_served_as_before(
    desk: Client, site: str | None, mode: str, dest: str
) -> None:
    answer = desk.get(f"/orders/{SEED}/contacts/", headers=fetch_headers(site, mode, dest))
    assert answer.status_code == 200
    assert recorded_views().get().what == "contacts_seen"
    assert desk.post("/orders/", {"q": "B94TXY"}, headers=fetch_headers(site, mode, dest)).status_code == 303


@pytest.mark.parametrize("site", FOREIGN)
@pytest.mark.parametrize("page", ["/livez", "/readyz", "/accounts/login/"])
def test_probes_and_the_sign_in_are_exempt(db: None, client: Client, site: str, page: str) -> None:
    for mode, dest in (("navigate", "document"), ("no-cors", "image"), ("navigate", "iframe")):
        assert client.get(page, headers=fetch_headers(site, mode, dest)).status_code == 200


@pytest.mark.parametrize("site", FOREIGN)
def test_a_ticket_link_followed_signed_out_reaches_the_sign_in(db: None, client: Client, site: str) -> None:
    link = fetch_headers(site, "navigate", "document")
    answer = client.get(f"/orders/{SEED}/?ticket=RT-1", headers=link)
    goal = urlsplit(answer.headers["Location"])
    assert (goal.path, parse_qs(goal.query)) == ("/accounts/login/", {"next": [f"/orders/{SEED}/?ticket=RT-1"]})
    assert client.get(answer.headers["Location"], headers=link).status_code == 200


def test_the_way_round_by_the_sign_in_ends_at_the_same_rule(desk: Client, cdp: Sandbox) -> None:
    image = fetch_headers("same-site", "no-cors", "image")
    answer = desk.get(f"/accounts/login/?next=/orders/{SEED}/contacts/", headers=image)
    assert answer.headers["Location"] == f"/orders/{SEED}/contacts/"
    assert desk.get(answer.headers["Location"], headers=image).status_code == 403
    assert not recorded_views().exists()
    assert cdp.calls()["total"] == 0


def test_a_refused_request_does_not_prolong_the_session(desk: Client) -> None:
    seen_at = desk.session["seen_at"]
    held = desk.session
    held["seen_at"] = seen_at - 120
    held.save()
    desk.get(f"/orders/{SEED}/", headers=fetch_headers("same-site", "no-cors", "image"))
    assert desk.session["seen_at"] == seen_at - 120


def test_the_page_says_why(desk: Client) -> None:
    answer = desk.post("/orders/", {"q": "B94TXY"}, headers=fetch_headers("cross-site", "navigate", "document"))
    assert answer.status_code == 403
    assert "This request came from another site" in answer.text
