"""Routes in words: the stops of a trip in one line, and lines that contain a route."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.clocks import plain_day
from orders.display.words import status_word
from orders.itinerary.codes import Hop
from orders.itinerary.trip import Trip
from orders.privacy.access_log import RecentOrder
from orders.services.listed import TripLine

LONGEST_ROUTE = 9
MOST_STOPS = 60


def short_route(route: Sequence[str]) -> Sequence[str]:
    """A route for one line: if it has more than LONGEST_ROUTE stops, only the first five and the last three, with "" in between."""
    return route if len(route) <= LONGEST_ROUTE else (*route[:5], "", *route[-3:])


def route_stops(trip: Trip) -> list[tuple[str, str]]:
    """The stops of a trip for one line, each as (code, words for the link from the previous stop).

    The words are those of `hop_words`, or "" for the first stop. If there are more than LONGEST_ROUTE stops, only the first five
    and the last three are kept, with ("", "") in between. The trip must have a route.
    """
    stops = list(zip(trip.route, ("", *map(hop_words, trip.hops)), strict=True))
    return stops if len(stops) <= LONGEST_ROUTE else [*stops[:5], ("", ""), *stops[-3:]]


def route_line(trip: Trip) -> str:
    """ "DUB–LHR by land LGW–MCO": the stops of `route_stops` in plain text; "" without a route."""
    parts = []
    for place, (code, change) in enumerate(route_stops(trip) if trip.route else ()):
        parts.append(("" if place == 0 else f" {change} " if change else "–") + (code or "…"))
    return "".join(parts)


def hop_words(hop: Hop) -> str:
    """The link between two stops: "" for a flight, "by land" within a city, "…" if one stop is a city code (LON), else "no flight"."""
    words = {Hop.FLIGHT: "", Hop.OVERLAND: _("by land"), Hop.CITY: "…", Hop.NONE: _("no flight")}
    return words[hop]


def route_words(trip: Trip, between: str = " – ") -> str:
    """The route of a trip in one line: "DUB – LHR – LAS", "DUB – FCO (no flight) NCE – DUB".

    `between` separates two stops linked by a flight. A route of more than MOST_STOPS stops is cut after that many, and ends in an
    ellipsis. "" without a route.
    """
    codes = trip.route[:MOST_STOPS]
    words = [hop_words(hop) for hop in trip.hops[: MOST_STOPS - 1]]
    line = "".join(
        [
            *codes[:1],
            *(
                f" ({change}) {code}" if change else f"{between}{code}"
                for change, code in zip(words, codes[1:], strict=True)
            ),
        ]
    )
    return f"{line}{between}…" if len(trip.route) > MOST_STOPS else line


def short_line(route: str) -> str:
    """A route written with dashes, as in access records, shortened if it is long: "DUB–LHR–LAS–LHR–DUB–…–CDG–LHR–DUB"."""
    return "–".join(code or "…" for code in short_route(route.split("–")))


def recent_trip(order: RecentOrder) -> str:
    """The route and first day of an order that the user opened or pinned: "DUB–LHR–DUB · 14 Dec 2026".

    The route alone if the day is unknown; "" without a route.
    """
    if not order.route:
        return ""
    return f"{short_line(order.route)} · {plain_day(order.departs)}" if order.departs else short_line(order.route)


def trip_line(line: TripLine) -> str:
    """ "DUB–LHR–DUB · 14 Dec 2026"; "DUB–LHR–… · 14 Dec 2026" if the trip may have more stops; "No flights" without a route."""
    if not line.route:
        return _("No flights")
    route = short_line("–".join(line.route)) + ("" if line.whole else "–…")
    return f"{route} · {plain_day(line.day)}" if line.day else route


def title_line(reference: str, order: Order, trip: Trip) -> str:
    """ "B94TXY · Purchased · DUB→LAS · 15 Aug 2025": an order page's title, with the reference first so that it shows in a narrow tab."""
    parts = [reference, status_word(order.status) if order.status else ""]
    if trip.route:
        start, end = trip.route[0], trip.route[-1]
        # Out and back: "DUB→LAS" rather than "DUB→DUB".
        parts.append(f"{start}→{trip.first.destination.code if start == end and trip.first else end}")
    if trip.first and trip.first.departs.day:
        parts.append(plain_day(trip.first.departs.day))
    return " · ".join(part for part in parts if part)
