"""E-mail addresses in text, each read whole or not at all. Used by the search and for the `mailto:` links of contacts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from email_validator import EmailSyntaxError, validate_email

from orders.search_text.normalize import JOINERS, parted, plain

# RFC 5322's atext; letters, marks and digits of other scripts are legal since RFC 6531.
ATEXT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-")
# Characters that are legal in a local part, but not part of it if they surround the whole address.
AROUND = {sign: sign for sign in "'`*_~|!#?=/&%^$"} | {"{": "}"}
BETWEEN_TWO = "/|;&*+#!?="
SPELLED_AT = re.compile(r"\s*[\[(<]\s*(?:at|@|ät)\s*[\])>]\s*", re.IGNORECASE)
SPELLED_DOT = re.compile(r"\s*[\[(<]\s*(?:dot|punkt|\.)\s*[\])>]\s*", re.IGNORECASE)
LABELLED = re.compile(
    r"(?:(?:e-?mail|mail|address|adresse|user|login|from|to|customer|contact)=|ape-)(.+)", re.IGNORECASE
)
# "jane tag@example.com" from a link may have been "jane+tag@example.com", unless the first word is one of these.
PLAIN_WORDS = frozenset(
    {
        "a",
        "address",
        "an",
        "and",
        "at",
        "by",
        "call",
        "cc",
        "client",
        "contact",
        "customer",
        "email",
        "e-mail",
        "for",
        "from",
        "guest",
        "is",
    }
    | {"kunde", "kundin", "mail", "of", "or", "passenger", "pax", "please", "ticket", "to", "user", "via", "von"}
)
LOST_PLUS = re.compile(r"\s*([a-z0-9][a-z0-9._-]*) ([A-Za-z0-9._-]+)@(\S+?)\s*")
# An address as airline systems write it, without "@", "_" or "-": "SSR CTCE BA HK1/JANE..DOE//EXAMPLE.COM".
AIRLINE = re.compile(r"\bCTCE\b[^/\n]{0,20}[/ -]((?:[A-Z0-9+]|\./?)+)//((?:[A-Z0-9]|\./?)+)", re.IGNORECASE)
# "jane,doe@example.com": the comma may be a mistyped dot, or "jane" may be a separate word. A line break leaves the same doubt.
SLIP = re.compile(r"(?:^|.*\s)(?P<word>[^\W\d_]+)[,;:]", re.DOTALL)
WRAPPED = re.compile(r"(?:\s*(?!www\.)[^\W_]+(?:[._-][^\W_]+)+|.*[^\W_][_+-])[ \t]*\n\s*", re.DOTALL)
LABELS = "mail email adresse address correo courriel kontakt contact to from cc bcc von an de para sip user"
BEFORE_ADDRESS = frozenset(LABELS.split())
DOMAIN_END = re.compile(r"(.*\.(?:xn--[A-Za-z0-9-]+|[A-Za-z]{2,})) \S+", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Addresses:
    """The e-mail addresses in a text: `readings` are those that may be meant, in the order of the text.

    `rest` is the text without any address, valid or not. `broken` is True if an address cannot be read whole, or if one of the
    `readings` may really begin in the word before it.
    """

    readings: tuple[str, ...]
    rest: str
    broken: bool = False


def find(text: str) -> Addresses:
    """Find the e-mail addresses in plain text (see `normalize.plain`).

    Quotation marks and other paired characters around an address do not count as part of it, although they may be legal in one; nor does
    a character that joins two addresses, as in "jane@example.com/tom@example.com".
    """
    if "@" not in text or "at" in text.lower():
        text = SPELLED_AT.sub("@", text)
    if "@" in text:
        text = SPELLED_DOT.sub(".", text)
    text = AIRLINE.sub(lambda match: f" {_from_airline(match[1])}@{_from_airline(match[2])} ", text)
    if lost := LOST_PLUS.fullmatch(text):
        readings = tuple(a for a in (f"{lost[1]}+{lost[2]}@{lost[3]}", f"{lost[2]}@{lost[3]}") if is_address(a))
        if lost[1] not in PLAIN_WORDS and len(readings) == 2:
            return Addresses(readings, "")
    readings, rest, end, broken = (), [], 0, False
    for at in (position for position, sign in enumerate(text) if sign == "@"):
        if at < end:
            continue
        start, stop = _local_start(text, at, end), _domain_end(text, at + 1)
        if _is_no_address(text, start, at, stop):
            continue
        start, stop, after = _without_frame(text, start, stop)
        local, domain = text[start:at], text[at + 1 : stop]
        whole = (text[after : after + 1] not in {"@", "_"} or after > stop) and not _is_cut_off(text, start, end)
        read = _readings(local, domain) if whole else ()
        broken = broken or not read or _may_begin_before(text[end:start], local)
        readings += read
        rest.append(text[end:start])
        end = after
    return Addresses(tuple(dict.fromkeys(readings)), " ".join([*rest, text[end:]]), broken)


def read(value: str) -> str:
    """The e-mail address in `value`, with spellings such as "(at)" normalized; "" unless `value` has one address and no other text."""
    addresses = find(plain(value).strip())
    return (
        addresses.readings[0]
        if len(addresses.readings) == 1 and not addresses.broken and not addresses.rest.strip()
        else ""
    )


def href(value: str) -> str:
    """The `mailto:` link for a displayed address, percent-encoded as in RFC 6068; "" if the value cannot be read as one address."""
    address = read(value)
    return "mailto:" + quote(address, safe="@.+-_~!$'*") if address else ""


def is_address(text: str) -> bool:
    """Whether `text` has the syntax of an e-mail address (no DNS lookup).

    Its host must be an address literal, or a domain with a plausible TLD.
    """
    host = text.rpartition("@")[2]
    top = host.rpartition(".")[2]
    if not host.endswith("]") and not (
        "." in host and len(top) >= 2 and (top.lower().startswith("xn--") or not any(map(str.isdigit, top)))
    ):
        return False
    try:
        validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailSyntaxError:
        return False
    return True


def _readings(local: str, domain: str) -> tuple[str, ...]:
    """The valid addresses that may be meant: first the address as written, but without any word in another script joined to its end.

    The other readings also leave out a label such as "email=", or a word in another script joined to the front.
    """
    texts = [f"{local}@{domain}"]
    if glued := DOMAIN_END.fullmatch(parted(domain)):
        texts = [f"{local}@{glued[1].replace(' ', '')}"]
        domain = glued[1].replace(" ", "")
    if labelled := LABELLED.fullmatch(local):
        texts.append(f"{labelled[1]}@{domain}")
    tail = parted(local).rpartition(" ")[2]
    if tail != local and tail.isascii():
        texts.append(f"{tail}@{domain}")
    return tuple(text for text in texts if is_address(text))


def _is_no_address(text: str, start: int, at: int, stop: int) -> bool:
    """Whether the "@" is not part of an address, as in "B94TXY @ 15:00" or in a mention such as "@anna"."""
    alone = text[at + 1 : at + 2].strip() == "" and (start == at)
    mention = start == at and text[at - 1 : at].strip() == "" and "." not in text[at + 1 : stop]
    spaced = text[at + 1 : at + 2].strip() == "" and text[at - 1 : at].strip() == ""
    return (alone and spaced) or mention


def _from_airline(part: str) -> str:
    return part.replace("./", "-").replace("..", "_").rstrip(".")


def _may_begin_before(before: str, local: str) -> bool:
    """Whether the address may really begin in the word before it, as in "jane,doe@example.com".

    If it does, the address without that word may be another person's.
    """
    if slip := SLIP.fullmatch(before):
        word = slip["word"]
        return word.islower() and local[:1].islower() and word not in BEFORE_ADDRESS
    return before.islower() and WRAPPED.fullmatch(before) is not None


def _is_cut_off(text: str, start: int, end: int) -> bool:
    """Whether the character before the local part seems to belong to it but is not legal there, as in 'a"b"c@', "a\\b@" and "a€b@"."""
    before = text[end:start][-1:]
    if before == '"':
        return text.count('"', end, start) % 2 == 0
    return before == "\\" or (before > "\x7f" and unicodedata.category(before)[0] == "S")


def _without_frame(text: str, start: int, stop: int) -> tuple[int, int, int]:
    """The start and end of the address without paired characters (such as quotes) around it, and the position after the closing ones."""
    after = stop
    while start < stop and text[start] in AROUND:
        closing = re.match(r"[.,;:!?]*?(?=" + re.escape(AROUND[text[start]]) + ")", text[after:])
        if closing is None:
            break
        behind = after + closing.end()
        start, after = start + 1, behind + 1
    return start, stop, after


def _local_start(text: str, at: int, end: int) -> int:
    if text[at - 1 : at] == '"' and (opening := _opening_quote(text, at - 1, end)) >= 0:
        return opening
    start = at
    while start > end and (text[start - 1] in ATEXT or text[start - 1] == "." or _is_letter(text[start - 1])):
        start -= 1
    if start == end > 0:
        while start < at and text[start] in BETWEEN_TWO:
            start += 1
    return start


def _opening_quote(text: str, closing: int, end: int) -> int:
    position = closing
    while (position := text.rfind('"', end, position)) >= 0:
        if text[position - 1 : position] != "\\":
            return position
    return -1


def _domain_end(text: str, start: int) -> int:
    if literal := re.match(r"\[[0-9A-Za-z:.]+\]", text[start:]):
        return start + literal.end()
    stop = start
    while stop < len(text) and (
        text[stop] in "-." or (text[stop].isascii() and text[stop].isalnum()) or _is_letter(text[stop])
    ):
        stop += 1
    return start + len(text[start:stop].rstrip(".-"))


def _is_letter(sign: str) -> bool:
    return not sign.isascii() and (unicodedata.category(sign)[0] in "LMN" or sign in JOINERS)
