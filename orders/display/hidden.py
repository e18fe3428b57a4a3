"""Unknown fields, custom data and notes on odd fields of an order, for display.

Names and values are masked if necessary; only `all_fields` masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings

from accounts.language import translate as _
from orders.cdp.records import Extra, Note, Reason
from orders.privacy.hiding import MASK, masked_name, masked_typed, masked_value

# The reasons in notes on numbers and times, and those in notes on values of the wrong kind.
NUMBERS_AND_TIMES = frozenset(
    {Reason.NOT_A_NUMBER, Reason.NOT_A_DATE, Reason.OUT_OF_RANGE, Reason.SENT_AS_TEXT, Reason.ONLY_IN_PART}
)
OTHER_KINDS = frozenset({Reason.NOT_A_TEXT, Reason.NOT_A_LIST, Reason.NOT_AN_OBJECT})


def masked_fields(extras: Iterable[Extra]) -> Iterator[tuple[str, str]]:
    """The name and value of each extra field of an order, an item or a flight; a name or value is masked if necessary."""
    return ((masked_name(extra.key, settings.SHOWN_FIELDS), _said(extra, documented=True)) for extra in extras)


def masked_custom(extras: Iterable[Extra]) -> Iterator[tuple[str, str]]:
    """The name and value of each custom-data field, each masked if necessary; the tenant chose the names."""
    return ((masked_name(extra.key, settings.SHOWN_FIELDS), _said(extra)) for extra in extras)


def all_fields(extras: Iterable[Extra]) -> Iterator[tuple[str, str]]:
    """The name and value of each field, unmasked. Call it only if the user may reveal hidden fields and the reveal is recorded."""
    return ((extra.key, extra.value) for extra in extras)


def masked_note(note: Note) -> tuple[str, str]:
    """The name and the value in a note on an odd field, each masked if necessary, or "" if missing."""
    name = masked_name(note.field, settings.SHOWN_FIELDS) if note.field else ""
    if not note.shown:
        return name, ""
    if note.reason in NUMBERS_AND_TIMES:
        return name, _or_hidden(masked_typed(note.shown))
    if note.reason in OTHER_KINDS:
        return name, _or_hidden(MASK)
    return name, _said(Extra(note.field, note.shown), documented=True)


def holds_hidden(groups: Iterable[tuple[str, Sequence[Extra]]]) -> bool:
    """Whether `masked_custom` hides anything in these groups of custom data."""
    return any(MASK in name + value for _title, values in groups for name, value in masked_custom(values))


def _said(extra: Extra, *, documented: bool = False) -> str:
    sent = extra.value if extra.sent is None else extra.sent
    value = masked_value(extra.key, sent, settings.SHOWN_FIELDS, documented=documented)
    return _or_hidden(value)


def _or_hidden(value: str) -> str:
    return _("%(mask)s (hidden)") % {"mask": MASK} if value == MASK else value
