"""The reading of a search text: which references, e-mail addresses, phone numbers or names it may mean.

No Django and no network: text in, a `Lookup` out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from orders.search_text import emails, links, names, phones, references
from orders.search_text.normalize import decoded, plain
from orders.search_text.references import is_reference, looks_like_ref

__all__ = ["LONGEST", "Kind", "Lookup", "Unreadable", "is_nothing", "is_reference", "looks_like_ref", "read"]

LONGEST = 2_000  # a ticket's subject line is shorter; anything longer was pasted by mistake
MOST_CANDIDATES = 3  # each one costs up to three calls, made at the same time

# Zendesk, Jira {{…}}, Zammad #{…}, FreeScout {%…%}, OTRS [% … %], shells ${…},
# templates <% … %>, {ticket.pnr}, %{pnr}, %PNR%, <booking_ref>
PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|[#$%]\{.*?\}|\{%.*?%\}|<%.*?%>|\[%.*?%\]|\{\{.*$|\{[a-z_]+(?:[._][a-z_0-9]+)+\}|"
    r"%[A-Za-z_]{2,}(?:_\d+)?%(?![0-9A-Fa-f]{2})|<[a-z]+(?:_[a-z]+)+>"
)
# The name of a field and nothing else, with the simple marks that some templates use: [pnr], $PNR, __BOOKING_REF__.
NAME_ALONE = re.compile(r"(?:[\[{<(]{1,2}|\$|@|__|::?)\s*([A-Za-z][A-Za-z _-]*?)\s*(?:[\]}>)]{1,2}|\$|__|:)?")
# The values of empty fields in ticket systems and databases.
NOTHING_WORDS = (
    "null|none|n/a|na|n.a|n.a.|undefined|nil|nan|nul|empty|(null)|blank|unset|not set|\\n|k.a|k. a|keine"
    "|keine angabe|leer|s/o|néant|ninguno|ninguna|nessuno|nessuna|geen|brak|なし|无|無|없음|нет|لا يوجد"
    "|not available|not provided|not specified|unknown|unbekannt|inconnu|desconocido|tbd|tba|tbc|#ref!|#value!"
    "|#name?|no value"
)
NOTHING = frozenset(NOTHING_WORDS.split("|"))
EMPTY_TAG = re.compile(r"</?(?:p|br|div|span)\s*/?>", re.IGNORECASE)  # a field of rich text with nothing in it
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Kind(StrEnum):
    """The kinds of search text that `read` distinguishes."""

    EMPTY = "empty"
    REFERENCE = "reference"
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    SEVERAL = "several"
    PLACEHOLDER = "placeholder"
    UNREADABLE = "unreadable"


class Unreadable(StrEnum):
    """The reason why a search text cannot be read; NOT if it can be read.

    DOTS: a reference contains "..". EMAIL and PHONE: an e-mail address or phone number is incomplete, invalid or in doubt. COUNTRY: the
    country of a phone number is not known.
    """

    NOT = ""
    TOO_LONG = "too long"
    CHARACTERS = "characters"
    DOTS = "dots"
    NO_REFERENCE = "no reference"
    EMAIL = "email"
    PHONE = "phone"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """One reading of a search text.

    `candidates` are cleaned references, the likeliest first. `address` is an e-mail address, or a phone number in E.164; like names, it
    is personal and must never be in a URL or a log. `placeholder` is an unfilled field of a template. `national` is a phone number, as
    written, that needs its country. `also` has other readings to offer next to this one; in a reading of kind SEVERAL,
    it has all of them. If `mixed` is True, the readings in `also` and the candidates come from different words of the text.
    """

    kind: Kind
    candidates: tuple[str, ...] = ()
    address: str = ""
    placeholder: str = ""
    why: Unreadable = Unreadable.NOT
    first_name: str = ""
    last_name: str = ""
    national: str = ""
    also: tuple[Lookup, ...] = ()
    mixed: bool = False

    @property
    def needs_country(self) -> bool:
        """Whether a phone number could be read if its country were known."""
        return bool(self.national) or any(other.needs_country for other in self.also)


def read(text: str, country: str = "") -> Lookup:
    """Read a search text. Never raises.

    `country` (ISO 3166 alpha-2) is assumed for phone numbers without a country code.
    """
    if len(text) > LONGEST:
        return Lookup(Kind.UNREADABLE, why=Unreadable.TOO_LONG)
    # Searched before decoding and after: "{%cf_7%}" resembles percent-encoding, and some systems encode their braces.
    for spelling in (text, decoded(text)):
        if placeholder := PLACEHOLDER.search(spelling):
            return Lookup(Kind.PLACEHOLDER, placeholder=placeholder.group()[:120])
    if (field := NAME_ALONE.fullmatch(plain(text).strip())) and references.is_label(field[1].strip("_")):
        return Lookup(Kind.PLACEHOLDER, placeholder=text.strip()[:120])
    if lost := phones.lost_plus(plain(text)):
        return Lookup(Kind.PHONE, address=lost.e164)
    linked = links.find(plain(text))
    rest = plain(decoded(linked.rest))
    if not linked.has_link:
        linked = links.find(rest)
        rest = linked.rest
    rest = "\n".join((rest, *linked.texts))
    if not linked.has_link and is_nothing(rest):
        return Lookup(Kind.EMPTY)
    return _limited(_decide(linked, rest, country))


def is_nothing(text: str) -> bool:
    """Whether plain text stands for an empty field: blank, only punctuation (without ".."), or only words such as "null"."""
    text = EMPTY_TAG.sub(" ", text)
    bare = text.strip(" \t\r\n\"'.,;:!?#*()[]{}<>|$=-_/")
    words = [word.strip("\"'()[]<>,;") for word in re.split(r"\s+|(?<=\w\w)[/,;|+-](?=\w\w)", text.lower())]
    return ".." not in text and (
        not bare or {text.strip().lower(), bare.lower()} & NOTHING != set() or all(word in NOTHING for word in words)
    )


def _decide(linked: links.Links, rest: str, country: str) -> Lookup:
    """Choose the reading. Normally, clear references come first, then addresses and phone numbers, then a possible reference or name."""
    mails = emails.find(rest)
    numbers, without = phones.find(mails.rest, country)
    people = (*(Lookup(Kind.EMAIL, address=address) for address in mails.readings), *map(_phone, numbers))
    alone = not linked.has_link and not people and not mails.broken
    of_text = references.find(without, alone=alone)
    of_links = tuple(reading for value in linked.values for reading in references.of_value(value.strip(". ")))
    strong = (*of_links, *of_text.strong)
    readable = tuple(person for person in people if person.why is not Unreadable.PHONE)
    if strong and (people or of_links):
        return Lookup(Kind.REFERENCE, candidates=strong, also=readable, mixed=bool(readable))
    broken = Unreadable.PHONE if len(readable) < len(people) else Unreadable.NOT
    broken = Unreadable.EMAIL if mails.broken else broken
    if broken and not strong:
        return Lookup(Kind.UNREADABLE, why=broken, also=readable)
    if len(people) == 1:
        return replace(people[0], also=_of_subjects(linked))
    if people:
        return Lookup(Kind.SEVERAL, also=readable)
    if linked.values and not of_links:
        return Lookup(Kind.UNREADABLE, why=_dots_or_characters(linked.values))
    return _without_addresses(rest, of_text, linked, country)


def _dots_or_characters(values: tuple[str, ...]) -> Unreadable:
    return Unreadable.DOTS if any(".." in value for value in values) else Unreadable.CHARACTERS


def _of_subjects(linked: links.Links) -> tuple[Lookup, ...]:
    """A reading of the clear references in the subjects and bodies of `mailto:` links; () if there are none."""
    strong = references.find(" ".join(linked.subjects), alone=False).strong
    return (_limited(Lookup(Kind.REFERENCE, candidates=strong)),) if strong else ()


def _without_addresses(rest: str, of_text: references.References, linked: links.Links, country: str) -> Lookup:
    """The reading of text in which neither an e-mail address nor a phone number has been found so far."""
    bare = rest.strip()
    if CONTROL.search(bare):
        return Lookup(Kind.UNREADABLE, why=Unreadable.CHARACTERS)
    if number := phones.perhaps(bare, country):
        return _digits(number, bare)
    sentence = len(bare.split()) > 1 and of_text.strong
    name = None if sentence or any(map(references.is_label, bare.split())) else names.read(bare)
    named = (Lookup(Kind.NAME, first_name=name.first, last_name=name.last),) if name is not None else ()
    if named and name is not None and name.sure and not _is_code_and_name(of_text, bare):
        return named[0]
    if of_text.all:
        number = None if of_text.strong or named else phones.perhaps(of_text.all[0], country)
        return Lookup(Kind.REFERENCE, candidates=of_text.all, also=named if number is None else (_phone(number),))
    if of_text.dots:
        return Lookup(Kind.UNREADABLE, why=Unreadable.DOTS)
    if references.is_too_long(bare):
        return Lookup(Kind.UNREADABLE, why=Unreadable.TOO_LONG)
    return Lookup(
        Kind.UNREADABLE,
        why=Unreadable.NO_REFERENCE if of_text.words or linked.has_link else Unreadable.CHARACTERS,
        also=named,
    )


def _is_code_and_name(of_text: references.References, text: str) -> bool:
    """Whether text that looks like a name may contain a reference made of letters, as in "DOYLE ABCDEF" and "ABCDEF/GHIJKL"."""
    return (
        bool(of_text.all)
        and names.LABEL.match(text) is None
        and (len(text.split()) == 2 or "/" in text)
        and any(word in of_text.all for word in re.split(r"[\s/]+", text))
    )


def _digits(number: phones.Phone, text: str) -> Lookup:
    """The reading of digits without a plus: a reference, with the phone number as a second reading.

    It is the phone number alone if the digits are grouped like a national number, do not begin with 00, and cannot be a reference as
    written.
    """
    phone = _phone(number)
    digits = re.sub(r"\D", "", number.text)
    if phones.is_grouped(text) and not digits.startswith("00") and not is_reference(text):
        return phone
    return Lookup(Kind.REFERENCE, candidates=(text if is_reference(text) else digits,), also=(phone,))


def _phone(number: phones.Phone) -> Lookup:
    if number.e164:
        return Lookup(Kind.PHONE, address=number.e164)
    if number.needs_country:
        return Lookup(Kind.UNREADABLE, why=Unreadable.COUNTRY, national=number.text)
    return Lookup(Kind.UNREADABLE, why=Unreadable.PHONE)


def _limited(reading: Lookup) -> Lookup:
    candidates = tuple(dict.fromkeys(filter(is_reference, reading.candidates)))[:MOST_CANDIDATES]
    return replace(reading, candidates=candidates)
