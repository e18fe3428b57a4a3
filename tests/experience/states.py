"""Every page in every state worth a look: who sees it, at which address, and what they do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.pages.conftest import SEED

GROUP = "7c1f6a52-3c0e-4b43-9a07-0f2a6b1de120"
JANE = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"
Act = Callable[[Page], None]


def nothing(_page: Page) -> None:
    """The page as it comes."""


@dataclass(frozen=True)
class State:
    """A page in a state. `status` is that of the first answer; `around` names what is wrong with the world meanwhile."""

    name: str
    path: str
    act: Act = nothing
    person: str = "agent"
    status: int = 200
    around: str = ""
    shows: str = ""


def show(link: str, panel: str) -> Act:
    """Open a panel in place, and wait until it stands there."""

    def act(page: Page) -> None:
        page.get_by_role("link", name=link).first.click()
        expect(page.locator(f"#{panel}.panel")).to_be_visible()

    return act


def fill(submit: str = "main form.form button", **values: str) -> Act:
    """Fill the form and send it, past what the browser itself would object to."""

    def act(page: Page) -> None:
        page.evaluate("() => { for (const form of document.forms) form.noValidate = true }")
        for name, value in values.items():
            field = page.locator(f"main [name={name}]").first
            if field.evaluate("(field) => field.localName") == "select":
                field.select_option(value)
            else:
                field.fill(value)
        with page.expect_navigation():
            page.locator(submit).first.click()

    return act


def press(name: str) -> Act:
    def act(page: Page) -> None:
        with page.expect_navigation():
            page.locator("main").get_by_role("button", name=name).first.click()

    return act


def search(text: str) -> Act:
    def act(page: Page) -> None:
        page.locator("input[name=q]").first.fill(text)
        with page.expect_navigation():
            page.locator("input[name=q]").first.press("Enter")

    return act


def open_all(page: Page) -> None:
    page.evaluate("() => { for (const one of document.querySelectorAll('main details')) one.open = true }")


def open_menu(page: Page) -> None:
    page.locator("details.menu > summary").click()


def open_help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()


def while_opening(page: Page) -> None:
    """What is seen while the CDP takes its time; no request leaves."""
    page.evaluate(
        """() => { addEventListener("submit", (event) => event.preventDefault(), { once: true });
        const form = document.querySelector("form[role=search]"); form.elements.q.value = "B94TXY"; form.requestSubmit() }"""
    )
    expect(page.locator("#opening")).to_be_visible()


def contacts_then_orders(page: Page) -> None:
    show("Show contacts", "order-contacts")(page)
    show("Other orders", "guest-orders")(page)


def reveal_all(page: Page) -> None:
    show("Show contacts", "order-contacts")(page)
    page.get_by_role("button", name="Reveal all").first.click()
    expect(page.locator("#order-contacts")).to_contain_text("PA4412365")


def reveal_one(page: Page) -> None:
    page.locator("form:has(input[value=passport_number]) button").first.click()
    expect(page.locator("#order-contacts")).to_contain_text("PA4412365")


def lock_out(page: Page) -> None:
    for _try in range(6):
        fill(username="locked", password="wrong")(page)


CONTACTS, TRAVELLERS = show("Show contacts", "order-contacts"), show("Show travellers", "order-travellers")
CUSTOM = show("Show custom data", "order-custom-data")
PEOPLE_DE = show("Kontakte zeigen", "order-contacts")

STATES = (
    # nobody signed in
    State("sign-in", "/accounts/login/", person=""),
    State("sign-in, asked for an order", f"/orders/{SEED}/?ticket=ZD-1", person="", shows="go on to the page"),
    State("sign-in failed", "/accounts/login/", fill(username="nobody", password="wrong"), ""),
    State("sign-in locked", "/accounts/login/", lock_out, "", shows="Too many attempts"),
    State("not found, signed out", "/nowhere/", person="", status=404),
    State("sign-in, German", "/accounts/login/", person="Besucher", shows="Anmelden"),
    # the start page
    State("home, empty", "/", person="newcomer", shows="Nothing looked at yet"),
    State("account menu", "/", open_menu),
    State("help", f"/orders/{SEED}/", open_help),
    State("opening", "/", while_opening),
    # orders
    State("seed", f"/orders/{SEED}/"),
    State("seed, all opened", f"/orders/{SEED}/", open_all),
    State("seed, ticket and connection", f"/orders/{SEED}/?ticket=ZD-77&connection=Sandbox"),
    State("family", "/orders/FAM4OB/"),
    State("split", "/orders/SPLIT1/"),
    State("group of 120", f"/orders/{GROUP}/"),
    State("forty segments", "/orders/FORTY4/"),
    State("beside flights", "/orders/HOLIDY/"),
    State("UTC feed", "/orders/UTCFED/"),
    State("impossible times", "/orders/WILDTM/"),
    State("missing times", "/orders/NOTIME/"),
    State("date line", "/orders/DATELN/"),
    State("airport change", "/orders/SURFCE/"),
    State("overlap", "/orders/OVRLAP/"),
    State("ahead", "/orders/JD2TRIP/"),
    State("cancelled", "/orders/CANCLD/"),
    State("mixed status", "/orders/MIXST4/"),
    State("sum off", "/orders/NOTSUM/"),
    State("partial", "/orders/PAGE3X/", shows="did not load"),
    State("no flights", "/orders/SHOP-10045/", shows="No flights on this order"),
    State("no items", "/orders/EMPTY0/"),
    State("nulls", "/orders/NULLS1/"),
    State("missing fields", "/orders/MISS01/", open_all),
    State("wrong types", "/orders/TYPES1/", open_all),
    State("unknown types", "/orders/UNKTYP/", open_all),
    State("markup", "/orders/XSSHTM/", open_all),
    State("long names", "/orders/LONGNM/", open_all),
    State("unknown airport", "/orders/UNKAPT/"),
    State("flights in custom data", "/orders/V21FLT/"),
    # panels in place
    State("contacts", f"/orders/{SEED}/", CONTACTS, shows="••••65"),
    State("contacts and other orders", f"/orders/{SEED}/", contacts_then_orders),
    State("contacts, 58 of 60", "/orders/MISS2C/", CONTACTS, shows="58 of 60 loaded"),
    State("contacts, none", "/orders/NOCONT/", CONTACTS),
    State("contacts, down", "/orders/CONT503/", CONTACTS),
    State("contacts, refused", "/orders/fault-401~contacts/", CONTACTS),
    State("contacts, long names", "/orders/LONGNM/", CONTACTS),
    State("contacts, markup", "/orders/XSSHTM/", CONTACTS),
    State("contacts, scripts", "/orders/SCRPT1/", CONTACTS),
    State("contacts, odd dates", "/orders/ODDDOB/", CONTACTS),
    State("contacts, may reveal", f"/orders/{SEED}/", CONTACTS, "supervisor"),
    State("contacts, long names, may reveal", "/orders/LONGNM/", CONTACTS, "supervisor"),
    State("revealed in place", f"/orders/{SEED}/", reveal_all, "supervisor"),
    State("travellers", "/orders/FAM4OB/", TRAVELLERS),
    State("travellers, long names", "/orders/LONGNM/", TRAVELLERS),
    State("custom data", "/orders/EXTEND/?connection=Newer", CUSTOM),
    State("custom data, none", f"/orders/{SEED}/", CUSTOM),
    # the same as pages
    State("contacts page", f"/orders/{SEED}/contacts/"),
    State("contacts page, down", "/orders/fault-503~contacts/contacts/", status=502),
    State("travellers page", f"/orders/{SEED}/travellers/"),
    State("guest orders page", f"/orders/{SEED}/guests/{JANE}/orders/", shows="JD2TRIP"),
    State("custom data page", "/orders/EXTEND/custom-data/?connection=Newer"),
    State("revealed page", f"/orders/{SEED}/contacts/", reveal_one, "supervisor"),
    State("raw", f"/orders/{SEED}/raw/"),
    # searching
    State("chooser", "/orders/TWICE1/", shows="TWICE1"),
    State("not found", "/orders/ZZZZ99/", person="two ways", status=404, shows="Not found"),
    State("not searched, placeholder", "/orders/?q=%7B%7Bticket.reference%7D%7D", status=400, shows="not filled in"),
    State("not searched, characters", "/orders/?q=%C2%A7%C2%A7%C2%A7", status=400),
    State("e-mail in a link", "/orders/?q=jane.doyle%40example.com", status=400, shows="Search for this person?"),
    State("people found", "/", search("brennan.family@example.com"), shows="Orla"),
    State("people found, twelve orders", "/", search("s.okafor@example.net"), shows="COMM12"),
    State("people found by phone", "/", search("+353 1 555 0123")),
    State("nobody found", "/", search("nobody.at.all@example.com"), shows="Nobody found"),
    State("find person", "/find-person/"),
    State("find person, no name", "/find-person/", fill(), shows="A last name is needed"),
    State("find person, found", "/find-person/", fill(first_name="Jane", last_name="Doyle"), shows="Jane"),
    State("home", "/", shows="B94TXY"),
    # problems
    State("refused", "/orders/fault-401/", status=403),
    State("not permitted", "/orders/fault-403/", status=403),
    State("asked to wait", "/orders/fault-429-6h/", status=429),
    State("down", "/orders/fault-503/", status=502),
    State("unreadable", "/orders/fault-html/", status=502),
    State("busy", f"/orders/{SEED}/", status=503, around="all places taken"),
    State("slow", "/orders/fault-hang/", status=504),
    State("no connection", f"/orders/{SEED}/", person="newcomer", status=409),
    State("unknown connection", f"/orders/{SEED}/?connection=Elsewhere", status=404),
    State("not recorded", f"/orders/{SEED}/", status=503, around="no records"),
    State("no such page", "/nowhere/", status=404, shows="No such page"),
    State("not allowed", f"/orders/{SEED}/reveal/", status=403),
    State("our mistake", "/", status=500, around="no sessions"),
    # connections
    State("connections, none", "/connections/", person="newcomer"),
    State("connections", "/connections/", person="two ways"),
    State("connections, tried", "/connections/", press("Try again")),
    State("connection add", "/connections/add/"),
    State("connection add, empty", "/connections/add/", fill()),
    State("connection add, refused", "/connections/add/", fill(name="Third", client_key="x", token="y"), shows="Nothing is saved"),
    State("connection rename", "/connections/", lambda page: page.get_by_role("link", name="Change").first.click()),
    State("connection replace", "/connections/", lambda page: page.get_by_role("link", name="Replace").first.click()),
    State("connection delete", "/connections/", lambda page: page.get_by_role("link", name="Delete").first.click()),
    # the person's own
    State("activity", "/activity/"),
    State("activity, nothing", "/activity/?order=NOTHING"),
    State("activity, odd filter", "/activity/?day=yesterday"),
    State("activity, everybody", "/activity/", person="auditor"),
    State("preferences", "/preferences/"),
    State("preferences saved", "/preferences/", fill(), "two ways"),
    State("password", "/accounts/password/"),
    State("password, wrong", "/accounts/password/", fill(old_password="x", new_password1="y", new_password2="z")),
    State("password changed", "/accounts/password/done/"),
    # in German, with 12 hours and another zone
    State("seed, German", f"/orders/{SEED}/", person="deutsch", shows="Reiseverlauf"),
    State("forty segments, German", "/orders/FORTY4/", person="deutsch"),
    State("contacts, German", f"/orders/{SEED}/", PEOPLE_DE, "deutsch"),
    State("down, German", "/orders/fault-503/", person="deutsch", status=502),
    State("home, German", "/", person="deutsch"),
    State("preferences, German", "/preferences/", person="deutsch"),
    State("connection add, German", "/connections/add/", fill(), "deutsch"),
    State("UTC feed, German", "/orders/UTCFED/", person="deutsch"),
)  # fmt: skip
