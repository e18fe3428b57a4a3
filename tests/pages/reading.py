"""A page as a person reads it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Protocol


class Answer(Protocol):
    """A response of Django's test client."""

    @property
    def content(self) -> bytes: ...


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def text_of(response: Answer) -> str:
    """The text of a page with white space collapsed, including hidden sentences, without scripts and title."""
    return text_in(response.content.decode())


def text_in(html: str) -> str:
    """The text of a page or of part of one."""
    reader = _Text()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.parts)).strip()


def shown_order(page: Answer) -> str:
    """The ref of the order that a page shows, from its canonical address; "" if it shows none."""
    match = re.search(r'<link rel="canonical" href="http://testserver/orders/([^/"]+)/">', page.content.decode())
    return match[1].lower() if match else ""
