"""Statuses: one table for pill, strike, things to check, copied text, calendar, counts and title, whatever the spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from orders.display.text import itinerary_text
from orders.display.words import status_word
from orders.itinerary import status_spellings, statuses
from orders.itinerary.statuses import CalendarStatus, Status, calendar_status, distinct, same, status
from sandbox.server import Sandbox
from tests.design.stylesheet import ROOT
from tests.pages.reading import text_in, text_of
from tests.pages.world_of import open_order, sandbox_with

SENT: dict[str, tuple[str, ...]] = {
    "Cancelled": ("CANCELLED", "CANCELED", "cancelled", "Canceled", " CANCELLED ", "Fully_Cancelled", "fully canceled", "CXL", "cxld", "CANX", "HX", "Storniert", "annulé", "Cancelado", "canceled."),
    "Partially cancelled": ("PARTIALY_CANCELLED", "PARTIALLY_CANCELED", "PARTIALY_CANCELED", "partially cancelled", "PartiallyCanceled", "PARTIAL-CANCELLED", "Partial cancel", "PARTIAL_CANCELLATION"),
    "Cancellation requested": ("CANCEL_REQUESTED", "Cancel Requested", "cancellation-requested", "CANCELATION_REQUESTED", "CANCEL_REQUEST"),
    "Cancellation pending": ("CANCELLATION_PENDING", "CANCELATION PENDING", "PENDING_CANCELLATION", "CANCEL_PENDING", "CANCELLING", "CANCELING", "To be canceled", "Pending Cancel", "CANCEL_PENDING_APPROVAL"),
    "Cancellation rejected": ("CANCELLATION_REJECTED", "cancelation_rejected", "CANCEL_REJECTED", "CANCELLATION_DENIED"),
    "Cancellation failed": ("CANCEL_FAILED", "CANCELLATION_FAILED", "cancel failed"),
    "Cancelled and refunded": ("CANCELLED_REFUNDED", "Canceled and refunded"),
    "Refunded": ("REFUNDED", "refunded", "Fully refunded"),
    "Partially refunded": ("PARTIALY_REFUNDED", "PARTIALLY_REFUNDED", "partly refunded"),
    "Refund requested": ("REFUND_REQUESTED", "Refund-Requested"),
    "Refund pending": ("REFUND_PENDING", "PENDING_REFUND"),
    "Refund rejected": ("REFUND_REJECTED", "REFUND_DECLINED"),
    "Refund failed": ("REFUND_FAILED",),
    "Declined": ("DECLINED", "declined"),
    "Void": ("VOID", "VOIDED", "Voided"),
    "Reserved": ("RESERVED", "Reserved"),
    "On hold": ("ON_HOLD", "On Hold", "ON-HOLD", "onhold", "HOLD"),
    "Partially confirmed": ("PARTIALY_CONFIRMED", "PARTIALLY_CONFIRMED"),
    "Payment pending": ("PAYMENT_PENDING", "PENDING_PAYMENT"),
    "Payment failed": ("PAYMENT_FAILED",),
    "Waitlisted": ("WAITLISTED", "WAIT_LISTED", "WAITLIST"),
    "Expired": ("EXPIRED",),
    "Failed": ("FAILED",),
    "No-show": ("NO_SHOW", "NOSHOW", "no-show", "No Show"),
    "Checked in": ("CHECKED_IN", "Checked-In", "checkedIn"),
    "Flown": ("FLOWN",),
    "Ticketed": ("TICKETED",),
    "Confirmed": ("CONFIRMED", "Confirmed", "confirmed\u00a0", "ＣＯＮＦＩＲＭＥＤ"),
    "Purchased": ("PURCHASED",),
    "Pending": ("PENDING",),
    "Paid": ("PAID",),
    "Accepted": ("Accepted",),
    "Browsed": ("BROWSED",),
    "Searched": ("SEARCHED",),
    "Reinstated": ("REINSTATED",),
    "Partially paid": ("PARTIALLY_PAID",),
    "Unpaid": ("UNPAID",),
    "Payment declined": ("PAYMENT_DECLINED",),
    "Booked": ("BOOKED",),
    "Completed": ("COMPLETED",),
    "Issued": ("ISSUED",),
    "Boarded": ("BOARDED",),
    "Standby": ("STANDBY",),
    "In progress": ("IN_PROGRESS",),
    "Rejected": ("REJECTED",),
    "Unknown": ("UNKNOWN",),
}  # fmt: skip
UNKNOWN = (
    "RESCHEDULED",
    "Not cancelled",
    "NOT_CANCELLED",
    "UNCANCELLED",
    "CANCELLABLE",
    "NON_REFUNDABLE",
    "To be decided",
    "Payment cancelled",
    "REFUND_CANCELLED",
    "Cancellation cancelled",
    "PRE_CANCELLED",
    "Umgebucht",
    "5",
    "XX",
    "取消",
)
STRUCK = ("Cancelled", "Cancelled and refunded")
TENTATIVE = ("Reserved", "Pending", "On hold", "Payment pending", "Partially confirmed", "Waitlisted")
NOT_CONFIRMED = ("Reserved", "Pending", "On hold")
REFUNDED = ("Refunded", "Partially refunded", "Cancelled and refunded")


@pytest.mark.parametrize(("word", "sent"), [(word, sent) for word, spellings in SENT.items() for sent in spellings])
def test_a_status_in_any_spelling(word: str, sent: str) -> None:
    row = status(sent)
    assert row.word == word
    assert (row.cancelled, row.waits, row.refunded) == (word in STRUCK, word in NOT_CONFIRMED, word in REFUNDED)
    if word in TENTATIVE:
        assert row.calendar is CalendarStatus.TENTATIVE
    assert (row.calendar is CalendarStatus.CANCELLED) == row.cancelled


def test_every_row_is_in_the_table() -> None:
    assert sorted(row.word for row in statuses._ROWS) == sorted(SENT)


def test_no_code_has_two_rows() -> None:
    keys = [status_spellings.key(row.code) for row in statuses._ROWS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("sent", UNKNOWN)
def test_an_unknown_status_is_shown_as_sent_and_changes_nothing(sent: str) -> None:
    row = status(sent)
    assert (row.word, row.cancelled, row.alert, row.calendar) == (sent, False, False, None)


@pytest.mark.parametrize(
    "sent",
    ["CANCELED_BY_AIRLINE", "Cancelled by customer", "AUTO_CANCELLED", "Voluntarily canceled", "is cancelled", "PNR cancelled",
     "CANCELLED (NO SHOW)", "Cancelled - Refund pending", "CANCELED_WITH_FEE", "user cancelled"],
)  # fmt: skip
def test_who_cancelled_is_shown_and_it_is_cancelled(sent: str) -> None:
    row = status(sent)
    assert (row.word, row.cancelled, row.calendar) == (sent, True, CalendarStatus.CANCELLED)


def test_a_word_of_the_feed_is_never_taken_for_a_phrase_of_ours() -> None:
    with translation.override("de"):
        assert status_word("CANCELED") == "Storniert"
        assert gettext("Search") != "Search" and status_word("Search") == "Search"


def test_every_row_has_its_symbol_and_its_colour() -> None:
    symbols = (ROOT / "static/icons.svg").read_text(encoding="utf-8")
    styles = (ROOT / "static/components.css").read_text(encoding="utf-8")
    for spellings in SENT.values():
        row: Status = status(spellings[0])
        assert f'id="{row.icon}"' in symbols
        assert row.tone == "neutral" or f".pill-{row.tone} " in styles


def test_comparing_and_counting_ignore_the_spelling() -> None:
    assert same("CANCELLED", " canceled") and not same("CANCELLED", "CANCEL_REQUESTED") and not same("", "CONFIRMED")
    assert distinct(["CONFIRMED", "Confirmed", None, "canceled", "", "CANCELLED"]) == ("CONFIRMED", "canceled")
    assert distinct(["CONFIRMED", "canceled", "Confirmed"]) == ("CONFIRMED", "canceled")
    assert calendar_status(["CANCELLED", "RESERVED"]) is CalendarStatus.TENTATIVE
    assert calendar_status([]) is calendar_status([None, "strange"]) is None


FLIGHT = {
    "origin": "DUB", "destination": "LHR", "departureDateTime": "2027-01-05T16:00:00.000Z", "arrivalDateTime": "2027-01-05T17:20:00.000Z",
    "carrier": "BX", "flightNumber": "459", "fareClass": "Economy",
}  # fmt: skip


def order(reference: str, *statuses: str) -> dict[str, Any]:
    """An order with one item for each status, all on the same flight; the first status is also the order's."""
    items = [
        {"passengerTypeCode": "ADT", "price": 100.0, "status": sent, "flightSegments": [FLIGHT]} for sent in statuses
    ]
    return {"referenceId": reference, "orderedAt": "2026-11-20T10:00:00.000Z", "status": statuses[0], "items": items}


ONE_EACH = {f"ST{at:02}": (word, spellings[0]) for at, (word, spellings) in enumerate(SENT.items())}
AS_SENT = {f"UN{at:02}": sent for at, sent in enumerate(UNKNOWN)}
SEVERAL = {
    "MX01": ("CONFIRMED", "Confirmed", "confirmed ", "CANCELED"),
    "MX02": ("CANCELLED", "canceled", "CANCELED"),
    "MX03": ("CONFIRMED", "DECLINED", "CONFIRMED"),
}


@pytest.fixture(scope="module")
def cdp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    orders = [order(reference, sent) for reference, (_word, sent) in ONE_EACH.items()]
    orders += [order(reference, sent) for reference, sent in AS_SENT.items()]
    orders += [order(reference, *sent) for reference, sent in SEVERAL.items()]
    with sandbox_with(tmp_path_factory.mktemp("world"), orders) as running:
        yield running


def copied(page: Any) -> str:
    """The text that the page offers for a ticket."""
    text = itinerary_text(page.context["trip"])
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize(("reference", "word", "sent"), [(key, *value) for key, value in ONE_EACH.items()])
def test_page_title_text_and_calendar_agree(desk: Client, reference: str, word: str, sent: str) -> None:
    page = open_order(desk, reference)
    html = page.content.decode()
    row = status(sent)
    title = re.search(r"<title>(.*?)</title>", html)
    assert title is not None and f" · {word} · " in title[1]
    assert f'class="pill pill-{row.tone}"' in html and f"#{row.icon}" in html and word in text_of(page)
    assert ('is-cancelled"' in html) == (word in STRUCK)
    alerts = text_in(html.partition('class="alerts"')[2].partition("</ul>")[0]) if 'class="alerts"' in html else ""
    # The pill states a settled status, a cancellation or a refund; a status that still needs something to happen is one to check.
    assert (word in alerts) == (row.tone == "pending" or (row.alert and not row.cancelled and not row.booked))
    assert (word in copied(page)) == (not row.settled)
    calendar = open_order(desk, reference, "itinerary.ics").content.decode()
    assert re.findall(r"\r\nSTATUS:(\w+)", calendar) == ([row.calendar.value] if row.calendar else [])


@pytest.mark.parametrize(("reference", "sent"), AS_SENT.items())
def test_the_page_shows_an_unknown_status_as_sent(desk: Client, reference: str, sent: str) -> None:
    page = open_order(desk, reference)
    html = page.content.decode()
    assert sent in text_of(page) and "is-cancelled" not in html and 'class="alerts"' not in html
    assert sent in copied(page)


def test_spellings_of_one_status_are_counted_together(desk: Client) -> None:
    page = open_order(desk, "MX01")
    text = text_of(page)
    assert "Confirmed for 3 of 4 travellers · Cancelled for 1 of 4 travellers" in text
    assert "Cancelled for 1 of 4 travellers; 3 still booked." in text
    assert "Cancelled for 1 of 4 travellers; 3 still booked." in copied(page)
    assert "is-cancelled" not in page.content.decode()


def test_spellings_of_one_status_are_not_mixed(desk: Client) -> None:
    page = open_order(desk, "MX02")
    assert "Cancelled for 3 of 3" in text_of(page) and "is-cancelled" in page.content.decode()


def test_a_status_of_some_travellers_says_of_how_many(desk: Client) -> None:
    page = open_order(desk, "MX03")
    assert "Declined 1 of 3 travellers" in text_of(page)
    assert "2 adults" in text_of(page)
