"""Trips made from flight segments. Importing any module of this package, as the settings do, puts the pinned time zone rules to use."""

from orders.itinerary.zones import use_pinned

use_pinned()
