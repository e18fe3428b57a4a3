"""The outcomes in access records: a few English forms, which `orders.display.outcomes` puts into the user's language.

Records are never changed, so a form stays here as long as a record may hold it.
"""

from __future__ import annotations

from enum import ReprEnum, StrEnum
from typing import Any

from orders.cdp.records import Loaded


class Outcome(str):
    """An outcome as stored. Only this module makes one; `orders.display.outcomes` has words for each."""

    __slots__ = ()


NONE = Outcome()  # for account events: the action says everything


class Fixed(Outcome, ReprEnum):
    """Outcomes that are always the same words."""

    SHOWN = "shown"
    SHOWN_WHOLE = "shown: whole"
    SHOWN_MASKED = "shown: masked"
    CUSTOM_DATA = "shown: custom data"
    NOBODY = "not shown: nobody on this order"
    REFUSED = "refused"

    BY_LINK = "by link"
    SESSION_OVER = "session over"
    SECOND_FACTOR = "second factor"
    USED_BEFORE = "password used before"
    STAFF_ONLY = "passwords are for staff"
    SWITCHED_OFF = "passwords are off"


class Form(StrEnum):
    """The forms of outcomes with figures or names, and of the parts that a comma joins."""

    SHOWN = "shown: {count}"
    SHOWN_OF = "shown: {loaded} of {total}"
    LISTED = "{count} listed"
    FOUND = "{count} found"
    NOT_LOADED = "{count} not loaded"
    INCOMPLETE = "orders of {count} incomplete"
    PERHAPS_MORE = "perhaps more"
    FAILED = "failed: {why}"
    REVEALED = "shown: {whose} {field}"
    NOT_REVEALED = "refused: {whose} {field}"

    REMOVED = "removed: {count}"
    A_MINUTE = "{count} a minute"
    A_DAY = "{count} a day"
    PROVIDER = "provider: {kind}"
    DIRECTORY = "directory: {kind}"
    SECOND_STEP = "second step"


class Whose(StrEnum):
    """Whose hidden fields a user asks for: those of a person on the order, or those of its custom data."""

    CONTACT = "contact"
    TRAVELLER = "traveller"
    CUSTOM = "custom"


def shown(loaded: Loaded[Any]) -> Outcome:
    """A list that was viewed: "shown" if it is complete, else "shown: 20 of 35" or "shown: 20, perhaps more"."""
    count = len(loaded.items)
    if loaded.complete:
        return Fixed.SHOWN
    if loaded.missing:
        return _joined(Form.SHOWN_OF.format(loaded=count, total=count + loaded.missing))
    return _joined(Form.SHOWN.format(count=count), Form.PERHAPS_MORE)


def listed(count: int, *, more: bool) -> Outcome:
    """Orders to choose from: "2 listed" or "2 listed, perhaps more"."""
    return _joined(Form.LISTED.format(count=count), *[Form.PERHAPS_MORE] * more)


def found(count: int, *, missing: int = 0, more: bool = False, incomplete: int = 0) -> Outcome:
    """A search, such as "2 found", "2 found, 1 not loaded" or "2 found, perhaps more, orders of 1 incomplete"."""
    parts = [Form.FOUND.format(count=count)]
    if missing:
        parts.append(Form.NOT_LOADED.format(count=missing))
    elif more:
        parts.append(Form.PERHAPS_MORE)
    if incomplete:
        parts.append(Form.INCOMPLETE.format(count=incomplete))
    return _joined(*parts)


def failed(why: StrEnum) -> Outcome:
    """A search that failed, with the code of the problem: "failed: slow"."""
    return _joined(Form.FAILED.format(why=why))


def revealed(whose: Whose, field: str) -> Outcome:
    """Hidden values that were shown: "shown: contact passport_number"."""
    return _joined(Form.REVEALED.format(whose=whose, field=field))


def not_revealed(whose: Whose, field: str) -> Outcome:
    """Hidden values that were refused: "refused: contact all"."""
    return _joined(Form.NOT_REVEALED.format(whose=whose, field=field))


def removed(count: int) -> Outcome:
    """Old records that were removed: "removed: 12"."""
    return _joined(Form.REMOVED.format(count=count))


def limited(count: int, *, daily: bool) -> Outcome:
    """A limit on views that was reached: "3000 a day"."""
    return _joined((Form.A_DAY if daily else Form.A_MINUTE).format(count=count))


def tested(result: StrEnum) -> Outcome:
    """The result of a connection test: "accepted"."""
    return _joined(result)


def signed_in(method: StrEnum, *, second_step: bool) -> Outcome:
    """A method of sign-in: "provider" or "password, second step"."""
    return _joined(method, *[Form.SECOND_STEP] * second_step)


def refused_by_provider(kind: StrEnum) -> Outcome:
    """A sign-in by the provider that was refused: "provider: no-group"."""
    return _joined(Form.PROVIDER.format(kind=kind))


def refused_by_directory(kind: StrEnum) -> Outcome:
    """A sign-in with the directory's password that was refused: "directory: no-group"."""
    return _joined(Form.DIRECTORY.format(kind=kind))


def _joined(*parts: str) -> Outcome:
    return Outcome(", ".join(parts))
