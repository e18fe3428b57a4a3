"""What somebody pasted into the search field, read once: which references, or whose address, could be meant.

No Django and no network in here: text in, a `Lookup` out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orders.search_text import emails, links, names, phones, references
from orders.search_text.normalize import decoded, plain
from orders.search_text.references import is_ref, is_reference, looks_like_ref

__all__ = ["LONGEST", "Lookup", "is_nothing", "is_ref", "is_reference", "looks_like_ref", "read"]

LONGEST = 2_000  # a ticket's subject line is shorter; anything longer was pasted by mistake
MOST_CANDIDATES = 3  # each one costs up to three calls, made at the same time

# Zendesk, Jira {{…}}, Zammad #{…}, FreeScout {%…%}, OTRS [% … %], shells ${…},
# templates <% … %>, {ticket.pnr}, %{pnr}, %PNR%, <booking_ref>
PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|[#$%]\{.*?\}|\{%.*?%\}|<%.*?%>|\[%.*?%\]|\{\{.*$|\{[a-z_]+(?:[._][a-z_0-9]+)+\}|"
    r"%[A-Za-z_]{2,}(?:_\d+)?%(?![0-9A-Fa-f]{2})|<[a-z]+(?:_[a-z]+)+>"
)
# The name of a field and nothing else, in the signs of a template that has only one kind of bracket: [pnr], $PNR, __BOOKING_REF__.
NAME_ALONE = re.compile(r"(?:[\[{<(]{1,2}|\$|@|__|::?)\s*([A-Za-z][A-Za-z _-]*?)\s*(?:[\]}>)]{1,2}|\$|__|:)?")
# What ticket systems and databases write into an empty field.
NOTHING = frozenset(
    {
        "null",
        "none",
        "n/a",
        "na",
        "n.a",
        "n.a.",
        "undefined",
        "nil",
        "nan",
        "nul",
        "empty",
        "(null)",
        "blank",
        "unset",
        "not set",
        "\\n",
        "k.a",
        "k. a",
        "keine",
        "keine angabe",
        "leer",
        "s/o",
        "néant",
        "ninguno",
        "ninguna",
        "nessuno",
        "nessuna",
        "geen",
        "brak",
        "なし",
        "无",
        "無",
        "없음",
        "нет",
        "لا يوجد",
        "not available",
        "not provided",
        "not specified",
        "unknown",
        "unbekannt",
        "inconnu",
        "desconocido",
        "tbd",
        "tba",
        "tbc",
        "#ref!",
        "#value!",
        "#name?",
        "no value",
    }
)
EMPTY_TAG = re.compile(r"</?(?:p|br|div|span)\s*/?>", re.IGNORECASE)  # a field of rich text with nothing in it
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """`kind` is "empty", "reference", "email", "phone", "name", "several", "placeholder" or "unreadable".

    `candidates` are cleaned references in the order they should be tried; `address` is an e-mail address or a phone number,
    in E.164 (personal, as names are: never put them in a URL or a log); `placeholder` is the unfilled template text; `why` says what
    is wrong with an unreadable text: "too long", "characters", "dots", "no reference", "email", "phone", "country" (then `national`
    is the number as it was written). `also` are other readings of the text, to be offered beside this one; of "several" none goes first.
    With `mixed` those stand in the text beside the candidates; without, they are other readings of the same words.
    """

    kind: str
    candidates: tuple[str, ...] = ()
    address: str = ""
    placeholder: str = ""
    why: str = ""
    first_name: str = ""
    last_name: str = ""
    national: str = ""
    also: tuple[Lookup, ...] = ()
    mixed: bool = False

    @property
    def needs_country(self) -> bool:
        """Whether a country would read a number that this reading could not."""
        return bool(self.national) or any(other.needs_country for other in self.also)


def read(text: str, country: str = "") -> Lookup:
    """Read a search text. Never raises; never loses what was typed (the caller still has it).

    `country` (ISO 3166 alpha-2) reads phone numbers that are written without theirs.
    """
    if len(text) > LONGEST:
        return Lookup("unreadable", why="too long")
    # Before decoding and after: "{%cf_7%}" holds what looks like percent-encoding, and some systems encode their braces.
    for spelling in (text, decoded(text)):
        if found := PLACEHOLDER.search(spelling):
            return Lookup("placeholder", placeholder=found.group()[:120])
    if (field := NAME_ALONE.fullmatch(plain(text).strip())) and references.is_label(field[1].strip("_")):
        return Lookup("placeholder", placeholder=text.strip()[:120])
    if lost := phones.lost_plus(plain(text)):
        return Lookup("phone", address=lost.e164)
    linked = links.find(plain(text))
    rest = plain(decoded(linked.rest))
    if not linked.found:
        linked = links.find(rest)
        rest = linked.rest
    rest = "\n".join((rest, *linked.texts))
    if not linked.found and is_nothing(rest):
        return Lookup("empty")
    return _limited(_decide(linked, rest, country))


def is_nothing(text: str) -> bool:
    """Whether a plain text stands for an empty field: nothing but punctuation, or a word such as "null"."""
    text = EMPTY_TAG.sub(" ", text)
    bare = text.strip(" \t\r\n\"'.,;:!?#*()[]{}<>|$=-_/")
    words = [word.strip("\"'()[]<>,;") for word in re.split(r"\s+|(?<=\w\w)[/,;|+-](?=\w\w)", text.lower())]
    return ".." not in text and (
        not bare or {text.strip().lower(), bare.lower()} & NOTHING != set() or all(word in NOTHING for word in words)
    )


def _decide(linked: links.Links, rest: str, country: str) -> Lookup:
    """Weigh the tokens: a reference that is hardly anything else, then addresses, then what may be a reference or a name."""
    mails = emails.find(rest)
    numbers, without = phones.find(mails.rest, country)
    people = (*(Lookup("email", address=address) for address in mails.readings), *map(_phone, numbers))
    alone = not linked.found and not people and not mails.broken
    found = references.find(without, alone=alone)
    of_links = tuple(reading for value in linked.values for reading in references.of_value(value.strip(". ")))
    strong = (*of_links, *found.strong)
    readable = tuple(person for person in people if person.why != "phone")
    if strong and (readable or of_links):
        return Lookup("reference", candidates=strong, also=readable, mixed=bool(readable))
    broken = "email" if mails.broken else "phone" if len(readable) < len(people) else ""
    if broken and not strong:
        return Lookup("unreadable", why=broken, also=readable)
    if len(people) == 1:
        return replace(people[0], also=_of_subjects(linked))
    if people:
        return Lookup("several", also=readable)
    if linked.values and not of_links:
        return Lookup("unreadable", why="dots" if any(".." in value for value in linked.values) else "characters")
    return _without_addresses(rest, found, linked, country)


def _of_subjects(linked: links.Links) -> tuple[Lookup, ...]:
    """The references in the subject of a `mailto:` link, as a second reading."""
    strong = references.find(" ".join(linked.subjects), alone=False).strong
    return (_limited(Lookup("reference", candidates=strong)),) if strong else ()


def _without_addresses(rest: str, found: references.References, linked: links.Links, country: str) -> Lookup:
    """A text of words and digits alone."""
    bare = rest.strip()
    if CONTROL.search(bare):
        return Lookup("unreadable", why="characters")
    if number := phones.perhaps(bare, country):
        return _digits(number, bare)
    sentence = len(bare.split()) > 1 and found.strong
    name = None if sentence or any(map(references.is_label, bare.split())) else names.read(bare)
    named = (Lookup("name", first_name=name.first, last_name=name.last),) if name is not None else ()
    if named and name is not None and name.sure and not _is_code_and_name(found, bare):
        return named[0]
    if found.all:
        number = None if found.strong or named else phones.perhaps(found.all[0], country)
        return Lookup("reference", candidates=found.all, also=named if number is None else (_phone(number),))
    if found.dots:
        return Lookup("unreadable", why="dots")
    if references.is_too_long(bare):
        return Lookup("unreadable", why="too long")
    return Lookup("unreadable", why="no reference" if found.words or linked.found else "characters", also=named)


def _is_code_and_name(found: references.References, text: str) -> bool:
    """Whether a text that reads as a name may hold a reference of letters only: "ABCDEF", "DOYLE ABCDEF", "ABCDEF/GHIJKL"."""
    return (
        bool(found.all)
        and names.LABEL.match(text) is None
        and (len(text.split()) == 2 or "/" in text)
        and any(word in found.all for word in re.split(r"[\s/]+", text))
    )


def _digits(number: phones.Phone, text: str) -> Lookup:
    """Digits without a plus: a phone number if they are grouped as only those are, else a reference that may be a phone number too."""
    phone = _phone(number)
    digits = re.sub(r"\D", "", number.text)
    if phones.is_grouped(text) and not digits.startswith("00") and not is_reference(text):
        return phone
    return Lookup("reference", candidates=(text if is_reference(text) else digits,), also=(phone,))


def _phone(number: phones.Phone) -> Lookup:
    if number.e164:
        return Lookup("phone", address=number.e164)
    if number.needs_country:
        return Lookup("unreadable", why="country", national=number.text)
    return Lookup("unreadable", why="phone")


def _limited(reading: Lookup) -> Lookup:
    candidates = tuple(dict.fromkeys(filter(is_reference, reading.candidates)))[:MOST_CANDIDATES]
    return replace(reading, candidates=candidates)
