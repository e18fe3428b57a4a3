"""What of a person is shown, and what stays hidden until somebody who may asks for it. Masking happens here, on the server.

Shown at once is what an agent needs to recognize and to reach somebody: names, e-mails, phones, address, nationality.
Hidden are passport, birth date, every identifier that is not plainly a number of trade (loyalty, booking, customer number), and
every field of a person we do not know: it may be anything. Of an order, whose fields are mostly no secret, those are hidden
whose name, or a name inside them, speaks of documents or holds people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from orders.cdp.records import Identifier, Note, Person

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,24}")
# Documents have a hundred names (Reisepass, DNI, Aadhaar, Known Traveller), numbers of trade only a few: those are listed.
# The second set alone says nothing about what kind of number it is.
TRADE = frozenset({"loyalty", "frequent", "flyer", "flier", "miles", "booking", "pnr", "crm", "customer", "membership"})
SAYS_NOTHING = frozenset(
    {"id", "no", "nr", "number", "ref", "reference", "code", "system", "member", "program", "programme", "club"}
)
DOCUMENT = re.compile(
    r"passport|reisepass|\bdocument|\bidentity|\bnational (id|ident|number)|\bssn\b|social (security|insurance)|licen[cs]e"
    r"|\bvisa\b|birth|geburt|\bdob\b|\btax (id|ident|number|no)|\bcard (no|num|holder)|\bcvv\b|\biban\b"
    r"|known trav|redress|\bktn\b|\baadhaar|\bdni\b"
)
PEOPLE = re.compile(r"\b(travell?ers?|passengers?|pax|contacts?|consumers?|guests?|customers?|persons?|people)\b")
INNER_NAME = re.compile(r'"((?:[^"\\]|\\.)*)" ?:')
JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")
DOT = "•"


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    """One line about a person. With `masked` the `value` holds no more than its mask. `date` values are given as dates."""

    name: str
    label: object
    value: str | date
    masked: bool = False
    href: str = ""
    copy: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PersonCard:
    """A person as the page shows them. `ref` identifies them inside this order's list, also where the CDP gave no ref.

    `flights` are labels, `extras` the other items they are on as (type as sent, name); with `more` these are not all.
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


def card(
    person: Person,
    position: int,
    *,
    reveal: Iterable[str] = (),
    passenger_types: tuple[str, ...] = (),
    flights: tuple[str, ...] = (),
    extras: tuple[tuple[str, str], ...] = (),
    more: bool = False,
) -> PersonCard:
    """The card of `person`; `reveal` names the hidden fields to show, "all" for every one."""
    shown = frozenset(reveal)
    names = [name for name in (person.title, person.first_name, person.last_name) if name]
    letters = [name[0] for name in (person.first_name, person.last_name) if name]
    return PersonCard(
        ref=person.ref or f"n{position}",
        name=" ".join(names),
        initials="".join(letters).upper(),
        fields=tuple(_fields(person, lambda name: name in shown or "all" in shown)),
        passenger_types=passenger_types,
        flights=flights,
        extras=extras,
        more=more,
        guest_ref=person.guest_ref or "",
        guest_type=person.guest_type or "",
        notes=person.notes,
    )


def _fields(person: Person, reveals: Callable[[str], bool]) -> Iterator[Field]:
    for email in person.emails:
        href = f"mailto:{email}" if EMAIL.fullmatch(email) else ""
        yield Field("email", _("E-mail"), email, href=href, copy=True)
    for phone in person.phone_numbers:
        href = "tel:" + re.sub(r"[^+0-9]", "", phone) if PHONE.fullmatch(phone.strip()) else ""
        yield Field("phone", _("Phone"), phone, href=href, copy=True)
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
        yield Field("address", _("Address"), address, copy=True)
    for name, label, value in (
        ("nationality", _("Nationality"), person.nationality),
        ("gender", _("Gender"), person.gender),
        ("language", _("Language"), person.language),
    ):
        if value:
            yield Field(name, label, value)
    yield from _hidden(person, reveals)


def _hidden(person: Person, reveals: Callable[[str], bool]) -> Iterator[Field]:
    for name, label, value in (
        ("date_of_birth", _("Date of birth"), person.date_of_birth),
        ("passport_number", _("Passport"), person.passport_number),
        ("passport_expiry", _("Passport valid until"), person.passport_expiry),
    ):
        if value:
            yield Field(name, label, value) if reveals(name) else Field(name, label, mask(value), masked=True)
    for number, identifier in enumerate(person.identifiers):
        if identifier.id:
            yield _identifier(identifier, f"identifier_{number}", reveals)
    for extra in person.extras:
        name = f"extra_{extra.key}"
        value = extra.value if reveals(name) else DOT * 4
        yield Field(name, extra.key, value, masked=not reveals(name))


def _identifier(identifier: Identifier, name: str, reveals: Callable[[str], bool]) -> Field:
    value, label = identifier.id or "", identifier.provider or _("Identifier")
    if not is_trade(identifier.provider or "") and not reveals(name):
        return Field(name, label, mask(value), masked=True)
    return Field(name, label, value, copy=True)


@lru_cache(maxsize=1024)
def is_trade(provider: str) -> bool:
    """Whether an identifier of this provider is plainly a number of trade; in doubt it is not."""
    words = set(_words(provider).split())
    return words <= TRADE | SAYS_NOTHING and not words <= SAYS_NOTHING


def is_personal(key: str, value: str) -> bool:
    """Whether an unknown field of an order, an item or their custom data may hold somebody's documents or a list of people.

    `value` is the text that the field is shown as; inside a list or an object the names of the inner fields count too.
    """
    if _speaks_of(DOCUMENT, key):
        return True
    if not value.startswith(("[", "{")):
        return False
    return any(_speaks_of(DOCUMENT, name) or _speaks_of(PEOPLE, name) for name in (key, *INNER_NAME.findall(value)))


@lru_cache(maxsize=4096)
def _speaks_of(what: re.Pattern[str], key: str) -> bool:
    return what.search(_words(key)) is not None


def _words(name: str) -> str:
    """ "passportNumber" and "PASSPORT_NUMBER" as "passport number"."""
    return JOINTS.sub(" ", name).lower().strip()


def mask(value: str | date) -> str:
    """A mask that lets two people compare the end of a number and nothing more: the last two of six or more characters."""
    if isinstance(value, date):
        return DOT * 4
    text = value.strip()
    return DOT * 4 + (text[-2:] if len(text) >= 6 else "")
