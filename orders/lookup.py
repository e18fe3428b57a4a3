"""What somebody pasted into the search field, read once: which references, or whose address, could be meant.

No Django and no network in here: text in, a `Lookup` out. The shape never decides between an order ref and a booking
reference; it only tells which of the two readings is possible at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

LONGEST = 2_000  # a ticket's subject line is shorter; anything longer was pasted by mistake
MOST_CANDIDATES = 3  # each one costs up to three calls, made at the same time

REF = re.compile(r"[A-Za-z0-9._~-]{1,128}")
# A booking system may number its orders "2041/7" or "A:93"; such a reference travels only as a query value, never in a path.
REFERENCE = re.compile(r"[A-Za-z0-9._~:/+-]{1,128}")
UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
# Zendesk, Jira {{…}}, Zammad #{…}, FreeScout {%…%}, OTRS [% … %], shells ${…}
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|[#$]\{.*?\}|\{%.*?%\}|\[%.*?%\]|\{\{.*$")
EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")
INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)  # pasted along from chats and mails
AROUND = " \t\r\n\u00a0\u200b\ufeff\"'`´‘’“”„«»‹›#{}[]()<>,;:!?*|$=…"
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
# The same without its scheme, or only its path: "…sitecorecloud.io/v2/orders/<ref>", "orders/<ref>/".
PATH = re.compile(r"(?:^|/)orders/+([A-Za-z0-9._~-]{1,128})(?:[/?#]|$)", re.IGNORECASE)
LABEL = re.compile(r"(?:order[ _]?ref|reference[ _]?id|referenceId|ref|pnr|q)\s*[:=]\s*(\S+)", re.IGNORECASE)
EDGES = "./:-_~+"


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """`kind` is "empty", "reference", "email", "phone", "placeholder" or "unreadable".

    `candidates` are cleaned references in the order they should be tried; `address` is an e-mail address or a phone number
    (personal: never put it in a URL or a log); `placeholder` is the unfilled template text; `why` says what is wrong with
    an unreadable text: "too long", "characters", "dots", "no reference".
    """

    kind: str
    candidates: tuple[str, ...] = ()
    address: str = ""
    placeholder: str = ""
    why: str = ""


def is_ref(text: str) -> bool:
    """Whether the API could know `text` as an order ref: 1 to 128 of [A-Za-z0-9._~-], never with "..", never only dots."""
    return REF.fullmatch(text) is not None and ".." not in text and text.strip(".") != ""


def is_reference(text: str) -> bool:
    """Whether `text` can be asked for as a booking reference (a query value)."""
    return REFERENCE.fullmatch(text) is not None and ".." not in text and text.strip("./:+~-_") != ""


def looks_like_ref(text: str) -> bool:
    """Whether `text` has the shape the CDP gives its own refs. A hint for the order of things, never a verdict."""
    return UUID.fullmatch(text) is not None


def read(text: str) -> Lookup:
    """Read a search text. Never raises; never loses what was typed (the caller still has it)."""
    if len(text) > LONGEST:
        return Lookup("unreadable", why="too long")
    # Before decoding and after: "{%cf_7%}" holds what looks like percent-encoding, and some systems encode their braces.
    for spelling in (text, _decoded(text)):
        if found := PLACEHOLDER.search(spelling):
            return Lookup("placeholder", placeholder=found.group()[:120])
    text = INVISIBLE.sub("", _decoded(text)).strip()
    if not text.strip(AROUND):
        return Lookup("empty")
    if address := ADDRESS.search(text):
        return _from_address(address.group())
    if "@" in text:
        found = EMAIL.search(text)
        return Lookup("email", address=found.group().strip(".")) if found else Lookup("unreadable", why="characters")
    return _phone(text.strip(AROUND)) or _references(text)


def _phone(bare: str) -> Lookup | None:
    """A leading plus and 5 to 15 digits, however they are grouped."""
    if bare.startswith("+"):
        digits = re.sub(r"[^\d]", "", bare)
        if 5 <= len(digits) <= 15 and not re.search(r"[A-Za-z]", bare):
            return Lookup("phone", address="+" + digits)
    return None


def perhaps_phone(text: str) -> str:
    """The phone number with its plus, where `text` may be one written with 00 in its place; "" where not.

    Never the first reading: a booking reference may be nothing but digits.
    """
    bare = text.strip(AROUND)
    digits = re.sub(r"[ ()./-]", "", bare)
    return "+" + digits[2:] if re.fullmatch(r"00[1-9][0-9]{6,13}", digits) else ""


def _references(text: str) -> Lookup:
    """What could be a reference in a text that is no address, e-mail or phone."""
    bare = text.strip(AROUND)
    if ".." in text:
        return Lookup("unreadable", why="dots")
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        return Lookup("unreadable", why="characters")
    if path := PATH.search(bare):
        return Lookup("reference", candidates=(path[1],))
    if label := LABEL.fullmatch(bare):
        bare = label[1].strip(AROUND)
    if is_reference(bare):
        # A dot or slash at the edge may belong to the reference or to the sentence it stood in: both are tried.
        inner = bare.strip(EDGES)
        return Lookup("reference", candidates=(bare, inner) if inner != bare and is_reference(inner) else (bare,))
    return _from_sentence(text)


def _decoded(text: str) -> str:
    """Undo percent-encoding, twice at most: some ticket systems encode what was encoded already."""
    for _ in range(2):
        if not re.search(r"%[0-9A-Fa-f]{2}", text):
            break
        text = unquote(text, errors="replace")
    return text


def _from_address(address: str) -> Lookup:
    """The ref in an address of the API (…/v2/orders/<ref>?expand=…) or of this program (…/orders/<ref>/)."""
    try:
        parts = urlsplit(address.strip(AROUND))
    except ValueError:
        return Lookup("unreadable", why="no reference")
    query = parse_qs(parts.query)
    if path := PATH.search(parts.path):
        return Lookup("reference", candidates=(path[1],)) if is_ref(path[1]) else Lookup("unreadable", why="dots")
    for name in ("referenceId", "q"):
        if query.get(name):
            return (
                read(query[name][0]) if not ADDRESS.search(query[name][0]) else Lookup("unreadable", why="no reference")
            )
    return Lookup("unreadable", why="dots" if ".." in address else "no reference")


def _from_sentence(text: str) -> Lookup:
    """References in running text, such as a ticket's subject line: refs first, then what mixes letters and digits."""
    words = [word.strip(AROUND + ".") for word in re.split(r"[\s,;|<>()\[\]{}\"'“”=]+", text)]
    words = [word for word in words if is_reference(word)]
    refs = [word for word in words if looks_like_ref(word)]
    mixed = [word for word in words if len(word) >= 5 and re.search(r"\d", word) and re.search(r"[A-Za-z]", word)]
    codes = [word for word in words if len(word) == 6 and word.isalpha() and word.isupper()]
    numbers = [word for word in words if word.isdigit() and len(word) >= 5]
    candidates = tuple(dict.fromkeys([*refs, *mixed, *codes, *numbers]))[:MOST_CANDIDATES]
    if candidates:
        return Lookup("reference", candidates=candidates)
    return Lookup("unreadable", why="no reference" if words else "characters")
