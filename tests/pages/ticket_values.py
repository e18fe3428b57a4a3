"""Values of the fields of ticket systems, and where a link with each of them leads.

Rights are the words of LANDINGS in test_ticket_values.py, several if more than one answer is honest. `raw` is the right if the ticket
system pastes the value into the path as it is, `raw_q` if it pastes it behind `?q=`; both are `right` unless stated.
"""

from __future__ import annotations

from dataclasses import dataclass

LONG = "The customer writes: " + "bla " * 120 + "B94TXY"
TOO_LONG = "The customer writes: " + "bla " * 600 + "B94TXY"
FOUND_OR_HONEST = "order miss unclear"


@dataclass(frozen=True)
class Value:
    name: str
    value: str
    right: str = "order"
    raw: str = ""
    raw_q: str = ""


VALUES = [
    Value("clean", "B94TXY"),
    Value("lower case", "b94txy", FOUND_OR_HONEST),
    Value("spaces around", "  B94TXY "),
    # Behind an unencoded # the server sees nothing: the script takes over (tests/flows/test_hash_links.py).
    Value("hash in front", "#B94TXY", raw="start", raw_q="start"),
    Value("double quotes", '"B94TXY"'),
    Value("single quotes", "'B94TXY'"),
    Value("space inside", "B94 TXY", FOUND_OR_HONEST),
    Value("hyphen inside", "B94-TXY", FOUND_OR_HONEST),
    Value("trailing slash", "B94TXY/"),
    Value("leading slash", "/B94TXY"),
    Value("slash reference", "2041/7", "miss"),
    Value("umlaut subject", "Flug für Müller B94TXY"),
    Value("ampersand", "B94TXY & bags"),
    Value("ampersand tight", "B94TXY&x=1", FOUND_OR_HONEST),
    Value("question mark", "B94TXY?"),
    Value("question mark inside", "paid? B94TXY"),
    Value("two question marks", "paid? sure? B94TXY"),
    Value("percent", "B94TXY 100%"),
    Value("percent code", "B94TXY%20"),
    Value("plus", "B94TXY+FAM4OB", "chooser"),
    Value("empty", "", "start"),
    Value("blank", " ", "start"),
    Value("null", "null", "start"),
    Value("None", "None", "start"),
    Value("not applicable", "N/A", "start"),
    Value("undefined", "undefined", "start"),
    Value("two references", "B94TXY FAM4OB", "chooser"),
    Value("two with comma", "B94TXY, FAM4OB", "chooser"),
    Value("two with slash", "B94TXY/FAM4OB", "chooser"),
    # A browser removes line breaks and tabs from an address, so unencoded the two become one word.
    Value("two with newline", "B94TXY\nFAM4OB", "chooser", raw="miss unclear chooser", raw_q="miss unclear chooser"),
    Value(
        "subject line",
        "Re: [RT #4711] Fwd: Your booking B94TXY Dublin to Las Vegas on 15 August",
        raw="unclear",
        raw_q="unclear",
    ),
    Value("subject without", "Where is my refund?", "unclear"),
    Value("label", "PNR: B94TXY"),
    Value("label dash", "Booking ref. - B94TXY."),
    Value("full stop behind", "B94TXY."),
    Value("unknown reference", "ZZZ999", "miss"),
    Value("placeholder", "{{ticket.custom_field_36}}", "placeholder"),
    Value("address of the app", "http://127.0.0.1:8000/orders/B94TXY/"),
    Value("address of the app with ticket", "http://127.0.0.1:8000/orders/B94TXY/?ticket=OLD-1"),
    Value("API address", "https://api-engage-eu.sitecorecloud.io/v2/orders?referenceId=B94TXY"),
    Value("e-mail", "jane.doe@example.com", "person"),
    Value("phone", "+353 86 123 4567", "person"),
    Value("zero width", "B94\u200bTXY\ufeff"),
    Value("full width", "Ｂ９４ＴＸＹ", FOUND_OR_HONEST),
    Value("html", "<b>B94TXY</b>"),
    Value("script", "<script>alert(1)</script>", "miss unclear"),
    # The browser itself resolves the dots, and requests /admin/.
    Value("dots", "../../admin/", "unclear", raw="elsewhere"),
    Value("sql", "B94TXY' OR '1'='1", FOUND_OR_HONEST),
    Value("arabic", "حجز B94TXY"),
    Value("emoji", "✈️ B94TXY"),
    Value("dash words", "B94TXY - urgent"),
    Value("semicolon", "B94TXY;FAM4OB", "chooser"),
    Value("backslash", "B94TXY\\"),
    Value("pipe", "B94TXY|FAM4OB", "chooser"),
    Value("caret", "B94TXY^", FOUND_OR_HONEST),
    Value("tab", "B94TXY\t15.08.2025", raw=FOUND_OR_HONEST, raw_q=FOUND_OR_HONEST),
    # A server cannot recognize an encoded slash in a path: both are the address of the panel.
    Value("named panel", "B94TXY/contacts", FOUND_OR_HONEST + " elsewhere"),
    Value("long", LONG),
    Value("too long", TOO_LONG, "unclear"),
    Value("login", "login", "miss"),
]
# What is clicked in ticket systems (tests/integrations); the others have come up since.
CAME_UP = {
    "two question marks", "blank", "null", "None", "not applicable", "undefined", "full stop behind", "address of the app with ticket",
    "too long",
}  # fmt: skip
OF_TICKETS = [value for value in VALUES if value.name not in CAME_UP]
