"""The rail of an itinerary: one line from top to bottom, which open details beside it do not stretch."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

# For each row of a picture, the columns whose pixels differ from the picture's first pixel.
COLUMNS = """async (picture) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const { width, height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  const differs = (x, y) => [0, 1, 2].some((c) => Math.abs(data[4 * (y * width + x) + c] - data[c]) > 60);
  return [...Array(height).keys()].map((y) => [...Array(width).keys()].filter((x) => differs(x, y)).join(" "));
}"""
RAIL = """() => {
  const dot = document.querySelector(".flight-place-out, .flight-place");
  const list = document.querySelector(".legs").getBoundingClientRect();
  const left = list.left + parseFloat(getComputedStyle(dot, "::before").left);
  return { x: Math.floor(left) - 2, y: list.top, width: 20, height: list.height };
}"""


@pytest.mark.parametrize(
    ("reference", "width"), [("B94TXY", 1280), ("OVRLAP", 1280), ("OVRLAP", 360), ("TIGHT1", 1281)]
)
def test_solid_and_dashed_parts_are_in_one_line(signed_in: Page, reference: str, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 1600})
    signed_in.goto(f"/orders/{reference}/")
    expect(signed_in.locator(".transfer")).to_have_count(1)
    picture = signed_in.screenshot(clip=signed_in.evaluate(RAIL))
    blank = signed_in.context.new_page()
    rows = blank.evaluate(COLUMNS, base64.b64encode(picture).decode())
    blank.close()
    # Between the dots, which are wider, each row has the rail's three pixels or a gap of the dashes.
    narrow = {row for row in rows if 0 < len(row.split()) <= 4}
    assert len(narrow) == 1, narrow


# The first flight of the second order leads to a connection.
@pytest.mark.parametrize("reference", ["HOLIDY", "B94TXY"])
def test_open_details_do_not_stretch_the_rail(signed_in: Page, reference: str) -> None:
    signed_in.set_viewport_size({"width": 1280, "height": 900})
    signed_in.goto(f"/orders/{reference}/")
    flight = signed_in.locator(".flight").first
    heights = []
    for _time in range(2):
        departs, arrives = (flight.locator(f".flight-time-{end}").bounding_box() for end in ("out", "in"))
        assert departs and arrives
        heights.append(arrives["y"] - departs["y"])
        flight.get_by_text("Details").first.click()
    assert heights[0] == heights[1]
    assert heights[0] < 80
