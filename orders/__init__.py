"""One order, truthfully. Importing any part of it puts the pinned zone rules in force."""

from orders.zones import use_pinned

use_pinned()
