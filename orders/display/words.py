"""Codes and counts in words: statuses, item types, channels, payment types and others.

A code for which there is no word is usually shown unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from babel.numbers import format_decimal
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts.language import language
from accounts.language import translate as _
from orders.cdp.characters import CASE_BOUNDARY
from orders.cdp.records import Reason
from orders.display.clocks import locale_of
from orders.display.rows import Rows
from orders.display.vocabulary import (
    CHANNELS,
    ITEM_TYPES,
    NOTE_REASONS,
    PAYMENT_TYPES,
    PHASES,
    VERDICTS,
)
from orders.itinerary.codes import Phase, Verdict
from orders.itinerary.statuses import status

LONGEST_ACRONYM = 4  # a longer word in capitals is not taken for an acronym
WORD = re.compile(r"\w+")
JOIN = re.compile(rf"{CASE_BOUNDARY}|[_\-.]+")


def status_word(sent: str | None) -> str:
    """ "Partially refunded" for PARTIALY_REFUNDED; "No status" if none was sent.

    An unknown status is returned as sent or, if it has no letters, as "Status “1”".
    """
    known = status(sent)
    if known.translated:
        return _(known.word)
    return known.word if any(map(str.isalpha, known.word)) else _("Status “%(sent)s”") % {"sent": known.word}


def status_pill(sent: str | None, count: int | None = None) -> SafeString:
    """The HTML for a status: icon and word, in its colour; with a `count` of 3, the text is "3 confirmed"."""
    return _pill(sent or "", count, language())


@lru_cache(maxsize=1024)
def _pill(sent: str, count: int | None, _language: str) -> SafeString:
    return format_html(
        '<span class="pill pill-{}"><svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>{}{}</span>',
        status(sent).tone,
        static("icons.svg"),
        status(sent).icon,
        "" if count is None else f"{count} ",
        status_word(sent) if count is None else _in_a_list(status_word(sent)),
    )


def _in_a_list(word: str) -> str:
    """The word for a status after a count ("3 confirmed"): with a lower-case first letter, unless it is all in capitals."""
    return word if word.isupper() else word[:1].lower() + word[1:]


def item_type(sent: str | None) -> str:
    """ "Seat upgrade" for SEAT_UPGRADE; an unknown type unchanged; "Item without a type" if none was sent."""
    if not sent:
        return _("Item without a type")
    known = ITEM_TYPES.get(sent.upper())
    return _(known[0]) if known else sent


def item_named(sent: str | None, name: str | None) -> tuple[str, str]:
    """The type and name of an item: ("Hotel", "Sol"), or ("Hotel", "") if it has no name.

    If the name already contains the word for the type, the name stands alone: ("Hotel Sol", "").
    """
    kind = item_type(sent)
    if not name:
        return kind, ""
    name_words = f" {' '.join(WORD.findall(name.casefold()))} "
    return (name, "") if f" {kind.casefold()} " in name_words else (kind, name)


def item_icon(sent: str | None) -> str:
    """The id of the symbol in static/icons.svg for an item type; "ticket" if the type is unknown or was not sent."""
    return ITEM_TYPES.get((sent or "").upper(), ("", "ticket"))[1]


def channel_word(sent: str | None) -> str:
    """ "Call centre" for CALL_CENTER; an unknown channel unchanged; "" if none was sent."""
    return in_words(CHANNELS, (sent or "").upper(), sent or "")


def payment_type(sent: str | None) -> str:
    """ "Card" for CARD; an unknown payment type unchanged; "" if none was sent."""
    return in_words(PAYMENT_TYPES, (sent or "").strip().upper(), sent or "")


def loaded_line(loaded: int, total: int | None, known: int = 0) -> str:
    """ "16 of 20 items", or "100 of at least 120 items loaded" if the total is unknown (None) and `known` is 120.

    If no more items are known to exist: "100 items loaded; there may be more".
    """
    if total is None and known > loaded:
        return ngettext(
            "%(loaded)s of at least %(known)s item loaded", "%(loaded)s of at least %(known)s items loaded", known
        ) % {"loaded": loaded, "known": known}
    if total is None:
        phrase = ngettext(
            "%(loaded)s item loaded; there may be more", "%(loaded)s items loaded; there may be more", loaded
        )
        return phrase % {"loaded": loaded}
    return ngettext("%(loaded)s of %(total)s item", "%(loaded)s of %(total)s items", total) % {
        "loaded": loaded,
        "total": total,
    }


def shown_items(rows: Rows) -> str:
    """ "Showing items 1 to 800 of 1,000.", for a list that does not fit on one page."""
    return _("Showing items %(first)s to %(last)s of %(total)s.") % _numbers(rows)


def shown_flights(rows: Rows) -> str:
    """ "Showing flights 1 to 130 of 2,000."."""
    return _("Showing flights %(first)s to %(last)s of %(total)s.") % _numbers(rows)


def shown_rows(rows: Rows) -> str:
    """ "Showing 1 to 300 of 1,000."."""
    return _("Showing %(first)s to %(last)s of %(total)s.") % _numbers(rows)


def _numbers(rows: Rows) -> dict[str, str]:
    return {name: whole_number(getattr(rows, name)) for name in ("first", "last", "total")}


def whole_number(count: int) -> str:
    """ "8,000": a whole number as written in the user's language."""
    return _whole_number(count, language())


@lru_cache(maxsize=4096)
def _whole_number(count: int, code: str) -> str:
    return format_decimal(count, locale=locale_of(code))


def phase_word(phase: Phase) -> str:
    """ "Departed", "Under way now", "Next" or "Later"; "" if unknown."""
    return _(PHASES[phase]) if phase else ""


def verdict_word(verdict: Verdict) -> str:
    """The verdict on a flight's times, in a few words."""
    return _(VERDICTS[verdict])


def note_reason(reason: Reason) -> str:
    """The reason for a note on an odd field, in words."""
    return _(NOTE_REASONS[reason])


def in_words(table: Mapping[str, str], code: str, unknown: str) -> str:
    """The phrase for `code`, in the user's language; `unknown` if the table has no such code."""
    phrase = table.get(code)
    return _(phrase) if phrase else unknown


def readable(key: str) -> str:
    """The name of an API field in words: "loyaltyTier" -> "Loyalty tier", "PNR_source" -> "PNR source", "LOYALTY_ID" -> "Loyalty ID"."""
    words = [word for word in JOIN.split(key) if word]
    if not words:
        return key
    first, *rest = (_cased(word) for word in words)
    return " ".join([first[:1].upper() + first[1:], *rest])


def _cased(word: str) -> str:
    """The word in lower case, unless it is an abbreviation in capitals; "co2" and "co2e" always become "CO2" and "CO2e"."""
    if word.lower() in ("co2", "co2e"):
        return "CO2" + word[3:].lower()
    return word if 1 < len(word) <= LONGEST_ACRONYM and word.isupper() else word.lower()


def of_items(word: str, count: int, total: int | None, known: int) -> str:
    """A word with its count: "Confirmed for 3 of 4 items"; "… of at least 4 items" if `total` is None and `known` is 4.

    If the order has exactly one item, only the word.
    """
    if total == 1:
        return word
    figures = {"word": word, "count": count, "total": known if total is None else total}
    if total is None:
        return _("%(word)s for %(count)s of at least %(total)s items") % figures
    return _("%(word)s for %(count)s of %(total)s items") % figures
