"""Phone numbers in text, each read whole or not at all. Used by the search and for the `tel:` links of contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from orders.search_text.normalize import plain

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
LABEL = (
    r"(?:tel(?:e?[fp]h?on[eo]?)?|téléphone|teléfono|phone|mobil[e]?|móvil|cell(?:ulare?|phone)?|celular|handy|rufnummer|ph|mob|"
    r"fon|fax|tlf|tél|whatsapp|komórka|komórkowy|numer telefonu|тел(?:ефон)?|моб|電話(?:番号)?|电话|手机|携帯|전화(?:번호)?|هاتف|फ़ोन)"
)
FILLER = r"(?:[\s.:#=-]|\b(?:no|nr|number|nummer|phone|is|ist)\b)*"
RUN = r"(?:\(?\+|00)?[\d(][\d ()./\-]*\d"
EXTENSION = r"(?:[\s,;]*(?:;ext=|\bext(?:ension)?\b[.:]?|x(?=\s?\d)|#|durchwahl|dw\.?|poste|anexo|interno)\s*(?P<ext>\d{1,7})(?!\w))?"
NUMBER = re.compile(rf"(?P<run>{RUN}){EXTENSION}", re.IGNORECASE)
LABELLED = re.compile(rf"(?<![^\W_]){LABEL}(?![^\W\d_]){FILLER}(?P<run>{RUN}){EXTENSION}", re.IGNORECASE)
INTERNATIONAL = re.compile(rf"(?<![\w+])(?P<run>\(?\+{RUN}){EXTENSION}", re.IGNORECASE)
# National numbers in three or more groups or with brackets: only phone numbers are written in this way.
GROUPED = re.compile(
    r"(?<![\w+./-])(?<!\d )(?P<run>\(0?\d{2,5}\)[ \-./]*\d[\d \-./]{4,12}\d|0[1-9]\d{0,3}(?:[ ]\d{2,5}){2,4})(?![\d-])"
    + EXTENSION,
    re.IGNORECASE,
)
URI = re.compile(
    r"(?:tel|callto|sms|whatsapp):(?://)?(?P<uri>\+?[\d().\-]++(?:;[\w=+.\-]++)*+)(?![ /]*[\d(])", re.IGNORECASE
)
# A plus and a space before a number, at the beginning of a line or after a colon or bracket.
LOOSE_PLUS = re.compile(r"((?:^|[:(])[ \t]*)\+[ ]+(?=[1-9(])", re.MULTILINE)
# A number wrapped over two lines.
OVER_TWO_LINES = re.compile(r"(?<![\w+])(\+\d[\d ()./\-]*)\r?\n[ \t>]*(\d[\d ()./\-]*\d)(?!\w)")
# A number in airline systems, without its plus: "SSR CTCM LH HK1/491701234567".
AIRLINE = re.compile(r"\bCTC[MBH]\b[^/\n]{0,20}[/ ]\+?(\d{7,15})\b", re.IGNORECASE)
# What separates two numbers in one value: a slash or hyphen with spaces around it, a comma, a word such as "or".
BETWEEN_TWO = re.compile(r"\s+/\s+|\s+-\s+|\s*[,;|&]\s*|\s+(?:or|oder|und|and|ou|y)\s+", re.IGNORECASE)
TRUNK = re.compile(r"\(\s*0\s*\)")
NOT_DIGITS = re.compile(r"[^\d]")


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """A phone number: `text` as written, and `e164` such as "+353851234567", or "" if the number cannot be read.

    `needs_country` is True for a national number that cannot be read until its country is known.
    """

    text: str
    e164: str = ""
    extension: str = ""
    needs_country: bool = False


def find(text: str, country: str = "") -> tuple[tuple[Phone, ...], str]:
    """Find phone numbers with a plus, a label, a scheme such as `tel:`, or typical grouping. Return them and the rest of the text.

    A national number of 5 to 18 digits is taken to be from `country` (ISO 3166 alpha-2); if `country` is unknown, or has no
    such numbers, `needs_country` is set.
    """
    text = LOOSE_PLUS.sub(r"\1+", OVER_TWO_LINES.sub(_on_one_line, AIRLINE.sub(_from_airline, text)))
    phones: list[Phone] = []

    def take(match: re.Match[str]) -> str:
        phones.extend(_read_runs(match["run"], match["ext"] or "", country))
        return " "

    def take_grouped(match: re.Match[str]) -> str:
        return take(match) if 9 <= len(NOT_DIGITS.sub("", match["run"])) <= 12 else match.group()

    def take_uri(match: re.Match[str]) -> str:
        phones.append(_read_uri(match["uri"], country))
        return " "

    for pattern, taking in ((URI, take_uri), (LABELLED, take), (INTERNATIONAL, take), (GROUPED, take_grouped)):
        text = pattern.sub(taking, text)
    return tuple({phone.e164 or phone.text: phone for phone in phones}.values()), text


def read(value: str, country: str = "") -> Phone | None:
    """The phone number in `value`; None if it cannot be read, or if `value` contains more than the number and its label.

    A number that lacks only its country is returned, with `needs_country` set and an empty `e164`.
    """
    text = plain(value).strip()
    phones, rest = find(text, country)
    if not phones and (bare := NUMBER.fullmatch(text)):
        phones, rest = tuple(_read_runs(bare["run"], bare["ext"] or "", country)), ""
    if len(phones) != 1 or rest.strip(" .,;:()<>[]\"'"):
        return None
    return phones[0] if phones[0].e164 or phones[0].needs_country else None


def href(value: str, countries: Iterable[str] = ()) -> str:
    """The `tel:` link for a displayed number; "" if the value cannot be read as one number.

    A national number is read once for each of `countries`, as a number from that country, and has a link only if the valid readings
    agree. Such a number is never linked as written, because it would be dialled as a number in the agent's country.
    """
    readings = [phone for country in (countries or ("",)) if (phone := read(value, country)) and phone.e164]
    if readings and not all(map(_is_written_whole, readings)):
        readings = [phone for phone in readings if _is_valid(phone.e164)]
    if len({phone.e164 for phone in readings}) != 1:
        return ""
    extension = f";ext={readings[0].extension}" if readings[0].extension else ""
    return f"tel:{readings[0].e164}{extension}"


def perhaps(text: str, country: str = "") -> Phone | None:
    """`text` read as a phone number that has no plus and no label; None if it is unlikely to be one.

    The text may equally be a reference. If the number cannot be read until its country is known, `needs_country` is set.
    """
    bare = NUMBER.fullmatch(text.strip())
    digits = NOT_DIGITS.sub("", bare["run"]) if bare else ""
    if bare is None or len(digits) < 7 or len(_parts(bare["run"])) != 1:
        return None
    run = bare["run"]
    extension = bare["ext"] or ""
    if re.fullmatch(r"00[1-9]\d{6,13}", digits):
        return _international("+" + digits[2:], run, extension)
    phone = _national(run, extension, country)
    if phone.e164:
        return phone
    if 10 <= len(digits) <= 15 and not digits.startswith("0") and _is_valid("+" + digits):
        return _international("+" + digits, run, extension)
    shaped = re.fullmatch(r"0[1-9]\d{6,11}|011[1-9]\d{9,13}", digits) or (
        is_grouped(run) and 7 <= len(digits) <= 12 and digits[:2] != "00"
    )
    return phone if shaped and phone.needs_country else None


def is_grouped(text: str) -> bool:
    """Whether `text` consists of digits grouped as in a national phone number: "(085) 123-4567", "085 123 4567", "202-555-0123"."""
    text = text.strip()
    return (
        re.fullmatch(
            r"\(\d{2,5}\)[\s\-./]*\d[\d\s\-./]+|0\d{1,4}[\s/\-.]+\d[\d\s\-./]+|(?:1[ .\-]?)?\d{3}[ .\-]\d{3}[ .\-]\d{4}|"
            r"[18][ \-]?\(\d{3,5}\)[\s\-./]*\d[\d\s\-./]+",
            text,
        )
        is not None
    )


def lost_plus(text: str) -> Phone | None:
    """The number in text such as " 353851234567", where a link turned the plus into a space; None if it is not valid with a plus."""
    match = re.fullmatch(r" ([1-9][\d ()\-.]{8,20})", text)
    if match is None or not _is_valid("+" + NOT_DIGITS.sub("", match[1])):
        return None
    return _international("+" + match[1], match[1], "")


def _is_written_whole(phone: Phone) -> bool:
    """Whether the number was written with an international prefix ("+" or "00")."""
    return phone.text.lstrip("(").startswith(("+", "00"))


def _on_one_line(match: re.Match[str]) -> str:
    joined = f"{match[1].rstrip()} {match[2]}"
    return match.group() if _is_valid(match[1]) or not _is_valid(joined) else joined


def _from_airline(match: re.Match[str]) -> str:
    digits = match[1].removeprefix("00")
    return f" +{digits} " if _is_valid("+" + digits) else f" tel: {match[1]} "


def _parts(run: str) -> list[str]:
    """The numbers in a run of digits and separators: its parts if each has enough digits for a number, otherwise the run itself."""
    parts = [part for part in BETWEEN_TWO.split(run) if part]
    if all(len(NOT_DIGITS.sub("", part)) >= 7 for part in parts):
        return parts
    halves = run.split("/")
    both = len(halves) == 2 and all(len(NOT_DIGITS.sub("", half)) >= 7 for half in halves)
    return halves if both else [run]


def _read_runs(run: str, extension: str, country: str) -> list[Phone]:
    parts = _parts(run)
    return [_read_run(part.strip(), extension if part is parts[-1] else "", country) for part in parts]


def _read_run(run: str, extension: str, country: str) -> Phone:
    if run.lstrip("(").startswith("+"):
        return _international(run, run, extension)
    digits = NOT_DIGITS.sub("", run)
    if digits.startswith("00"):
        return _international("+" + digits[2:], run, extension)
    return _national(run, extension, country)


def _read_uri(uri: str, country: str) -> Phone:
    run, _, parameters = uri.partition(";")
    extension = re.search(r"(?:^|;)ext=(\d+)", parameters, re.IGNORECASE)
    context = re.search(r"phone-context=(\+\d+)", parameters, re.IGNORECASE)
    if context and not run.startswith("+"):
        return _international(f"{context[1]} (0) {run.lstrip('0')}", run, extension[1] if extension else "")
    return _read_run(run, extension[1] if extension else "", country)


def _international(number: str, shown: str, extension: str) -> Phone:
    number = TRUNK.sub(" ", number)
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return Phone(shown)
    digits = NOT_DIGITS.sub("", number)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    # A trunk zero is dropped; if anything else is lost, the number was not read whole.
    lost = len(digits) - len(e164) + 1
    return Phone(shown, e164 if phonenumbers.is_possible_number(parsed) and lost <= 1 else "", extension)


def _national(run: str, extension: str, country: str) -> Phone:
    digits = NOT_DIGITS.sub("", run)
    if not 5 <= len(digits) <= 18:
        return Phone(run)
    if country in COUNTRIES:
        with suppress(NumberParseException):
            parsed = phonenumbers.parse(run, country)
            if phonenumbers.is_possible_number(parsed):
                return Phone(run, phonenumbers.format_number(parsed, PhoneNumberFormat.E164), extension)
    return Phone(run, "", extension, needs_country=True)


def _is_valid(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except NumberParseException:
        return False
