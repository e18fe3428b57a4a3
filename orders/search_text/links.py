"""The links in a search text and what they contain, even if a mail gateway has wrapped them in its own links."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from orders.search_text.normalize import decoded, parted

DEEPEST = 5  # how many levels of links wrapped in links are read
LINK = re.compile(r"\bh(?:tt|xx)ps?:/{1,2}[^\s<>\"|\\^`{}]+", re.IGNORECASE)
# A link to an order without its scheme, or only the path of one: "…sitecorecloud.io/v2/orders/<ref>", "orders/<ref>/".
BARE = re.compile(
    r"(?<![\w/.-])(?P<host>(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?)?(?P<path>(?:/[\w.~%-]+)*?/?\borders/+[^\s<>\"|\\^`{}]*)",
    re.IGNORECASE,
)
# A gateway's own link without its scheme.
WRAPPED = re.compile(
    r"(?<![\w/.-])(?:[\w-]+\.)+[a-z]{2,}/[^\s<>\"|\\^`{}]*(?:https?(?:%3a|:|-3A)|orders(?:%2f|/))[^\s<>\"|\\^`{}]*",
    re.IGNORECASE,
)
MAILTO = re.compile(r"\bmailto:([^\s?<>|]+)(\?[^\s<>|]*)?", re.IGNORECASE)
PATH = re.compile(r"(?:^|/)orders/+([^/?#]+)", re.IGNORECASE)
SEARCH = re.compile(r"(?:^|/)orders/*$", re.IGNORECASE)
URLDEFENSE_V3 = re.compile(r"/v3/__(.+?)__;([^!]*)", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
# Parameters that hold a booking reference in any link.
REFERENCES = frozenset(
    {
        "referenceid",
        "reference_id",
        "bookingreference",
        "bookingref",
        "booking_ref",
        "booking_reference",
        "pnr",
        "recordlocator",
    }
    | {"record_locator", "orderref", "order_ref", "confirmationnumber", "confirmation_number"}
)
BEHIND = ".,;:!?*'_~…>"
# A link to a chat with a phone number, which usually lacks its plus.
WHATSAPP = re.compile(
    r"(?:https?://)?\b(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?(?:[^\s<>]*?&)?phone=|whatsapp://send/?\?phone=)(?:\+|%2B)?(\d{7,15})(?!\w)"
    r"[^\s<>\"|]*",
    re.IGNORECASE,
)
CHAT = re.compile(r"<((?:https?:/|mailto:|tel:)[^\s<>|]+)\|([^<>]*)>", re.IGNORECASE)
MARKDOWN = re.compile(
    r"\[([^\[\]]*)\]\(\s*<?((?:https?:/|mailto:|tel:|/)[^\s<>]*?)>?(?:\s+\"[^\"]*\")?\)(?=[^\w/]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, repr=False)
class Links:
    """What the links in a text contain: `values` are references (not checked), `texts` are searches and e-mail addresses.

    `subjects` are the subjects and bodies of `mailto:` links. `rest` is the remaining text, with WhatsApp links replaced by their
    numbers. `has_link` is True if there was any link other than a WhatsApp link.
    """

    values: tuple[str, ...]
    texts: tuple[str, ...]
    subjects: tuple[str, ...]
    rest: str
    has_link: bool


def find(text: str) -> Links:
    """Find the links in plain text.

    A web link is read only if it contains an order, a search, a booking reference, an e-mail address or a WhatsApp number. Any other is
    dropped, even if its path resembles a reference. A bare path with none of these ("orders/?page=2") stays in the text.
    """
    text = WHATSAPP.sub(r" +\1 ", MARKDOWN.sub(r" \1 \2 ", CHAT.sub(r" \1 \2 ", text)))
    if "://" not in text and re.search(r"https?%(?:25)*3a", text, re.IGNORECASE) and not WRAPPED.search(text):
        text = decoded(text)
    values: list[str] = []
    texts: list[str] = []
    subjects: list[str] = []
    has_link = False

    def take(link: re.Match[str]) -> str:
        nonlocal has_link
        address, behind = _without_sentence(parted(link.group()).partition(" ")[0]), " "
        taken = list(_read(address, 0))
        if link.re is BARE and not taken:
            return link.group()
        has_link = True
        values.extend(value for kind, value in taken if kind == "value")
        texts.extend(value for kind, value in taken if kind == "text")
        return behind + parted(link.group()).partition(" ")[2] + " "

    def take_mailto(link: re.Match[str]) -> str:
        nonlocal has_link
        has_link = True
        texts.extend(unquote(link[1]).split(","))
        subjects.extend(value for name, value in _pairs((link[2] or "")[1:]) if name in {"subject", "body"})
        return " "

    text = MAILTO.sub(take_mailto, text)
    for pattern in (LINK, WRAPPED, BARE):
        text = pattern.sub(take, text)
    return Links(tuple(dict.fromkeys(values)), tuple(dict.fromkeys(texts)), tuple(subjects), text, has_link)


def _without_sentence(link: str) -> str:
    """The link without any punctuation at its end that belongs to the sentence around it."""
    while link:
        if link[-1] in BEHIND or (link[-1] in ")]" and link.count("([`"[")]".index(link[-1])]) < link.count(link[-1])):
            link = link[:-1]
        else:
            break
    return link


def _read(link: str, depth: int) -> Iterator[tuple[str, str]]:
    """What a link contains: references as ("value", reference), searches and e-mail addresses as ("text", text).

    If the link itself has neither a reference nor a search, the links wrapped in it are read, down to a depth of DEEPEST.
    """
    try:
        parts = urlsplit(link)
        query = list(_pairs(parts.query))
    except ValueError:
        return
    if URLDEFENSE_V3.search(link):
        yield from _inner(_wrapped_in(link, parts.path, query), depth)
    elif path := PATH.search(parts.path):
        yield "value", decoded(path[1]).strip()
    elif SEARCH.search(parts.path) and (searched := [value for name, value in query if name == "q" and value]):
        yield "text", searched[0]
    elif named := [value for name, value in query if name in REFERENCES and value]:
        yield from (("value", value.strip()) for value in named)
    else:
        yield from _inner(_wrapped_in(link, parts.path, query), depth)
        yield from (("text", value) for _name, value in query if re.fullmatch(r"[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+", value))


def _inner(links: Iterator[str], depth: int) -> Iterator[tuple[str, str]]:
    if depth < DEEPEST:
        for link in links:
            yield from _read(link, depth + 1)


def _wrapped_in(link: str, path: str, query: list[tuple[str, str]]) -> Iterator[str]:
    """The links inside a link (in its path, query or fragment), with the gateway's encoding undone."""
    if v3 := URLDEFENSE_V3.search(link):
        yield _urldefense_v3(v3[1], v3[2])
        return
    for name, value in query:
        if name == "u" and "urldefense" in link and re.match(r"https?-3A", value, re.IGNORECASE):
            yield unquote(value.replace("_", "/").replace("-", "%"))
        elif _is_link(value):
            yield decoded(value)
        elif unwrapped := _from_base64(value):
            yield unwrapped
    behind = decoded(path)
    if inner := re.search(r"https?:/.*", behind[1:], re.IGNORECASE):
        yield inner.group()
    fragment = decoded(link.partition("#")[2])
    if _is_link(fragment):
        yield fragment.lstrip("!")


def _is_link(value: str) -> bool:
    value = decoded(value)
    return (
        re.match(r"!?\s*https?:/", value, re.IGNORECASE) is not None
        or re.match(r"/(?:\S*/)?orders/", value) is not None
    )


def _urldefense_v3(link: str, replaced: str) -> str:
    """The link with each "*" replaced by the next character encoded in `replaced` (base64); unchanged if that cannot be decoded.

    A run of characters that the gateway replaced as a whole ("**") is not restored correctly.
    """
    try:
        signs = iter(base64.urlsafe_b64decode(replaced + "=" * (-len(replaced) % 4)).decode())
    except (ValueError, binascii.Error):
        return link
    return "".join(next(signs, sign) if sign == "*" else sign for sign in link)


def _from_base64(value: str) -> str:
    """The http(s) link encoded in `value` as base64 (one mail gateway does this); "" if there is none."""
    if not BASE64.fullmatch(value):
        return ""
    try:
        link = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (ValueError, binascii.Error):
        return ""
    return link if link.lower().startswith("http") else ""


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    """The parameters of a query: names in lower case, values decoded.

    A plus is read as a space, except in a value that contains an e-mail address or link, or begins like a phone number.
    """
    for pair in re.split(r"[&;]", query):
        name, _, value = pair.partition("=")
        name = unquote(name).lower().removeprefix("amp;")
        is_plus = "@" in value or "%40" in value or re.match(r"\+\d", value) or "://" in value
        yield name, unquote(value if is_plus else value.replace("+", " "))
