"""CDP refs: validation, quoting and extraction from links."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

from orders.cdp.errors import BadReference

_REF = re.compile(r"[A-Za-z0-9._~-]{1,128}", re.ASCII)


def is_ref(text: str) -> bool:
    """Whether `text` is 1 to 128 characters of `[A-Za-z0-9._~-]`, is not "." and does not contain "..".

    It need not be a UUID: some refs in the vendor's samples are not.
    """
    return _REF.fullmatch(text) is not None and ".." not in text and text != "."


def in_path(ref: str) -> str:
    """`ref`, quoted for the path of a URL. Raises BadReference if it is not a ref; the message does not repeat it."""
    if not is_ref(ref):
        raise BadReference("a reference is 1 to 128 letters, digits, dots, hyphens, underscores or tildes")
    return quote(ref, safe="")


def of_href(href: object) -> str | None:
    """The ref at the end of a link's path; None if there is none. The link is never followed: its host may belong to anybody."""
    if not isinstance(href, str) or not href:
        return None
    try:
        path = urlsplit(href).path
    except ValueError:
        return None
    last = path.rstrip("/").rpartition("/")[2]
    return last if is_ref(last) else None


def offset_of_href(href: str) -> int | None:
    """The `offset` in a paging link's query; None if it is missing or is not a plain number of at most nine digits."""
    try:
        values = parse_qs(urlsplit(href).query).get("offset", [])
    except ValueError:
        return None
    text = values[-1] if values else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def same(one: str | None, other: str | None) -> bool:
    """Whether two refs are equal, ignoring case, which varies in the vendor's samples; False if either is None."""
    return one is not None and other is not None and one.lower() == other.lower()
