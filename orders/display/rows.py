"""The rows of a list that fit on one page, starting with the row at a given position."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

ROOM = 600_000  # bytes of HTML for one list: about 130 flights or 800 items; a page with two lists stays under 2 MB
SMALL_ROOM = 100_000  # for a list that does not continue on other pages, because all of it is also shown elsewhere

LARGEST = 5  # the most bytes that one character can take up in HTML: `"` becomes &#34;
PIECE = 2_000


class Rows:
    """The rows of one list on a page: the template offers each row in turn and is told whether to show it.

    `start` is the position of the first row to show (from 1), and `room` the number of bytes allowed for the list's HTML. `in_time`
    raises TimedOut when the page's time is up. Of the rows offered so far, `before` counts those before `start`, `shown` those that are
    shown, and `left` those for which there was no room.
    """

    def __init__(self, start: int = 1, *, room: int = ROOM, in_time: Callable[[], None] = lambda: None) -> None:
        self._start, self._room, self._in_time = start, room, in_time
        self.before = self.shown = self.left = 0

    @property
    def whole(self) -> bool:
        """Whether all rows offered so far are on this page."""
        return not self.before and not self.left

    @property
    def first(self) -> int:
        """The position of the first row shown (from 1)."""
        return self.before + 1

    @property
    def last(self) -> int:
        """The position of the last row shown."""
        return self.before + self.shown

    @property
    def total(self) -> int:
        return self.last + self.left

    def holds(self, position: int) -> bool:
        """Whether the row at this position (from 1) is on this page."""
        return self.before < position <= self.last

    def reach(self, count: int) -> bool:
        """Whether any of the next `count` rows is to be shown; if not, all of them count as offered."""
        if self.total + count < self._start:
            self.before += count
        elif self._room <= 0:
            self.left += count
        else:
            return True
        return False

    def wants(self) -> bool:
        """Whether the next row is to be shown; if so, the caller must pass its HTML to `add`.

        Raises TimedOut if the row is to be shown but the page's time is up.
        """
        if not self.reach(1):
            return False
        self._in_time()
        self.shown += 1
        return True

    def add(self, html: str) -> Markup:
        """Subtract the size of `html`, a row or anything else in the list, from the room left; return `html` marked as safe."""
        self._room -= len(html) if html.isascii() else len(html.encode())
        return Markup(html)  # noqa: S704 - rendered by a template of ours, which escapes


def start_of(asked: str, total: int) -> int:
    """The row position given in a URL (`asked`), as a number; 1 if none of the `total` rows has that position."""
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 and 1 <= int(asked) <= total else 1


def size_of(text: str) -> int:
    """The number of bytes that `text` takes up when it is escaped for HTML."""
    return len(escape(text).encode())


def fitting(text: str, room: int) -> str:
    """All of `text` if it fits into `room` bytes of HTML; otherwise its beginning, which may be up to PIECE characters too long."""
    if len(text) * LARGEST <= room or size_of(text) <= room:
        return text
    end = 0
    while end < len(text) and room > 0:
        room -= size_of(text[end : end + PIECE])
        end += PIECE
    return text[:end]
