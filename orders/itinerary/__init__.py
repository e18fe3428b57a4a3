"""Trips made from flight segments. Importing any module of this package, as the settings do, puts the pinned zone rules into use."""

from orders.itinerary.zones import use_pinned

use_pinned()
