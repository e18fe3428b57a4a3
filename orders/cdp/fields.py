"""Read a JSON object field by field. A value that cannot be used raises no error: it is left out or read as None, usually with a note."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from orders.cdp import refs, stamps
from orders.cdp.bounds import EXTRAS, NOTES, SHORT, VALUES
from orders.cdp.characters import unwrapped, whole_characters
from orders.cdp.jsontext import SentTwice, readable
from orders.cdp.records import Extra, Note, Reason

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)  # "1.234" may be 1.234 or 1234
_FARTHEST_DIGIT = 15  # the largest exponent of the first digit, positive or negative; no price needs more
_MOST_DIGITS = 40  # binary fractions print up to 17 digits (0.30000000000000004), and no real value has more than 40
_SHOWN = 80


class Known:
    """The names of a record's known fields, as the API spells them; they are matched case-insensitively."""

    def __init__(self, names: str) -> None:
        self.names = frozenset(names.split())
        self._spelling = {name.lower(): name for name in self.names}

    def arrange(self, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The known fields under their documented names, and all other fields.

        If a name was sent in several spellings, only the documented one, or else the first, counts as known.
        """
        if raw.keys() <= self.names:
            return raw, {}
        known, others = {}, {}
        for key, value in raw.items():
            name = key if key in self.names else self._spelling.get(key.lower())
            if name is None or (name != key and name in raw) or name in known:
                others[key] = value
            else:
                known[name] = value
        return known, others


class Wall(NamedTuple):
    """The departure or arrival time of a flight: `time` is naive, as written; `day` is set only for a date without a time.

    `offset` is None if no time or no offset was sent, and also for Z and +00:00. `sent` is the value received, as text
    (cut if long).
    """

    time: datetime | None = None
    offset: timedelta | None = None
    day: date | None = None
    sent: str = ""

    @classmethod
    def of(cls, written: stamps.WrittenTime, sent: str) -> Wall:
        """Make a Wall from a written time. A date without a time sets `day` but not `time`: it does not mean midnight."""
        if not written.clock:
            return cls(day=stamps.day(written), sent=sent)
        return cls(written.wall, written.offset or None, sent=sent)


class Fields:
    """Reads the fields of a JSON object, and collects notes on odd values. If `personal`, the notes never contain values.

    `left` is the number of unknown fields that `extras` left out.
    """

    def __init__(self, raw: dict[str, Any], known: Known, *, personal: bool = False) -> None:
        self._known, self._others = known.arrange(raw)
        self._personal = personal
        self.left = 0
        self.notes: list[Note] = []
        if type(raw) is SentTwice:
            for key in raw.keys_twice:
                self.note(whole_characters(key[:_SHOWN]), Reason.SENT_TWICE, raw[key])

    def note(self, field: str, reason: Reason, value: object = "") -> None:
        if len(self.notes) >= NOTES:
            if len(self.notes) == NOTES:
                self.notes.append(Note("", Reason.AND_MORE))
            return
        self.notes.append(Note(field, reason, "" if self._personal else readable(value, _SHOWN)))

    def sent(self, name: str) -> Any:
        """The value as received; None if it is null, missing or ""."""
        value = self._known.get(name)
        return None if value == "" else value

    def text(self, name: str, most: int = SHORT) -> str | None:
        """The text, or a number as text, without white space around it; None if it is blank, missing or of another type.

        A value longer than `most` characters is cut and ends in an ellipsis. Control characters are handled as in `readable`.
        """
        return self._text(name, self._known.get(name), most)

    def _text(self, name: str, value: Any, most: int) -> str | None:
        if type(value) is str:
            if len(value) > most:
                self.note(name, Reason.CUT)
                value = value[: most - 1] + "…"
            if not value.isprintable():
                value = unwrapped(value)
                shown = whole_characters(value)
                if shown != value:
                    self.note(name, Reason.UNREADABLE_CHARACTERS, shown)
                    value = shown
            return value.strip() or None
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return readable(value, most)
        self.note(name, Reason.NOT_A_TEXT, value)
        return None

    def number(self, name: str) -> Decimal | None:
        """The exact number; None if it is missing or unusable. A number sent as text is used if it can be read in only one way."""
        value = self._known.get(name)
        if type(value) is Decimal:
            return self._in_range(name, value)
        if type(value) is int:
            return self._in_range(name, Decimal(value))
        if value is None:
            return None
        if isinstance(value, str):
            text = value.strip()
            if not text:
                return None
            if _NUMBER.fullmatch(text) and not _THOUSANDS.fullmatch(text):
                self.note(name, Reason.SENT_AS_TEXT, value)
                return self._in_range(name, Decimal(text))
        self.note(name, Reason.NOT_A_NUMBER, value)
        return None

    def _in_range(self, name: str, value: Decimal) -> Decimal | None:
        exponent, digits = value.adjusted(), len(value.as_tuple().digits)
        if -_FARTHEST_DIGIT <= exponent <= _FARTHEST_DIGIT and digits <= _MOST_DIGITS:
            return value
        if not value:
            return Decimal(0)
        self.note(name, Reason.OUT_OF_RANGE, str(value) if digits < _SHOWN else "…")
        return None

    def stamp(self, name: str) -> datetime | None:
        """The timestamp as an aware datetime in UTC; None if it is missing or unusable."""
        written = self._written(name)
        try:
            return stamps.utc(written) if written else None
        except stamps.OutOfRange:
            self.note(name, Reason.OUT_OF_RANGE, self._known[name])
            return None

    def day(self, name: str) -> date | None:
        written = self._written(name)
        return stamps.day(written) if written else None

    def wall(self, name: str) -> Wall:
        """The time of a departure or arrival as a Wall; its `time` and `day` are both None if no date can be read."""
        written = self._written(name, stamps.read_any)
        value = self._known.get(name)
        sent = readable(value, _SHOWN) if value is not None else ""
        return Wall.of(written, sent) if written is not None else Wall(sent=sent)

    def _written(self, name: str, read: Callable[[str], stamps.WrittenTime] = stamps.read) -> stamps.WrittenTime | None:
        value = self._known.get(name)
        if value is None:
            return None
        if type(value) is not str:
            self.note(name, Reason.NOT_A_DATE, value)
            return None
        text = value.strip()
        if not text:
            return None
        try:
            return read(text)
        except stamps.NotADate:
            self.note(name, Reason.NOT_A_DATE, value)
        except stamps.OutOfRange:
            self.note(name, Reason.OUT_OF_RANGE, value)
        return None

    def texts(self, name: str, *alone: str, most: int = SHORT) -> tuple[str, ...]:
        """The distinct texts in the list field `name` and the single-value fields `alone`, at most VALUES from each field.

        A single text in place of a list is read as a list of one. `most` is the maximum length of each text in characters, as in `text`.
        """
        texts: dict[str, None] = {}
        for key in (name, *alone):
            value = self.sent(key)
            entries = value if isinstance(value, list) else [value]
            for entry in self._first(key, entries, VALUES):
                text = self._text(key, entry, most)
                if text is not None:
                    texts[text] = None
        return tuple(texts)

    def objects(self, name: str, take: Callable[[list[Any]], Sequence[Any]]) -> tuple[list[dict[str, Any]], int]:
        """The objects in the list field `name`, and the number of entries in the list that were not read.

        Null entries are ignored; other non-objects are noted. `take` is called with the list and returns
        the entries at its beginning that are to be read.
        """
        value = self.sent(name)
        if value is None:
            return [], 0
        if not isinstance(value, list):
            self.note(name, Reason.NOT_A_LIST, value)
            return [], 0
        entries = take(value)
        left = len(value) - len(entries)
        if left:
            self.note(name, Reason.ONLY_IN_PART, f"{len(entries)} / {len(value)}")
        for entry in entries:
            if not isinstance(entry, dict) and entry is not None:
                self.note(name, Reason.NOT_AN_OBJECT, entry)
        return [entry for entry in entries if isinstance(entry, dict)], left

    def _first(self, name: str, entries: list[Any], most: int) -> list[Any]:
        if len(entries) > most:
            self.note(name, Reason.ONLY_IN_PART, f"{most} / {len(entries)}")
        return entries[:most]

    def ref(self) -> str | None:
        """The record's own ref: its `ref`, or else the end of the path in its `href`; None if neither is valid (`refs.is_ref`).

        An invalid `ref` is noted.
        """
        own = self.text("ref")
        if own is not None and not refs.is_ref(own):
            self.note("ref", Reason.OUT_OF_RANGE, own)
            own = None
        return own if own is not None else refs.of_href(self.sent("href"))

    def link(self, name: str) -> str | None:
        """The ref in the link object in the field `name`, such as `guest`; None if there is none."""
        value = self.sent(name)
        return ref_of(value) if isinstance(value, dict) else None

    def extras(self, most: int = EXTRAS) -> tuple[Extra, ...]:
        """The first `most` of the unknown fields whose values are neither null nor "", each as an Extra."""
        if not self._others:
            return ()
        sent = [(key, value) for key, value in self._others.items() if value is not None and value != ""]
        if len(sent) > most:
            self.left = len(sent) - most
            self.note("", Reason.ONLY_IN_PART, f"{most} / {len(sent)}")
        return tuple(Extra(readable(key, SHORT), readable(value), value) for key, value in sent[:most])

    def all_notes(self, *more: Iterable[Note]) -> tuple[Note, ...]:
        return (*self.notes, *(note for notes in more for note in notes))


def ref_of(entry: dict[str, Any]) -> str | None:
    """The ref of an entry in a collection: its `ref`, or else the end of the path in its `href`; None if neither is valid."""
    own = entry.get("ref")
    if isinstance(own, str) and refs.is_ref(own.strip()):
        return own.strip()
    return refs.of_href(entry.get("href"))
