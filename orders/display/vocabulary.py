"""The tables behind the words: what each code of the CDP, and each code of the itinerary, reads as. Still in English: see words.py.

Statuses have a table of their own, orders/itinerary/statuses.py.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from orders.services.summary import Unchecked

ITEM_TYPES: dict[str, tuple[str, str]] = {
    "FLIGHT": (_("Flight"), "plane"),
    "FLIGHT ITEM": (_("Flight"), "plane"),
    "HOTEL": (_("Hotel"), "bed"),
    "CAR": (_("Car"), "car"),
    "BAG": (_("Bag"), "luggage"),
    "BAGGAGE": (_("Bag"), "luggage"),
    "INSURANCE": (_("Insurance"), "shield"),
    "CAR_SEAT": (_("Car seat"), "car"),
    "MEAL": (_("Meal"), "utensils"),
    "FEE": (_("Fee"), "credit-card"),
    "FEES": (_("Fee"), "credit-card"),
    "LOUNGE_ACCESS": (_("Lounge access"), "seat"),
    "HOTEL_WIFI": (_("Hotel Wi-Fi"), "bed"),
    "HOTEL_BREAKFAST": (_("Hotel breakfast"), "utensils"),
    "SEAT_UPGRADE": (_("Seat upgrade"), "seat"),
    "SEAT_UPGRADES": (_("Seat upgrade"), "seat"),
    "TAXI": (_("Taxi"), "car"),
    "PARKING": (_("Parking"), "car"),
    "SEAT": (_("Seat"), "seat"),
    "UPGRADE": (_("Upgrade"), "seat"),
    "TRANSPORT": (_("Transport"), "car"),
    "OTHER": (_("Other"), "ticket"),
    "INFLIGHT_ENTERTAINMENT": (_("In-flight entertainment"), "ticket"),
    "ACTIVITY": (_("Activity"), "ticket"),
    "CARBON_OFFSET": (_("Carbon offset"), "ticket"),
    "PAID_SUBSCRIPTION": (_("Paid subscription"), "ticket"),
    "COMFORT_PACK": (_("Comfort pack"), "bag"),
    "INFLIGHT_VOUCHER": (_("In-flight voucher"), "ticket"),
    "INFLIGHT_VOUCHERS": (_("In-flight voucher"), "ticket"),
    "PACKAGE": (_("Package"), "bag"),
    "SMS_ITINERARY": (_("Itinerary by SMS"), "phone"),
    "SPECIAL_ASSISTANCE": (_("Special assistance"), "person"),
    "CHARITY_DONATION": (_("Charity donation"), "ticket"),
    "TRANSFER": (_("Airport transfer"), "car"),
}

CHANNELS: dict[str, str] = {
    "AIRPORT_KIOSK": _("Airport kiosk"),
    "BRANCH": _("Branch"),
    "CALL_CENTER": _("Call centre"),
    "GDS": _("GDS"),
    "KIOSK": _("Kiosk"),
    "MOBILE_APP": _("Mobile app"),
    "MOBILE_WEB": _("Mobile web"),
    "OFFLINE": _("Offline"),
    "OTA": _("Online travel agency"),
    "OTHER": _("Other"),
    "WEB": _("Web"),
}

NOTICES: dict[str, tuple[str, str]] = {
    "tight": (_("Tight transfer"), "warning"),
    "overnight": (_("Overnight"), "moon"),
    "long": (_("Long wait"), "hourglass"),
    "airport change": (_("Change of airport"), "change"),
    "carrier change": (_("Change of carrier"), "change"),
    "overlap": (_("Flights overlap"), "alarm"),
    "looks like utc": (_("Times look like UTC"), "clock"),
    "clock skipped": (_("This clock time does not exist"), "clock"),
    "clock repeated": (_("This clock time comes twice"), "clock"),
    "impossible time": (_("Impossible time"), "alarm"),
    "missing time": (_("Time missing"), "unknown"),
    "unknown place": (_("Unknown airport code"), "place"),
    "surface": (_("Gap on the ground"), "change"),
    "looks like local": (_("Times look local"), "clock"),
    "items disagree": (_("Items disagree"), "alarm"),
    "partly cancelled": (_("Partly cancelled"), "cancelled"),
    "duplicate": (_("Sent more than once"), "info"),
    "long flight": (_("Unusually long"), "hourglass"),
}

UNCHECKED: dict[str, str] = {
    Unchecked.ITEMS_MISSING: _("not all items were read"),
    Unchecked.NO_TOTAL: _("the total is missing"),
    Unchecked.TOTAL_NOT_UNDERSTOOD: _("the total was not understood"),
    Unchecked.NO_PRICE: _("a price is missing"),
    Unchecked.PRICE_NOT_UNDERSTOOD: _("a price was not understood"),
    Unchecked.NO_CURRENCY: _("a currency is missing"),
    Unchecked.TWO_CURRENCIES: _("two currencies"),
    Unchecked.SEVERAL_CURRENCIES: _("more than two currencies"),
    Unchecked.QUANTITY_ABOVE_ONE: _("a quantity above 1"),
    Unchecked.ODD_QUANTITY: _("a quantity that is not 1"),
    Unchecked.NO_QUANTITY: _("a quantity is missing"),
    Unchecked.QUANTITY_NOT_UNDERSTOOD: _("a quantity was not understood"),
}

PHASES: dict[str, str] = {
    "departed": _("Departed"),
    "now": _("Under way now"),
    "next": _("Next"),
    "later": _("Later"),
}

VERDICTS: dict[str, str] = {
    "local": _("Local times fit the distance"),
    "utc": _("Looks like UTC"),
    "unclear": _("Both readings are possible"),
    "impossible": _("Neither reading is possible"),
    "unknown place": _("Not checked: place unknown"),
}

NOTE_REASONS: dict[str, str] = {
    "not a number": _("not a number"),
    "not a text": _("not a text"),
    "not a date": _("not a date"),
    "not a list": _("not a list"),
    "not an object": _("not an object"),
    "out of range": _("out of range"),
    "sent twice": _("sent twice"),
    "sent as text": _("sent as text"),
    "unreadable characters": _("unreadable characters"),
    "cut": _("longer than is shown"),
    "only in part": _("read only in part"),
    "and more": _("and more that is not as documented"),
}

PASSENGERS: dict[str, str] = {
    "ADT": _("Adult"),
    "CHD": _("Child"),
    "CNN": _("Child"),
    "INF": _("Infant"),
    "INS": _("Infant with a seat"),
    "YTH": _("Young adult"),
    "SRC": _("Senior"),
    "UNN": _("Unaccompanied minor"),
}

# The forms in which a record keeps what came of a look, part by part, and what each reads as.
OUTCOMES: dict[str, str] = {
    r"shown": _("shown"),
    r"shown: (?P<loaded>\d+) of (?P<total>\d+)": _("shown: %(loaded)s of %(total)s"),
    r"shown: (?P<count>\d+)": _("shown: %(count)s"),
    r"shown: custom data": _("shown: custom data"),
    r"not shown: nobody on this order": _("not shown: nobody on this order"),
    r"(?P<count>\d+) listed": _("%(count)s listed"),
    r"(?P<count>\d+) found": _("%(count)s found"),
    r"(?P<count>\d+) not loaded": _("%(count)s not loaded"),
    r"orders of (?P<count>\d+) incomplete": _("orders of %(count)s incomplete"),
    r"perhaps more": _("perhaps more"),
    r"failed: (?P<why>[a-z-]+)": _("failed: %(why)s"),
    r"refused": _("refused"),
    r"shown: whole": _("shown: in full"),
    r"shown: masked": _("shown: masked"),
    r"session over": _("session over"),
    r"password used before": _("password used before"),
    r"removed: (?P<count>\d+)": _("removed: %(count)s"),
    r"(?P<count>\d+) a minute": _("limit: %(count)s a minute"),
    r"(?P<count>\d+) a day": _("limit: %(count)s a day"),
    r"accepted": _("accepted"),
    r"not permitted": _("not permitted"),
    r"unreadable": _("cannot be opened: enter it again"),
    r"rate limited": _("asked to wait"),
    r"slow": _("no answer in time"),
    r"unreachable": _("not reachable"),
    r"untrusted": _("certificate not trusted"),
    r"broken": _("answered with a fault"),
}

# What account events are about: the forms that `AccessRecord.detail` may have.
DETAILS: dict[str, str] = {
    r"administration": _("administration"),
    r"superuser": _("superuser"),
    r"group (?P<group>.+): permission (?P<right>\S+)": _("group %(group)s: permission %(right)s"),
    r"group (?P<group>.+) is now group (?P<name>.+)": _("group %(group)s is now called %(name)s"),
    r"group (?P<group>.+) \(deleted\)": _("group %(group)s (deleted)"),
    r"group (?P<group>.+)": _("group %(group)s"),
    r"permission (?P<right>\S+)": _("permission %(right)s"),
    r"was (?P<name>.+)": _("was %(name)s"),
    r"everybody’s": _("everybody’s"),
    r"before (?P<day>\S+), (?P<left>\d+) without a chain left": _("from before %(day)s"),
}

# By the codes of orders/problems.py: why a search failed, short enough for a table.
FAILURES: dict[str, str] = {
    "refused": _("credential refused"),
    "not-permitted": _("not permitted"),
    "credential-unreadable": _("credential cannot be opened"),
    "connection": _("connection needs attention"),
    "bad-reference": _("not a reference"),
    "not-found": _("not found"),
    "too-many": _("too many fit"),
    "request-refused": _("request refused"),
    "rate-limited": _("asked to wait"),
    "busy": _("CDP too busy"),
    "wait": _("CDP too busy"),
    "unreachable": _("CDP not reachable"),
    "untrusted": _("certificate not trusted"),
    "slow": _("no answer in time"),
    "broken": _("fault of the CDP"),
    "unreadable": _("answer not readable"),
    "too-large": _("more than is read"),
}

# Whose hidden fields, and which, by the names that orders/privacy/masking.py gives them.
REVEALED: dict[str, str] = {
    "contact": _("contact"),
    "traveller": _("traveller"),
    "all": _("all hidden fields"),
    "date_of_birth": _("Date of birth"),
    "passport_number": _("Passport"),
    "passport_expiry": _("Passport valid until"),
    "identifier": _("Identifier"),
    "unknown field": _("unknown field"),
}
