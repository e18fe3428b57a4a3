"""The main tasks with the keyboard alone: every control can be reached, seen and used, and the focus moves to new content."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Preferences
from tests.experience.states import Act, nothing, search
from tests.live import PASSWORD, App
from tests.pages.conftest import SEED

# The element that has the focus, whether that can be seen, and whether the bar at the top covers it.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  element.dataset.reached = "";
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const onTop = document.elementFromPoint(
    Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.bottom - 4, 0), innerHeight - 1));
  return { name: `${element.localName} ${element.id || element.textContent.trim().slice(0, 40) || element.getAttribute("aria-label")}`,
           ring, covered: !(onTop && (element.contains(onTop) || onTop.contains(element))), width: box.width };
}"""

# Controls that are shown but not reached. A closed menu's links are not shown.
NOT_REACHED = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((element) => !("reached" in element.dataset) && element.ariaHidden !== "true" && element.checkVisibility({ visibilityProperty: true })
    && !(element.type === "radio" && !element.checked))
  .map((element) => element.outerHTML.slice(0, 120))"""


def walk_with_tab(page: Page) -> list[dict[str, Any]]:
    """Press Tab from the top until the focus leaves the page, and return what had it, one after another."""
    # Tab goes on from where the focus last was; in a fresh page, that is before everything else.
    page.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); scrollTo(0, 0) }"
    )
    steps: list[dict[str, Any]] = []
    # The slim row appears, and Tab reaches it, a frame after the header is gone.
    has_slim_row = page.locator(".slim").count() > 0
    for _press in range(400):
        if has_slim_row:
            page.evaluate("() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)))")
        page.keyboard.press("Tab")
        step = page.evaluate(FOCUSED)
        if step is None:
            break
        steps.append(step)
    return steps


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with these words has the focus."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if name in str(page.evaluate("() => document.activeElement.innerText || document.activeElement.id")):
            return
    pytest.fail(f"“{name}” is not reached with Tab")


def copied(page: Page) -> str:
    """The text on the clipboard. The pages' policy forbids reading it, so it is pasted into a page without a policy."""
    blank = page.context.new_page()
    blank.goto("about:blank")
    blank.evaluate(
        "() => { document.body.append(document.createElement('textarea')); document.querySelector('textarea').focus() }"
    )
    blank.keyboard.press("Control+V")
    text = str(blank.evaluate("() => document.querySelector('textarea').value"))
    blank.close()
    return text


def test_sign_in_find_read_and_ask_with_keys_alone(page: Page, live_app: App) -> None:
    live_app.person()
    page.goto("/accounts/login/")
    for _press in range(6):
        if page.evaluate("() => document.activeElement.name") == "username":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("agent")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_app.url}/")

    page.keyboard.press("/")
    page.keyboard.type("B94TXY")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{SEED}/")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=0.99)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.keyboard.press("c")
    expect(page.locator("#say")).to_have_text("Copied: B94TXY")
    assert copied(page) == "B94TXY"

    for words, kind in (("Copy for the customer", "text for the customer"), ("Copy internal note", "internal note")):
        tab_to(page, words)
        page.keyboard.press("Enter")
        expect(page.locator("#say")).to_have_text(f"Copied: {kind}")
        assert "16:00" in copied(page)
    tab_to(page, "Copy link")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_have_text(re.compile("^Copied: "))
    assert copied(page) == f"{live_app.url}/orders/{SEED}/"

    tab_to(page, "Details")
    page.keyboard.press("Enter")
    expect(page.locator("details.more[open] .pairs").first).to_be_visible()

    tab_to(page, "Show contacts")
    page.keyboard.press("Enter")
    expect(page.locator("#order-contacts")).to_be_focused()
    tab_to(page, "Other orders")
    page.keyboard.press("Enter")
    expect(page.locator("#guest-orders")).to_be_focused()
    tab_to(page, "JD2TRIP")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^JD2TRIP"))

    page.evaluate("() => { globalThis.before = true }")
    page.keyboard.press("r")
    page.wait_for_function("() => !globalThis.before")
    expect(page).to_have_title(re.compile("^JD2TRIP"))


@pytest.mark.parametrize("width", [1440, 320])
def test_every_control_is_reached_seen_and_not_covered(signed_in: Page, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 700})
    signed_in.goto("/orders/FAM4OB/")
    signed_in.get_by_role("link", name="Show contacts").click()
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    steps = walk_with_tab(signed_in)
    assert len(steps) > 25
    assert [step["name"] for step in steps if not step["ring"]] == []
    assert [step["name"] for step in steps if step["covered"] and step["width"] > 1] == []
    assert signed_in.evaluate(NOT_REACHED) == []


def connection(page: Page, link: str) -> None:
    """Go from the list of connections to a page about the first one."""
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=link).first.click()


OTHER_PAGES: tuple[tuple[str, Act], ...] = (
    ("/", nothing),
    ("/", search("brennan.family@example.com")),
    ("/orders/TWICE1/", nothing),
    ("/orders/ZZZZ99/", nothing),
    (f"/orders/{SEED}/contacts/", nothing),
    (f"/orders/{SEED}/travellers/", nothing),
    (f"/orders/{SEED}/custom-data/", nothing),
    (f"/orders/{SEED}/raw/", nothing),
    ("/connections/", nothing),
    ("/connections/", lambda page: connection(page, "Edit")),
    ("/connections/", lambda page: connection(page, "Replace")),
    ("/connections/", lambda page: connection(page, "Delete")),
    ("/connections/add/", nothing),
    ("/preferences/", nothing),
    ("/accounts/password/", nothing),
    ("/activity/", nothing),
    ("/find-person/", nothing),
)


@pytest.mark.parametrize("width", [1440, 320])
def test_every_other_page_is_reached_too(signed_in: Page, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 700})
    for path, act in OTHER_PAGES:
        signed_in.goto(path)
        act(signed_in)
        here = signed_in.url
        steps = walk_with_tab(signed_in)
        assert [step["name"] for step in steps if not step["ring"]] == [], here
        assert [step["name"] for step in steps if step["covered"] and step["width"] > 1] == [], here
        assert signed_in.evaluate(NOT_REACHED) == [], here


def test_the_menu_and_the_help_close_with_escape_and_give_the_focus_back(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    tab_to(signed_in, "agent")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("link", name="Preferences")).to_be_visible()
    signed_in.keyboard.press("Escape")
    expect(signed_in.get_by_role("link", name="Preferences")).to_be_hidden()
    expect(signed_in.locator("details.menu > summary")).to_be_focused()
    signed_in.keyboard.press("?")
    dialog = signed_in.locator("dialog#help")
    expect(dialog).to_be_visible()
    signed_in.keyboard.press("/")
    expect(dialog.locator(":focus")).to_have_count(1)
    signed_in.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(signed_in.locator("details.menu > summary")).to_be_focused()


def test_shortcuts_are_letters_inside_a_field_and_leave_the_browsers_own_alone(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.keyboard.press("/")
    field = signed_in.locator("#q")
    expect(field).to_be_focused()
    signed_in.keyboard.type("rc?/")
    expect(field).to_have_value("rc?/")
    expect(signed_in.locator("dialog#help")).to_be_hidden()
    signed_in.locator("main").focus()
    signed_in.keyboard.press("Control+c")
    expect(signed_in.locator("#say")).to_have_text("")


def test_shortcuts_can_be_switched_off(signed_in: Page) -> None:
    signed_in.goto("/preferences/")
    box = signed_in.locator("input[name=shortcuts]")
    box.focus()
    expect(box).to_be_checked()
    signed_in.keyboard.press("Space")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator(".message-success")).to_be_visible()
    assert not Preferences.objects.get().shortcuts
    signed_in.goto(f"/orders/{SEED}/")
    for key in "/c?r":
        signed_in.keyboard.press(key)
    expect(signed_in.locator("#q")).not_to_be_focused()
    expect(signed_in.locator("#say")).to_have_text("")
    assert signed_in.locator("dialog#help, kbd, [data-help]").count() == 0
