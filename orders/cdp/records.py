"""The CDP's answers as frozen records of the fields that pages show.

A record keeps the CDP's own words (`status="PURCHASED"`) and never invents a value: null, a missing field and "" all
become the default, such as None. A value that cannot be read is left out, usually with a `Note`. Fields unknown to us are kept in
`extras`, if the record has that field; if there are too many to keep, a note says so. Timestamps (`created_at`, `first_seen`) are aware
datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from orders.cdp.errors import CdpError, TooLarge

T = TypeVar("T")


class Reason(StrEnum):
    """The kinds of odd things in an answer."""

    NOT_A_NUMBER = "not a number"
    NOT_A_TEXT = "not a text"
    NOT_A_DATE = "not a date"
    NOT_A_LIST = "not a list"
    NOT_AN_OBJECT = "not an object"
    OUT_OF_RANGE = "out of range"
    SENT_TWICE = "sent twice"
    SENT_AS_TEXT = "sent as text"
    UNREADABLE_CHARACTERS = "unreadable characters"
    CUT = "cut"  # longer than we read
    NOT_LOADED = "not loaded"
    ONLY_IN_PART = "only in part"  # with `shown` as in "500 / 8000"
    AND_MORE = "and more"  # further notes


@dataclass(frozen=True, slots=True)
class Note:
    """One odd thing in an answer. `field` is the name of the field ("" if no single field is concerned).

    `shown` is the value as readable text, cut at 80 characters, or ""; it is "" in every note on a person.
    """

    field: str
    reason: Reason
    shown: str = ""


def not_understood(notes: Iterable[Note], field: str) -> str:
    """The value received in the numeric field `field`, as text, if it is not a usable number; otherwise ""."""
    return next(
        (
            note.shown
            for note in notes
            if note.field == field and note.reason in (Reason.NOT_A_NUMBER, Reason.OUT_OF_RANGE)
        ),
        "",
    )


@dataclass(frozen=True, slots=True)
class Extra:
    """A field unknown to us: `key` is its name, `value` its value as readable text (cut if long), `sent` the value as received."""

    key: str
    value: str
    sent: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FlightSegment:
    """One flight as the CDP sent it. Times are naive and as written, without the `Z` or offset; nothing is converted.

    `departure_day` and `arrival_day` are set only for a date sent without a time. `departure_offset` and `arrival_offset` are set
    only if a real offset was sent ("+02:00"), never for Z or +00:00. `departure_sent` and `arrival_sent` are the values received,
    as text (cut if long), or "".
    """

    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None
    departure_offset: timedelta | None = None
    arrival_offset: timedelta | None = None
    departure_day: date | None = None
    arrival_day: date | None = None
    departure_sent: str = ""
    arrival_sent: str = ""
    carrier: str | None = None
    flight_number: str | None = None
    operating_carrier: str | None = None
    operating_flight_number: str | None = None
    fare_class: str | None = None
    fare_family: str | None = None
    booking_class: str | None = None
    equipment_type: str | None = None
    origin_destination: str | None = None
    id: str | None = None
    extras: tuple[Extra, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of an order. `price` is in `currency_code`; the API does not say whether it is the price of a unit or of the line.

    `segments_left` is the number of segments that were sent but not read.
    """

    ref: str | None = None
    reference_id: str | None = None
    type: str | None = None
    name: str | None = None
    description: str | None = None
    product_id: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    currency_code: str | None = None
    original_price: Decimal | None = None
    original_currency_code: str | None = None
    status: str | None = None
    vendor: str | None = None
    channel: str | None = None
    language: str | None = None
    passenger_type_code: str | None = None
    ordered_at: datetime | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    flight_segments: tuple[FlightSegment, ...] = ()
    segments_left: int = 0
    extras: tuple[Extra, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `items` are the items that were read; `items_complete` is False if the order has, or may have, more.

    In that case, `items_left` is how many more are known to exist, and `items_problem` is the error that kept them from being read,
    or None if they were not requested or the CDP contradicted itself.
    """

    ref: str | None = None
    reference_id: str | None = None
    status: str | None = None
    price: Decimal | None = None
    currency_code: str | None = None
    payment_type: str | None = None
    card_type: str | None = None
    channel: str | None = None
    point_of_sale: str | None = None
    ordered_at: datetime | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    items: tuple[OrderItem, ...] = ()
    items_complete: bool = True
    items_left: int = 0
    items_problem: CdpError | None = None
    guest_ref: str | None = None
    extras: tuple[Extra, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def items_limited(self) -> bool:
        """Whether the order has more items than are read for one order, so that reading it again would not help."""
        return self.items_left > 0 and (self.items_problem is None or isinstance(self.items_problem, TooLarge))


@dataclass(frozen=True, slots=True)
class Identifier:
    """A person's id in another system (`provider`)."""

    provider: str | None = None
    id: str | None = None
    expiry_date: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A contact, a consumer (traveller) or a guest. As it is personal data, its repr shows no values, and it is never logged.

    `items_complete` is False if the person may have more items than `item_refs` names.
    """

    ref: str | None = None
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    gender: str | None = None
    date_of_birth: date | None = None
    nationality: str | None = None
    passport_number: str | None = None
    passport_expiry: date | None = None
    emails: tuple[str, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    city: str | None = None
    state: str | None = None
    post_code: str | None = None
    country: str | None = None
    language: str | None = None
    guest_type: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    guest_ref: str | None = None
    item_refs: tuple[str, ...] = ()
    items_complete: bool = True
    created_at: datetime | None = None
    modified_at: datetime | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    extras: tuple[Extra, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Extension:
    """Custom data of an order or item. `values` are in the order received; `left` counts the values that were not kept."""

    ref: str | None = None
    name: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    values: tuple[Extra, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Loaded(Generic[T]):
    """The part of a collection that could be read.

    `items` are the records that were read; `missing` is how many more are known to exist; `complete` is True only if the collection
    was read to its end and nothing is missing. `problem` is the first failure, or else TooLarge if a limit was reached, or else None.
    Records beyond a requested maximum are neither `missing` nor a `problem`, but they make `complete` False.
    """

    items: tuple[T, ...] = ()
    missing: int = 0
    complete: bool = True
    problem: CdpError | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """One response as received, for the raw view.

    `path` includes the query but not the host; a personal query is replaced by "?…". `text` is the decoded body.
    """

    path: str
    text: str
