"""Dark and light by system or by choice from the first byte; no motion, forced colours, screen readers and narrow windows."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Page, expect

from accounts.models import Preferences
from tests.live import App
from tests.pages.conftest import SEED

DARK, LIGHT = "rgb(13, 23, 29)", "rgb(243, 245, 244)"


def ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def choose(app: App, name: str = "agent", **values: str) -> None:
    from django.contrib.auth.models import User

    Preferences.objects.create(user=User.objects.get(username=name), **values)


def test_the_system_decides_until_somebody_chooses(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    for scheme, expected in (("dark", DARK), ("light", LIGHT)):
        signed_in.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert ground(signed_in) == expected


@pytest.mark.parametrize(("theme", "expected"), [("dark", DARK), ("light", LIGHT)])
def test_a_choice_is_in_the_first_bytes_so_that_nothing_flashes(
    page: Page, live_app: App, theme: str, expected: str
) -> None:
    live_app.person()
    choose(live_app, theme=theme)
    session = live_app.signed_in()
    served: requests.Response = session.get(f"{live_app.url}/orders/{SEED}/", timeout=20)
    head = served.text[: served.text.index("</head>")]
    assert f'data-theme="{theme}"' in head
    # The canvas has the chosen colour even before the first sheet, and the first paint waits for the sheet.
    assert f'<meta name="color-scheme" content="{theme}">' in head
    assert '<link rel="stylesheet"' in head and "media=" not in head
    for name, value in session.cookies.items():
        page.context.add_cookies([{"name": name, "value": value, "url": live_app.url}])
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    page.goto(f"/orders/{SEED}/", wait_until="commit")
    page.wait_for_load_state()
    assert ground(page) == expected


def test_nothing_moves_for_those_who_asked_for_less_motion(signed_in: Page) -> None:
    signed_in.emulate_media(reduced_motion="reduce")
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.evaluate("""() => { const line = document.createElement("p"); line.className = "waiting";
        document.querySelector("main").append(line); document.getElementById("opening").hidden = false }""")
    moving = signed_in.evaluate("() => document.getAnimations().length")
    assert moving == 0
    signed_in.emulate_media(reduced_motion="no-preference")
    assert signed_in.evaluate("() => document.getAnimations().length") > 0


def test_forced_colours_keep_the_rail_the_pills_and_the_focus(signed_in: Page) -> None:
    signed_in.emulate_media(forced_colors="active")
    signed_in.goto("/orders/FAM4OB/")
    styles = signed_in.evaluate("""() => {
      const rail = getComputedStyle(document.querySelector(".flight"), "::before");
      const canvas = getComputedStyle(document.querySelector(".card")).backgroundColor;
      return { rail: rail.backgroundColor !== canvas, pill: getComputedStyle(document.querySelector(".pill")).borderTopWidth,
               button: getComputedStyle(document.querySelector(".button")).borderTopWidth };
    }""")
    assert styles == {"rail": True, "pill": "1px", "button": "1px"}
    signed_in.keyboard.press("Tab")
    assert signed_in.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_words_and_icons_stand_where_colour_does(signed_in: Page) -> None:
    signed_in.goto("/orders/MIXST4/")
    for pill in signed_in.locator(".pill:visible").all():
        assert pill.inner_text().strip()
        expect(pill.locator("svg")).to_have_count(1)


def test_the_list_and_the_hidden_sentences_are_what_a_screen_reader_gets(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    flights = signed_in.locator("ol.legs[role=list] > li.flight")
    expect(flights).to_have_count(2)
    sentence = flights.first.locator("> .hidden-text").inner_text()
    for words in ("Dublin", "London", "16:00", "17:20", "459"):
        assert words in sentence
    assert flights.first.locator("> .hidden-text").count() == 1
    tree = flights.first.aria_snapshot()
    assert tree.count("16:00") == 1, tree  # once, not once for the eye and once for the ear


@pytest.mark.parametrize("width", [640, 360, 258])
def test_the_table_of_looks_becomes_blocks_in_a_narrow_window(signed_in: Page, width: int) -> None:
    signed_in.goto("/orders/FORTY4/")
    signed_in.set_viewport_size({"width": width, "height": 900})
    signed_in.goto("/activity/")
    assert (
        signed_in.evaluate(
            "() => { const box = document.querySelector('.scroll'); return box.scrollWidth - box.clientWidth }"
        )
        <= 0
    )
    named = signed_in.locator(".activity-table td").first.evaluate(
        "(cell) => getComputedStyle(cell, '::before').content"
    )
    assert named == '"When"'


def test_the_time_of_a_recent_look_stands_where_times_stand_also_without_a_route(signed_in: Page) -> None:
    for reference in ("EMPTY0", "FORTY4"):
        signed_in.goto(f"/orders/?q={reference}")
    signed_in.goto("/")
    ends = signed_in.evaluate(
        "() => [...document.querySelectorAll('.recent-at')].map((time) => Math.round(time.getBoundingClientRect().right))"
    )
    assert len(ends) == 2
    assert len(set(ends)) == 1
