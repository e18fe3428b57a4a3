"""Passenger types in words, with and without a count."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import islice
from typing import assert_never

from django.utils.translation import ngettext

from accounts.language import translate as _

MOST_TYPES = 24  # in one line; nobody sells that many


class PassengerType(StrEnum):
    """Passenger types, each with its most common code. NOT_SENT means that no code was sent."""

    ADULT = "ADT"
    CHILD = "CHD"
    INFANT = "INF"
    INFANT_WITH_SEAT = "INS"
    YOUNG_ADULT = "YTH"
    SENIOR = "SRC"
    UNACCOMPANIED_MINOR = "UNN"
    NOT_SENT = ""


OTHER_CODES = {
    "CNN": PassengerType.CHILD,
    "YCD": PassengerType.YOUNG_ADULT,
    "SNR": PassengerType.SENIOR,
    "UMNR": PassengerType.UNACCOMPANIED_MINOR,
}
BY_CODE = {**{known.value: known for known in PassengerType}, **OTHER_CODES}


def passenger_type(code: str | None) -> str:
    """The passenger type in words: "Adult" for ADT. An unknown code is returned unchanged; "" if no code was sent."""
    known = BY_CODE.get((code or "").upper())
    words = {
        PassengerType.ADULT: _("Adult"),
        PassengerType.CHILD: _("Child"),
        PassengerType.INFANT: _("Infant"),
        PassengerType.INFANT_WITH_SEAT: _("Infant with own seat"),
        PassengerType.YOUNG_ADULT: _("Young adult"),
        PassengerType.SENIOR: _("Senior"),
        PassengerType.UNACCOMPANIED_MINOR: _("Unaccompanied minor"),
        PassengerType.NOT_SENT: "",
    }
    return words[known] if known is not None else code or ""


def passengers(counts: Iterable[tuple[str, int]]) -> str:
    """ "2 adults, 1 child" from (type code, count) pairs; "1 × XYZ" for an unknown code. Lists at most MOST_TYPES types."""
    words = [passenger_count(code, count) for code, count in islice(counts, MOST_TYPES + 1)]
    return ", ".join(words if len(words) <= MOST_TYPES else [*words[:MOST_TYPES], "…"])


def passenger_count(code: str, count: int) -> str:
    """One passenger type with its count: "2 adults"; "1 × XYZ" for an unknown code."""
    known = BY_CODE.get(code.upper())
    return f"{count} × {code}" if known is None else _phrase(known, count) % {"count": count}


def _phrase(known: PassengerType, count: int) -> str:
    match known:
        case PassengerType.ADULT:
            return ngettext("%(count)s adult", "%(count)s adults", count)
        case PassengerType.CHILD:
            return ngettext("%(count)s child", "%(count)s children", count)
        case PassengerType.INFANT:
            return ngettext("%(count)s infant", "%(count)s infants", count)
        case PassengerType.INFANT_WITH_SEAT:
            return ngettext("%(count)s infant with own seat", "%(count)s infants with own seats", count)
        case PassengerType.YOUNG_ADULT:
            return ngettext("%(count)s young adult", "%(count)s young adults", count)
        case PassengerType.SENIOR:
            return ngettext("%(count)s senior", "%(count)s seniors", count)
        case PassengerType.UNACCOMPANIED_MINOR:
            return ngettext("%(count)s unaccompanied minor", "%(count)s unaccompanied minors", count)
        case PassengerType.NOT_SENT:
            return ngettext("%(count)s traveller", "%(count)s travellers", count)
        case _:
            assert_never(known)
