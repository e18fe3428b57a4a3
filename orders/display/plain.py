"""A short form of an order for other programs: only the fields named here, and no free text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orders.cdp.refs import is_ref
from orders.display.routes import title_line
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Journey, Trip
from orders.privacy.personal import is_personal
from orders.services.currencies import canonical
from orders.services.orders import OpenedOrder

PLACE = CURRENCY = re.compile(r"[A-Z]{3}")


def plain_order(opened: OpenedOrder, url: str) -> dict[str, Any]:
    """The order in the form described in the OpenAPI document.

    The fields `value` and `label` are for ticket systems that use this API as an external data source.
    """
    order, trip = opened.order, opened.trip
    ref = order.ref if order.ref and is_ref(order.ref) else None
    reference = order.reference_id if _is_reference(order.reference_id) else None
    known = status(order.status)
    code = known.code if known.translated and known.code else None
    value, currency = reference or ref or "", canonical(order.currency_code)
    whole = all(map(PLACE.fullmatch, trip.route))
    return {
        "value": value,
        "label": title_line(value, replace(order, status=code), trip if whole else Trip()),
        "reference": reference,
        "ref": ref,
        "status": code,
        "total": {"amount": f"{order.price:f}", "currency": currency}
        if order.price is not None and CURRENCY.fullmatch(currency)
        else None,
        "ordered_at": stamp(order.ordered_at),
        "route": list(filter(PLACE.fullmatch, trip.route)),
        "journeys": [_journey(journey) for journey in trip.journeys],
        "notices": len(opened.summary.alerts),
        "url": url,
    }


def stamp(moment: datetime | None) -> str | None:
    """An aware moment in UTC: "2025-08-15T14:00:00Z"; None for None."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else None


def _journey(journey: Journey) -> dict[str, Any]:
    return {
        "from": _place(journey.departs),
        "to": _place(journey.arrives),
        "departs": _wall(journey.departs),
        "departs_zone": journey.departs.place.zone,
        "arrives": _wall(journey.arrives),
        "arrives_zone": journey.arrives.place.zone,
        "stops": journey.stops,
    }


def _place(end: Clock) -> str | None:
    return end.place.code if PLACE.fullmatch(end.place.code) else None


def _wall(end: Clock) -> str | None:
    """The local time to the minute, or the day alone if the time is unknown, in ISO 8601 format; None if neither is known."""
    if end.wall is not None:
        return end.wall.isoformat(timespec="minutes")
    return end.day_alone.isoformat() if end.day_alone is not None else None


def _is_reference(text: str | None) -> bool:
    return bool(text) and is_ref(text or "") and not is_personal(text or "")
