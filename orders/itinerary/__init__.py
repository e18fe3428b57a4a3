"""Flight segments to a trip. Importing any part of it, as the settings do, makes the pinned zone rules the ones in use."""

from orders.itinerary.zones import use_pinned

use_pinned()
