"""Every control that stands alone is at least 24 by 24 CSS pixels, even in a narrow window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from orders.models import Connection
from sandbox.server import Sandbox
from tests.canary import CANARY
from tests.experience.states import contacts_then_orders, nothing, open_all, search
from tests.pages.conftest import SEED

# A link inside running text is as high as its line; a checkbox is pressed by its label.
TOO_SMALL = """() => {
  const inText = (element) => getComputedStyle(element).display === "inline" &&
    [...element.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const target = (element) => element.matches("[type=checkbox], [type=radio]") && element.labels[0] || element;
  return [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".hidden-text, .skip") && !inText(element))
    .map((element) => [element, target(element).getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)
    .map(([element, box]) => `${Math.round(box.width)} × ${Math.round(box.height)}: ${element.outerHTML.slice(0, 120)}`);
}"""

PAGES: tuple[tuple[str, Callable[[Page], None]], ...] = (
    (f"/orders/{SEED}/", contacts_then_orders),
    ("/orders/HOLIDY/", open_all),
    ("/", nothing),
    ("/activity/", nothing),
    ("/", search("brennan.family@example.com")),
    ("/connections/", nothing),
    ("/preferences/", nothing),
    ("/orders/CONT503/contacts/", nothing),
)


@pytest.mark.parametrize("width", [1440, 258])
def test_what_stands_alone_is_large_enough_to_hit(signed_in: Page, sandbox: Sandbox, width: int) -> None:
    agent = Connection.objects.get().user_id
    second = Connection(user_id=agent, name="Second")
    second.set_credentials(region="sandbox", client_key=CANARY.client_key, token=CANARY.token)
    second.keep()
    signed_in.set_viewport_size({"width": width, "height": 900})
    small: dict[str, list[str]] = {}
    for number, (path, act) in enumerate(PAGES):
        signed_in.goto(path)
        act(signed_in)
        small[f"{number} {path}"] = signed_in.evaluate(TOO_SMALL)
    assert {page: targets for page, targets in small.items() if targets} == {}
