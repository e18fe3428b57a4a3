"""The journey as a bar in SVG: places as shares of the width, so that the bar stretches with the page and its text does not.

Put together here and not in a template, because it is the page's densest part: a few hundred small values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.display.clocks import clock
from orders.itinerary.picture import WIDTH, Picture, Shape
from orders.itinerary.trip import Journey
from orders.speech import say as _

NIGHT = '<rect class="night" x="{}" width="{}" y="15" height="26"/>'
AIR = '<rect class="air{}" x="{}" width="{}" y="23" height="10" rx="5"/>'
PLACE = '<text class="bar-way{}" x="{}" y="10">{}</text>'
GROUND = '<line class="ground" x1="{}" x2="{}" y1="28" y2="28"/>'
TICK = '<line class="tick" x1="{0}" x2="{0}" y1="41" y2="45"/><text class="tick-hour{1}" x="{0}" y="56">{2}</text>'
BAR = '<svg class="journey-bar" role="img" aria-label="{}">{}{}{}{}</svg>'


def journey_bar(pictures: Mapping[str, Picture | None], journey: Journey) -> SafeString | str:
    """The bar of `journey`; "" where it cannot be drawn. What it shows stands in the list below it too."""
    picture = pictures.get(journey.key)
    if picture is None:
        return ""
    shapes = [
        _flight(shape)
        if shape.kind == "flight"
        else format_html(GROUND, across(shape.x), across(shape.x + shape.width))
        for shape in picture.shapes
    ]
    return format_html(
        BAR,
        _("%(start)s to %(end)s local time: %(parts)s")
        % {
            "start": f"{clock(journey.departs.wall)} {journey.origin.code}",
            "end": f"{clock(journey.arrives.wall)} {journey.destination.code}",
            "parts": picture.title,
        },
        format_html_join("", NIGHT, ((across(night.x), across(night.width)) for night in picture.nights)),
        format_html_join("", "{}", ((shape,) for shape in shapes)),
        format_html_join(
            "",
            PLACE,
            ((" bar-way-short" if place.wide else "", across(place.x), place.label) for place in picture.places),
        ),
        format_html_join(
            "",
            TICK,
            ((across(tick.x), " tick-odd" if tick.wide else "", tick_hour(tick.label)) for tick in picture.ticks),
        ),
    )


def _flight(shape: Shape) -> SafeString:
    return format_html(AIR, f" air-{shape.phase}" if shape.phase else "", across(shape.x), across(shape.width))


def across(x: int) -> str:
    """A place in the picture as a share of its width: 480 -> "50.00%"."""
    return f"{x * 100 / WIDTH:.2f}%"


def tick_hour(label: str) -> str:
    """ "18:00" in the person's clock."""
    return clock(datetime(2000, 1, 1, int(label[:2]), int(label[3:]), tzinfo=UTC))
