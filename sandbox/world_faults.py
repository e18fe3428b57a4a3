"""The order for a ref that names a fault, so that any fault can be tried by hand."""

from __future__ import annotations

from sandbox.shorthand import Entry
from sandbox.world import World, order_from


def add_fault_order(world: World, ref: str) -> None:
    """Add an order with this ref: 12 contacts, 12 consumers, and 250 items if the fault is for items (`~item…`), otherwise 12."""
    many = 250 if "~item" in ref.lower() else 12
    entry: Entry = {
        "ref": ref,
        "referenceId": ref,
        "_shows": "an order for looking at one fault",
        "orderedAt": "2026-10-02T09:12:00.000Z",
        "items": [
            {
                "_repeat": many,
                "price": 75,
                "passengerTypeCode": "ADT",
                "_flights": ["BX300 DUB 2027-03-04 07:05 > CDG 09:50 Economy/Plus/Y/320"],
            }
        ],
        "contacts": [
            {"_repeat": 12, "firstName": "Contact", "lastName": "Number {n}", "emails": ["contact{n}@example.com"]}
        ],
        "consumers": [{"_repeat": 12, "firstName": "Traveller", "lastName": "Number {n}", "_on": ["{n}"]}],
        "_extension": {"bookingChannelNote": "made for looking at one fault"},
    }
    world.add(order_from(entry))
