"""Trips made from flight segments. Importing any module of this package, as the settings do, applies the pinned time zone rules."""

from orders.itinerary.zones import use_pinned

use_pinned()
