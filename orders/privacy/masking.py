"""Cards of people: which fields are shown, and which stay masked until revealed. Masking happens on the server.

The fields that an agent needs to recognize and reach somebody are shown at once: name, e-mail addresses, phone numbers,
postal address, nationality, gender and language. The following are hidden: passport number and expiry date, date of birth, every
identifier except those that are clearly trade numbers (loyalty, booking or customer numbers), and every unknown field, which may
contain anything. A mask keeps nothing of the value it replaces. The rules for orders are in `hiding`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from orders.cdp.records import Extra, Identifier, Note, Person
from orders.privacy.harmless import is_name, words
from orders.privacy.hiding import MASK, masked_name
from orders.privacy.personal_text import is_personal
from orders.search_text import emails, phones

# Documents have a hundred names (Reisepass, DNI, Aadhaar, Known Traveller), trade numbers only a few, which are listed here.
# A word in SAYS_NOTHING does not say by itself what kind of number it is.
TRADE = frozenset({"loyalty", "frequent", "flyer", "flier", "miles", "booking", "pnr", "crm", "customer", "membership"})
SAYS_NOTHING = frozenset(
    {"id", "no", "nr", "number", "ref", "reference", "code", "system", "member", "program", "programme", "club"}
)

REACHES = ("phone", "email")


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    """One line about a person. A `hidden` field is masked unless revealed; if it is `masked`, its `value` is only the mask.

    `label` is what the CDP calls the field; it is "" for the fields that have a label of ours (`orders.display.people`).
    `href` is the link for the value ("" if there is none); `copy` is True if the page offers a button that copies the value.
    """

    name: str
    value: str | date
    label: str = ""
    masked: bool = False
    href: str = ""
    copy: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PersonCard:
    """A person as the page shows them. `ref` identifies them in the list of people shown, even if the CDP sent no ref.

    `flights` are labels of flights; `extras` are the person's other items, as (type, name) pairs, with the type as the CDP sent
    it. `more` is True if some flights, extras or passenger types are left out.
    """

    ref: str
    name: str
    initials: str
    fields: tuple[Field, ...]
    passenger_types: tuple[str, ...] = ()
    flights: tuple[str, ...] = ()
    extras: tuple[tuple[str, str], ...] = ()
    more: bool = False
    guest_ref: str = ""
    guest_type: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def masked(self) -> bool:
        return any(field.masked for field in self.fields)

    @property
    def contacts(self) -> list[Field]:
        """The person's phone numbers, then their e-mail addresses, including any that cannot be made into links."""
        return [field for field in self.fields if field.name in REACHES]

    @property
    def facts(self) -> list[Field]:
        """The unmasked fields other than `contacts`."""
        return [field for field in self.fields if field.name not in REACHES and not field.masked]

    @property
    def unreachable(self) -> bool:
        """Whether the card has no phone number or e-mail address, and also no unknown field or note, which could conceal one."""
        return (
            not self.contacts and not self.notes and not any(field.name.startswith("extra_") for field in self.fields)
        )

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the fields that are hidden unless revealed."""
        return frozenset(field.name for field in self.fields if field.hidden)


def card(
    person: Person,
    position: int,
    *,
    reveal: Iterable[str] = (),
    passenger_types: tuple[str, ...] = (),
    flights: tuple[str, ...] = (),
    extras: tuple[tuple[str, str], ...] = (),
    more: bool = False,
    country: str = "",
) -> PersonCard:
    """The card of `person`, who is at `position` (from 1) in the list. `reveal` names the hidden fields to show; "all" shows them all.

    `country` (ISO 3166 alpha-2, or "") is the connection's. A national phone number is read twice: as a
    number from the person's country and as one from `country`. It has a link only if the valid readings agree.
    """
    shown = frozenset(reveal)
    names = [name for name in (person.title, person.first_name, person.last_name) if name]
    letters = [name[0] for name in (person.first_name, person.last_name) if name]
    return PersonCard(
        ref=person.ref or f"n{position}",
        name=" ".join(names),
        initials="".join(letters).upper(),
        fields=tuple(_fields(person, lambda name: name in shown or "all" in shown, country)),
        passenger_types=passenger_types,
        flights=flights,
        extras=extras,
        more=more,
        guest_ref=person.guest_ref or "",
        guest_type=person.guest_type or "",
        notes=tuple(replace(note, field=masked_name(note.field)) for note in person.notes),
    )


def _fields(person: Person, reveals: Callable[[str], bool], country: str) -> Iterator[Field]:
    countries = tuple(filter(None, ((person.country or "").upper(), country)))
    for phone in person.phone_numbers:
        yield Field("phone", phone, href=phones.href(phone, countries), copy=True)
    for email in person.emails:
        yield Field("email", email, href=emails.href(email), copy=True)
    address = ", ".join(
        part
        for part in (
            *person.street,
            " ".join(p for p in (person.post_code, person.city) if p),
            person.state,
            person.country,
        )
        if part
    )
    if address:
        yield Field("address", address, copy=True)
    for name, value in (
        ("nationality", person.nationality),
        ("gender", person.gender),
        ("language", person.language),
    ):
        if value:
            yield Field(name, value)
    yield from _hidden(person, reveals)


def _hidden(person: Person, reveals: Callable[[str], bool]) -> Iterator[Field]:
    for name, value in (
        ("date_of_birth", person.date_of_birth),
        ("passport_number", person.passport_number),
        ("passport_expiry", person.passport_expiry),
    ):
        if value:
            yield Field(name, value, hidden=True) if reveals(name) else _mask(name)
    for number, identifier in enumerate(person.identifiers):
        if identifier.id:
            yield _identifier(identifier, f"identifier_{number}", reveals)
    for number, extra in enumerate(person.extras, start=1):
        name = extra_name(extra, number)
        if reveals(name):
            yield Field(name, extra.value, extra.key, hidden=True)
        else:
            yield _mask(name, masked_name(extra.key))


def _mask(name: str, label: str = "") -> Field:
    return Field(name, MASK, label, masked=True, hidden=True)


def extra_name(extra: Extra, number: int) -> str:
    """The name of an unknown field in forms and access records; it has `number` in place of a key that may itself be secret."""
    return f"extra_{extra.key}" if is_name(extra.key) else f"extra_field_{number}"


def _identifier(identifier: Identifier, name: str, reveals: Callable[[str], bool]) -> Field:
    value, label = identifier.id or "", identifier.provider or ""
    if is_trade(identifier.provider or "") and not is_personal(value):
        return Field(name, value, label, copy=True)
    if reveals(name):
        return Field(name, value, label, copy=True, hidden=True)
    # A provider should be a name; one with digits in it may be the number itself.
    hides = identifier.provider and (is_personal(identifier.provider) or re.search(r"\d", identifier.provider))
    return _mask(name, MASK if hides else label)


@lru_cache(maxsize=1024)
def is_trade(provider: str) -> bool:
    """Whether identifiers from this provider are clearly trade numbers, such as loyalty numbers; False if in doubt."""
    named = set(words(provider))
    return named <= TRADE | SAYS_NOTHING and not named <= SAYS_NOTHING
