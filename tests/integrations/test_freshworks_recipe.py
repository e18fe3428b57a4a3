"""The script of the Freshdesk recipe in docs/linking.md, with a stand-in for Freshworks' client. It was not tried in Freshdesk."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page

from tests.live import PROJECT

[SCRIPT] = re.findall(r"```js\n(.*?)```", (PROJECT / "docs" / "linking.md").read_text(), re.DOTALL)
CLIENT = "globalThis.app = { initialized: async () => ({ data: { get: async (name) => ({ [name]: %s }) } }) };"


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"cf_booking_reference": " #B94TXY & bags "}, "https://orders.example.com/embed/?q=%23B94TXY+%26+bags&ticket=FD-7"),
        ({"cf_booking_reference": None}, None),
        ({"cf_other": "B94TXY"}, None),
        (None, None),
    ],
    ids=["reference", "empty", "another field", "no fields"],
)  # fmt: skip
def test_the_script_frames_the_order_of_the_ticket(page: Page, fields: object, address: str | None) -> None:
    page.route("https://orders.example.com/**", lambda route: route.fulfill(body="the panel", content_type="text/html"))
    page.set_content('<iframe id="order" title="Order"></iframe>')
    page.evaluate(CLIENT % json.dumps({"id": 7, "custom_fields": fields}))
    page.evaluate(f"(async () => {{ {SCRIPT}; await new Promise((done) => setTimeout(done)) }})()")
    assert page.locator("#order").get_attribute("src") == address
