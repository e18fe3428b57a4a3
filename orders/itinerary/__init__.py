"""Trips made from flight segments. Importing any part of the package, as the settings do, puts the pinned zone rules into use."""

from orders.itinerary.zones import use_pinned

use_pinned()
