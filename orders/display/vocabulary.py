"""Words and icons for the codes of the CDP, the itinerary and access records, in English; they are translated when shown.

The words and icons of statuses are in `orders/itinerary/statuses.py`.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from accounts.sign_in_method import Method
from accounts.sign_on.refusals import Kind
from orders.cdp.records import Reason
from orders.itinerary.codes import NoticeKind, Phase, Verdict
from orders.privacy.outcomes import Fixed, Form, Whose
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

# The payment types that the vendor recommends, in capitals.
PAYMENT_TYPES: dict[str, str] = {
    "ATM": _("ATM"),
    "CARD": _("Card"),
    "CASH": _("Cash"),
    "OTHER": _("Other"),
    "PAYPAL": _("PayPal"),
    "VOUCHER": _("Voucher"),
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

# All kinds except STATUS: a notice of that kind has the word and icon of its status.
NOTICES: dict[NoticeKind, tuple[str, str]] = {
    NoticeKind.TIGHT: (_("Tight connection"), "warning"),
    NoticeKind.OVERNIGHT: (_("Overnight wait"), "moon"),
    NoticeKind.LONG: (_("Long wait"), "hourglass"),
    NoticeKind.OVERLAP: (_("Flights overlap"), "alarm"),
    NoticeKind.AIRPORT_CHANGE: (_("Change of airport"), "change"),
    NoticeKind.CARRIER_CHANGE: (_("Change of carrier"), "change"),
    NoticeKind.SURFACE: (_("Missing leg"), "change"),
    NoticeKind.LOOKS_LIKE_UTC: (_("Times look like UTC"), "clock"),
    NoticeKind.LOOKS_LIKE_LOCAL: (_("Times look local"), "clock"),
    NoticeKind.IMPOSSIBLE_TIME: (_("Check these times"), "alarm"),
    NoticeKind.LONG_FLIGHT: (_("Unusually long flight"), "hourglass"),
    NoticeKind.CLOCK_SKIPPED: (_("This time does not exist"), "clock"),
    NoticeKind.CLOCK_REPEATED: (_("Time occurs twice"), "clock"),
    NoticeKind.MISSING_TIME: (_("Time missing"), "unknown"),
    NoticeKind.UNREADABLE_TIME: (_("Time could not be read"), "unknown"),
    NoticeKind.UNKNOWN_PLACE: (_("Unknown airport code"), "place"),
    NoticeKind.MISSING_PLACE: (_("Airport code missing"), "place"),
    NoticeKind.ITEMS_DISAGREE: (_("Conflicting arrival times"), "alarm"),
    NoticeKind.DUPLICATE: (_("Listed more than once"), "info"),
    NoticeKind.PARTLY_CANCELLED: (_("Partly cancelled"), "cancelled"),
}

UNCHECKED: dict[Unchecked, str] = {
    Unchecked.ITEMS_MISSING: _("some items may be missing"),
    Unchecked.NO_TOTAL: _("the total is missing"),
    Unchecked.TOTAL_NOT_UNDERSTOOD: _("the total could not be read"),
    Unchecked.NO_PRICE: _("a price is missing"),
    Unchecked.PRICE_NOT_UNDERSTOOD: _("a price could not be read"),
    Unchecked.NO_CURRENCY: _("a currency is missing"),
    Unchecked.TWO_CURRENCIES: _("the amounts are in two currencies"),
    Unchecked.SEVERAL_CURRENCIES: _("the amounts are in more than two currencies"),
    Unchecked.QUANTITY_ABOVE_ONE: _("a quantity is above 1"),
    Unchecked.ODD_QUANTITY: _("a quantity is below 1"),
    Unchecked.NO_QUANTITY: _("a quantity is missing"),
    Unchecked.QUANTITY_NOT_UNDERSTOOD: _("a quantity could not be read"),
}

PHASES: dict[Phase, str] = {
    Phase.DEPARTED: _("Departed"),
    Phase.NOW: _("Under way now"),
    Phase.NEXT: _("Next"),
    Phase.LATER: _("Later"),
}

VERDICTS: dict[Verdict, str] = {
    Verdict.LOCAL: _("Plausible as local times"),
    Verdict.UTC: _("Looks like UTC"),
    Verdict.UNCLEAR: _("Not clear whether local or UTC"),
    Verdict.IMPOSSIBLE: _("Times look impossible"),
    Verdict.UNKNOWN_PLACE: _("Not checked: place unknown"),
}

NOTE_REASONS: dict[Reason, str] = {
    Reason.NOT_A_NUMBER: _("not a number"),
    Reason.NOT_A_TEXT: _("not text"),
    Reason.NOT_A_DATE: _("not a date"),
    Reason.NOT_A_LIST: _("not a list"),
    Reason.NOT_AN_OBJECT: _("not an object"),
    Reason.OUT_OF_RANGE: _("out of range"),
    Reason.SENT_TWICE: _("sent twice"),
    Reason.SENT_AS_TEXT: _("sent as text"),
    Reason.UNREADABLE_CHARACTERS: _("unreadable characters"),
    Reason.CUT: _("longer than shown"),
    Reason.NOT_LOADED: _("not loaded"),
    Reason.ONLY_IN_PART: _("only partly read"),
    Reason.AND_MORE: _("more fields, not listed here"),
}

# The parts of an access record's outcome. Of two forms that fit a part, the first gives the words.
OUTCOMES: dict[Fixed | Form | Method, str] = {
    Fixed.SHOWN: _("shown"),
    Fixed.SHOWN_WHOLE: _("shown: in full"),
    Fixed.SHOWN_MASKED: _("shown: masked"),
    Fixed.CUSTOM_DATA: _("shown: custom data"),
    Fixed.NOBODY: _("not shown: no such person on this order"),
    Fixed.REFUSED: _("refused"),
    Fixed.BY_LINK: _("by link"),
    Fixed.SESSION_OVER: _("session expired"),
    Fixed.SECOND_FACTOR: _("second factor"),
    Fixed.USED_BEFORE: _("password already used"),
    Fixed.STAFF_ONLY: _("passwords are for staff"),
    Fixed.SWITCHED_OFF: _("passwords are off"),
    Form.SHOWN: _("shown: %(count)s"),
    Form.SHOWN_OF: _("shown: %(loaded)s of %(total)s"),
    Form.LISTED: _("%(count)s listed"),
    Form.FOUND: _("%(count)s found"),
    Form.NOT_LOADED: _("%(count)s not loaded"),
    Form.INCOMPLETE: _("people whose orders were not all loaded: %(count)s"),
    Form.PERHAPS_MORE: _("perhaps more"),
    Form.FAILED: _("failed: %(why)s"),
    Form.REVEALED: _("shown: %(what)s"),
    Form.NOT_REVEALED: _("refused: %(what)s"),
    Form.REMOVED: _("removed: %(count)s"),
    Form.A_MINUTE: _("limit: %(count)s a minute"),
    Form.A_DAY: _("limit: %(count)s a day"),
    Form.PROVIDER: _("provider: %(kind)s"),
    Form.DIRECTORY: _("directory: %(kind)s"),
    Form.SECOND_STEP: _("second step"),
    Method.PASSWORD: _("password"),
    Method.DIRECTORY: _("directory"),
    Method.PROVIDER: _("provider"),
    Method.PROXY: _("proxy"),
}

# Why a provider or directory did not sign somebody in, by the codes that are stored.
SIGN_IN_REFUSALS: dict[str, str] = {
    Kind.UNREACHABLE: _("not reachable"),
    Kind.FAILED: _("failed"),
    Kind.CANCELLED: _("cancelled by the user"),
    Kind.EXPIRED: _("expired"),
    Kind.NO_GROUP: _("no group"),
    Kind.NAME_TAKEN: _("name taken"),
    Kind.NAME_UNUSABLE: _("unusable name"),
    Kind.INACTIVE: _("account inactive"),
    Kind.SOMEONE_ELSE: _("someone else signed in"),
    Kind.NOT_ASKED_AGAIN: _("no new sign-in"),
    Kind.PASSWORD_USED: _("password already used"),
}

# Forms of `AccessRecord.detail` for account events, and the phrase for each.
DETAILS: dict[str, str] = {
    r"administration": _("administration"),
    r"superuser": _("superuser"),
    r"shared": _("shared"),
    r"shared connection: group (?P<name>.+) until (?P<end>\d\S+ \S+ UTC)": _(
        "shared connection: group %(name)s until %(end)s"
    ),
    r"shared connection: group (?P<name>.+)": _("shared connection: group %(name)s"),
    r"shared connection: all groups": _("shared connection: all groups that it is shared with"),
    r"group (?P<group>.+): permission (?P<right>\S+)": _("group %(group)s: permission %(right)s"),
    r"group (?P<group>.+) is now group (?P<name>.+)": _("group %(group)s is now called %(name)s"),
    r"group (?P<group>.+) \(deleted\)": _("group %(group)s (deleted)"),
    r"group (?P<group>.+)": _("group %(group)s"),
    r"permission (?P<right>\S+)": _("permission %(right)s"),
    r"was (?P<name>.+)": _("was %(name)s"),
    r"everybody’s": _("everybody’s"),
    r"before (?P<day>\S+), (?P<left>\d+) without a chain left": _("from before %(day)s"),
}

# The fields of people that have a label of ours, by the names of `orders.privacy.masking`.
PERSON_FIELDS: dict[str, str] = {
    "phone": _("Phone"),
    "email": _("E-mail"),
    "address": _("Address"),
    "nationality": _("Nationality"),
    "gender": _("Gender"),
    "language": _("Language"),
    "date_of_birth": _("Date of birth"),
    "passport_number": _("Passport"),
    "passport_expiry": _("Passport valid until"),
    "identifier": _("Identifier"),
}

# Hidden fields and whose they are, by the names in access records.
REVEALED: dict[str, str] = PERSON_FIELDS | {
    Whose.CONTACT: _("contact"),
    Whose.TRAVELLER: _("traveller"),
    "all": _("all hidden fields"),
    "unknown field": _("unknown field"),
}
