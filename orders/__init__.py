"""One order, truthfully. Importing any part of it puts the pinned zone rules in force."""

from orders.itinerary.zones import use_pinned

use_pinned()
