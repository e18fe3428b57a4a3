"""The page, the internal note and the frame list the same things to check, in the same words."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from tests.pages.reading import text_in
from tests.pages.test_embed import DESK, read, token_for
from tests.pages.world_of import open_order

ORDERS = [
    ("TIGHT1", ["BX 152 Tight connection in Amsterdam: 35 min"]),
    ("PAYPND", ["Payment pending, leaves in "]),
    ("NOTSUM", ["Items add up to 138.00 EUR; the order total is 250.00 EUR"]),
    ("SPLIT1", ["Not all travellers are on every flight: 2 adults on BX 500; 1 child on BX 504"]),
    ("TYPES1", ["Order status could not be read", "Order total could not be read: 100,00", "Price could not be read for 1 of 2 items"]),
    ("FAM4OB", []),
]  # fmt: skip


def lines(part: str) -> list[str]:
    """The entries of an HTML list, without the dots between their parts."""
    return [bare(text_in(entry)) for entry in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]


def bare(line: str) -> str:
    return " ".join(line.replace("·", " ").split())


@pytest.mark.parametrize(("reference", "says"), ORDERS)
def test_page_note_and_frame_agree(desk: Client, settings: Any, reference: str, says: list[str]) -> None:
    settings.EMBED_ORIGINS = (DESK,)
    page = open_order(desk, reference).content.decode()
    strip = lines(page.partition('<div class="alerts">')[2].partition("</div>")[0])
    note = html.unescape(page.partition('<pre id="internal-note"')[2].partition("</pre>")[0].partition(">")[2])
    noted = [bare(line[2:]) for line in note.partition("To check:\n")[2].partition("\n\n")[0].splitlines()]
    frame = read(token_for(desk), reference).content.decode()
    framed = lines(frame.partition('<ul class="embed-alerts"')[2].partition("</ul>")[0])
    assert strip == noted
    assert framed == (strip if len(strip) <= 6 else [*strip[:6], f"{len(strip) - 6} more"])
    assert all(any(words in line for line in strip) for words in says)
    assert bool(strip) is bool(says)


def test_what_did_not_load_is_to_check_everywhere(desk: Client, settings: Any) -> None:
    settings.EMBED_ORIGINS = (DESK,)
    page = open_order(desk, "PAGE3X").content.decode()
    note = page.partition('<pre id="internal-note"')[2].partition("</pre>")[0]
    assert "To check:\n- Some items may be missing" in note
    assert "Some items may be missing" in lines(page.partition('<div class="alerts">')[2].partition("</div>")[0])
    frame = read(token_for(desk), "PAGE3X").content.decode()
    assert lines(frame.partition('<ul class="embed-alerts"')[2].partition("</ul>")[0]) == ["Some items may be missing"]
