"""Pages of a collection: their entries as the CDP sent them, and the signs that more entries follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orders.cdp import refs
from orders.cdp.bounds import RECORDS
from orders.cdp.errors import Unreadable

DEFAULT_PAGE = 10  # entries of a page whose size was not requested


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection.

    `limit` is the page size that the server stated, or None. `onward` says whether a `next` link points to a later or an unknown offset.
    `left` counts the entries received but not read.
    """

    entries: tuple[Any, ...]
    limit: int | None = None
    onward: bool = False
    left: int = 0

    @classmethod
    def of(cls, entries: list[Any], limit: int | None = None, *, onward: bool = False) -> Page:
        """A page of the first RECORDS entries of a list; `left` counts the others."""
        return cls(tuple(entries[:RECORDS]), limit, onward, max(0, len(entries) - RECORDS))


def page(raw: dict[str, Any], *, at: int = 0) -> Page:
    """The page of a collection in `raw`, the answer to a request for offset `at`. Raises Unreadable if `raw` is not a page.

    An object without `items` counts as an empty page only if it has another field of a collection (`href`, `offset` or `limit`).
    """
    entries = raw.get("items")
    if entries is None and not any(key in raw for key in ("href", "offset", "limit")):
        raise Unreadable("the answer is no collection")
    if entries is not None and not isinstance(entries, list):
        raise Unreadable("the items of the collection are not a list")
    return Page.of(entries or [], _limit(raw.get("limit")), onward=_points_onward(raw.get("next"), at))


def is_short(inline: Page) -> bool:
    """Whether a page of inline items is clearly the last: no link onward, fewer than ten entries, and fewer than its limit, if any."""
    return len(inline.entries) < min(inline.limit or DEFAULT_PAGE, DEFAULT_PAGE) and not inline.onward


def is_whole(inline: Page) -> bool:
    """Whether nothing shows that more entries exist: none is left unread, no link leads onward, and the limit, if any, is not reached."""
    return not (inline.left or inline.onward) and (inline.limit is None or len(inline.entries) < inline.limit)


def _limit(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _points_onward(link: object, at: int) -> bool:
    """Whether a `next` link points past offset `at`, or has no readable offset. A link to this page or an earlier one does not count."""
    href = link.get("href") if isinstance(link, dict) else link
    if not isinstance(href, str) or not href:
        return False
    offset = refs.offset_of_href(href)
    return offset is None or offset > at
