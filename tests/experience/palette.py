"""Pictures of pages in a third of the bytes: 256 colours are enough for text, and the browser counts them."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

# The 256 most frequent colours, and for every other pixel the nearest of them.
COUNT = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width, image.height), drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const { data } = drawing.getImageData(0, 0, image.width, image.height), seen = new Map();
  const colour = (at) => data[at] << 16 | data[at + 1] << 8 | data[at + 2];
  for (let at = 0; at < data.length; at += 4) seen.set(colour(at), (seen.get(colour(at)) || 0) + 1);
  const chosen = [...seen].sort((one, other) => other[1] - one[1]).slice(0, 256).map(([value]) => value);
  const place = new Map(chosen.map((value, index) => [value, index]));
  const apart = (one, other) => [16, 8, 0].reduce((sum, by) => sum + ((one >> by & 255) - (other >> by & 255)) ** 2, 0);
  const nearest = (value) => chosen.reduce((best, one, index) => apart(one, value) < apart(chosen[best], value) ? index : best, 0);
  let points = "";
  for (let at = 0; at < data.length; at += 4) {
    const value = colour(at);
    if (!place.has(value)) place.set(value, nearest(value));
    points += String.fromCharCode(place.get(value));
  }
  return { width: image.width, height: image.height, chosen, points: btoa(points) };
}"""


def with_palette(page: Page, picture: bytes) -> bytes:
    """The same PNG with a palette. `page` is a blank page, whose policy allows drawing."""
    counted = page.evaluate(COUNT, base64.b64encode(picture).decode())
    width, height = int(counted["width"]), int(counted["height"])
    points = base64.b64decode(counted["points"])
    rows = b"".join(b"\0" + points[row * width : (row + 1) * width] for row in range(height))
    colours = b"".join(int(colour).to_bytes(3, "big") for colour in counted["chosen"])
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", colours),
            (b"IDAT", zlib.compress(rows, 9)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
