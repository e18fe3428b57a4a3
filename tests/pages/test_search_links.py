"""Links in a search text: ours and the API's are read, even if mail gateways and chats have wrapped them; others yield nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest

from orders.search_text import lookup

REF = "d680c9be-4c07-4731-857e-9602034b15f2"
OURS = "https://orders.example.com/orders/B94TXY/?ticket=ZD-12"
LINKS = [
    "https://orders.example.com/orders/B94TXY",
    OURS,
    "http://127.0.0.1:8000/orders/B94TXY/",
    "https://orders.example.com/orders/?q=B94TXY&ticket=ZD-1",
    "https://orders.example.com/orders/?q=PNR%3A+B94TXY",
    "https://orders.example.com/orders/B94TXY/contacts/",
    "https://orders.example.com/accounts/login/?next=/orders/B94TXY/%3Fticket%3DZD-1",
    "https://api-engage-eu.sitecorecloud.io/v2/orders?referenceId=B94TXY",
    "https://api-engage-eu.sitecorecloud.io/v2/orders/B94TXY?expand=orderItems",
    "HTTPS://ORDERS.EXAMPLE.COM/orders/B94TXY/",
]


def v2(link: str) -> str:
    coded = (
        quote(link, safe=":/?=&-")
        .replace("-", "-2D")
        .replace(":", "-3A")
        .replace("/", "_")
        .replace("?", "-3F")
        .replace("=", "-3D")
        .replace("&", "-26")
        .replace("%", "-")
    )
    return f"https://urldefense.proofpoint.com/v2/url?u={coded}&d=DwMFAg&c=abc&r=x&m=y&s=z&e="


def v3(link: str) -> str:
    return f"https://urldefense.com/v3/__{link}__;!!AbC-123!xyz_4$"


WRAPPERS: dict[str, Callable[[str], str]] = {
    "SafeLinks": lambda link: (
        f"https://eur01.safelinks.protection.outlook.com/?url={quote(link, safe='')}&data=05%7C02%7C%7Cabc&sdata=x%3D&reserved=0"
    ),
    "SafeLinks, entities": lambda link: (
        f"https://nam02.safelinks.protection.outlook.com/?url={quote(link, safe='')}&amp;data=05&amp;reserved=0"
    ),
    "Google": lambda link: f"https://www.google.com/url?q={quote(link, safe='')}&sa=D&source=editors&ust=1",
    "Google, url": lambda link: f"https://www.google.com/url?sa=t&url={quote(link, safe='')}&usg=AOv",
    "URL Defense v1": lambda link: f"https://urldefense.proofpoint.com/v1/url?u={quote(link, safe='')}&k=abc",
    "URL Defense v2": v2,
    "URL Defense v3": v3,
    "Barracuda": lambda link: f"https://linkprotect.cudasvc.com/url?a={quote(link, safe='')}&c=E,1,abc&typo=1",
    "Facebook": lambda link: f"https://l.facebook.com/l.php?u={quote(quote(link, safe=''), safe='')}&h=AT0",
    "Cisco": lambda link: f"https://secure-web.cisco.com/1aBcD-3f/{quote(link, safe='')}",
    "Sophos": lambda link: (
        f"https://eu-west-1.protection.sophos.com?d=example.com&u={base64.urlsafe_b64encode(link.encode()).decode()}&i=NWY"
    ),
    "Slack": lambda link: f"https://slack-redir.net/link?url={quote(link, safe='')}",
    "fragment": lambda link: f"https://viewer.example/#{quote(link, safe='')}",
    "angle brackets": lambda link: f"<{link}>",
    "a chat's label": lambda link: f"<{link}|the order>",
    "the label alone": lambda link: f"{link}|the order>",
    "Markdown": lambda link: f"[the order]({link})",
    "Markdown with a title": lambda link: f'[the order]({link} "title")',
    "a sentence": lambda link: f"see {link}.",
    "brackets": lambda link: f"(see {link}).",
    "quotes": lambda link: f"It was “{link}”, thanks",
    "a question": lambda link: f"Is it {link}?",
    "an exclamation": lambda link: f"Look: {link}!",
    "Japanese": lambda link: f"{link}をご覧ください",
    "encoded": lambda link: quote(link, safe=""),
    "encoded twice": lambda link: quote(quote(link, safe=""), safe=""),
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_the_order_of_a_link_is_read_through_what_is_wrapped_around_it(wrapper: str, link: str) -> None:
    reading = lookup.read(WRAPPERS[wrapper](link))
    assert (reading.kind, reading.candidates) == ("reference", ("B94TXY",))


@pytest.mark.parametrize("outer", ["SafeLinks", "Google", "URL Defense v1", "Facebook", "Sophos"])
@pytest.mark.parametrize("inner", ["SafeLinks", "Google", "URL Defense v2", "Cisco", "Barracuda"])
def test_wrappers_stand_around_wrappers(outer: str, inner: str) -> None:
    assert lookup.read(WRAPPERS[outer](WRAPPERS[inner](OURS))).candidates == ("B94TXY",)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        (f"It was https://api-engage-eu.sitecorecloud.io/v2/orders/{REF}.", (REF,)),
        ("[B94TXY](https://orders.example.com/orders/B94TXY)", ("B94TXY",)),
        ("orders.example.com/orders/B94TXY,", ("B94TXY",)),
        ("/orders/B94TXY/.", ("B94TXY",)),
        ("https://orders.example.com/orders/B94TXY%2FFAM4OB/", ("B94TXY", "FAM4OB")),
        ("https://orders.example.com/orders/?q=B94TXY+FAM4OB", ("B94TXY", "FAM4OB")),
        ("https://orders.example.com/orders/B94TXY/ https://orders.example.com/orders/FAM4OB/", ("B94TXY", "FAM4OB")),
        ("https://airline.example/manage?pnr=B94TXY&lastName=Doyle", ("B94TXY",)),
        ("https://x.example/tracking/AB1234567 for booking B94TXY", ("B94TXY",)),
    ],
)
def test_what_stands_in_and_beside_links(text: str, candidates: tuple[str, ...]) -> None:
    assert lookup.read(text).candidates == candidates


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/search?q=BA0459",
        "https://www.google.com/search?q=flight+B94TXY",
        "https://airline.example/flights/BA0459/2026-08-15",
        "https://desk.example.com/tickets/INC678439",
        "https://desk.example.com/browse/TK-4711?focusedId=12345",
        "https://shop.example/item/AB1234X",
        "https://protect-eu.mimecast.com/s/AbC123xYz?domain=orders.example.com",
        "https://example.com/?utm_source=B94TXY1&id=4711008",
        "https://orders.example.com/orders/",
        "https://[broken/orders/x",
        "https://www.google.com/url?q=https://example.com/B94TXY",
    ],
)
def test_a_link_of_somebody_else_gives_no_reference(link: str) -> None:
    reading = lookup.read(link)
    assert (reading.kind, reading.why) == ("unreadable", "no reference")


def test_a_link_with_a_way_up_the_path_is_refused() -> None:
    assert lookup.read("https://orders.example.com/orders/..%2F..%2Fadmin").why == "dots"
