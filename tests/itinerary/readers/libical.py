"""Calendar files as read by libical (the basis of Evolution, KOrganizer and others), under the system's Python.

Input: a JSON list of texts. Output: for each text, a list of [start, end] in Unix seconds; null if there is no time or it floats.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402 - the version is chosen first


def times(text: str) -> list[list[int | None]]:
    calendar = ICalGLib.Component.new_from_string(text)
    events = []
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    while event is not None:
        kinds = ICalGLib.PropertyKind.DTSTART_PROPERTY, ICalGLib.PropertyKind.DTEND_PROPERTY
        events.append([seconds(calendar, event.get_first_property(kind)) for kind in kinds])
        event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    return events


def seconds(calendar: Any, field: Any) -> int | None:
    if field is None:
        return None
    time = field.get_value().get_datetimedate()
    if time.is_utc():
        return int(time.as_timet())
    zone = field.get_first_parameter(ICalGLib.ParameterKind.TZID_PARAMETER)
    if zone is None:
        return None
    return int(time.as_timet_with_zone(calendar.get_timezone(zone.get_tzid())))


print(json.dumps([times(text) for text in json.load(sys.stdin)]))
