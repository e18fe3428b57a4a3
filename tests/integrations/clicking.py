"""A click in a ticket: where it leads, either signed in or through the sign-in, with a wrong password first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import SignInFailure
from orders.display.link_recipes import Shape
from tests.integrations.ticket_systems import Desk
from tests.live import PASSWORD, App
from tests.pages.test_ticket_values import LANDINGS, PERSONAL
from tests.pages.ticket_values import VALUES
from tests.recorded import recorded_views

NO_LINK, ELSEWHERE = "no link", "elsewhere"
RECORDED = {"order": "order_opened", "chooser": "orders_listed", "miss": "searched_reference"}
RIGHT = {value.name: value for value in VALUES}


@dataclass(frozen=True)
class Landing:
    """Where a link led: the word for the page, its title, and what was recorded for it, such as "order_opened B94TXY RT-1"."""

    word: str
    title: str = ""
    recorded: str = ""


class Clicking:
    """An agent at their desk, with the order server in the same browser."""

    def __init__(self, context: BrowserContext, app: App, desk: Desk) -> None:
        self.context, self.app, self.desk = context, app, desk
        context.route(re.compile("^https:"), lambda route: route.abort())  # the system's external fonts and styles
        self.ticket = context.new_page()
        context.set_default_timeout(90_000)  # Request Tracker compiles its pages when they are first viewed
        desk.sign_in(self.ticket)

    def lands(self, name: str, shape: Shape, *, signed_out: bool = False) -> Landing:
        """Open the ticket with the value and click its link; returns where it led. Checks what holds for every page."""
        if signed_out:
            self.context.clear_cookies(domain="127.0.0.1")
            SignInFailure.objects.all().delete()  # a desk full of people, none of whom guesses so often
        recorded = recorded_views().count()
        self.ticket.goto(self.desk.tickets[name], wait_until="domcontentloaded")
        link = self.ticket.locator(self.desk.links[shape])
        if not link.count():
            return Landing(NO_LINK)
        page = self._followed(name, shape)
        try:
            if signed_out:
                self._through_the_sign_in(page)
            return self._landing(page, name, recorded)
        finally:
            if page is not self.ticket:
                page.close()

    def _followed(self, name: str, shape: Shape) -> Page:
        """Follow the link; returns the page, which is a new tab if the system opens one."""
        link = self.ticket.locator(self.desk.links[shape])
        if link.get_attribute("target") == "_blank":
            with self.context.expect_page() as opened:
                link.click()
            page = opened.value
        else:
            link.click()
            page = self.ticket
        page.wait_for_url(lambda url: url.startswith(self.app.url), wait_until="domcontentloaded")
        page.wait_for_load_state("domcontentloaded")
        return page

    def _through_the_sign_in(self, page: Page) -> None:
        for password in ("a wrong password", PASSWORD):
            expect(page).to_have_url(re.compile("/accounts/login/"))
            assert not any(trace in unquote(unquote(page.url)) for trace in PERSONAL)
            page.locator("input[name=username]").fill("agent")
            page.locator("input[name=password]").fill(password)
            with page.expect_navigation(wait_until="domcontentloaded"):
                page.locator("input[name=password]").press("Enter")
        page.wait_for_load_state("domcontentloaded")

    def _landing(self, page: Page, name: str, recorded: int) -> Landing:
        html = page.content()
        words = [word for word, form in LANDINGS.items() if re.search(form, html)]
        word = words[-1] if words else ELSEWHERE
        assert "<script>alert" not in html
        looks = list(recorded_views().order_by("pk")[recorded:])
        number = self.desk.numbers[name]
        if word in RECORDED:
            assert {(look.what, look.ticket) for look in looks} == {(RECORDED[word], number)}, (name, looks)
        else:
            assert not looks, (name, looks)
            if word != ELSEWHERE:
                assert f"ticket={number}" in html or f"Ticket {number}" in html, (name, word)
        written = "; ".join(" ".join(filter(None, (look.what, look.reference, look.ticket))) for look in looks)
        return Landing(word, page.title(), written)


def rights(name: str, kept: str, shape: Shape, *, signed_out: bool = False) -> set[str]:
    """The words for where a link with this value may lead. For an empty field there may be no link.

    `kept` are the characters that the system does not encode; a browser resolves dot segments between slashes.
    """
    value = RIGHT[name]
    right = set((value.raw if shape is Shape.PATH and "/" in kept and ".." in value.value else value.right).split())
    if "start" in right:
        right.add(NO_LINK)
    # Possibly personal values are not carried through the sign-in.
    return {"start"} if signed_out and "person" in right else right


def wrong(desk: Desk, landings: Mapping[tuple[str, Shape], Landing], *, signed_out: bool = False) -> dict[str, str]:
    """The links that led to a wrong page, with the word for it."""
    return {
        f"{name}, {shape}": landing.word
        for (name, shape), landing in landings.items()
        if landing.word not in rights(name, desk.kept, shape, signed_out=signed_out)
    }
