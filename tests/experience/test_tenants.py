"""For users with more than one connection, every page names the tenant and offers the others; one button searches all of these."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from orders.models import AccessRecord, Connection, SharedConnection
from orders.models.shared import grant
from tests.browser import admit
from tests.experience.states import Act, search
from tests.experience.test_keyboard import copied
from tests.live import App
from tests.pages.conftest import SEED

STATES = (
    "/", "/orders/B94TXY/", "/orders/NOSUCH9/", "/orders/TWICE1/", "/orders/fault-503/", f"/orders/{SEED}/contacts/",
    f"/orders/{SEED}/raw/", "/find-person/", "/orders/PAGE3X/", "/activity/", "/connections/",
)  # fmt: skip


def another(user: User, app: App, name: str) -> Connection:
    connection = Connection(user=user, name=name)
    connection.set_credentials(region="sandbox", client_key=app.sandbox.client_key, token=app.sandbox.token)
    connection.keep()
    return connection


def share(app: App, name: str) -> None:
    """Share a connection with all agents."""
    shared = SharedConnection(name=name, region="sandbox")
    shared.set_credentials(client_key=app.sandbox.client_key, token=app.sandbox.token)
    shared.keep(None)
    grant(shared, [Group.objects.get(name="Agents")], by=None, is_default=name == "Sandbox")


@pytest.fixture(params=["own", "one own, one shared", "shared"])
def two(request: pytest.FixtureRequest, page: Page, live_app: App) -> Page:
    """A tab of a user with a default connection, Sandbox, and another one, Acme Air."""
    user = live_app.person(connected=request.param != "shared")
    if request.param == "shared":
        share(live_app, "Sandbox")
    if request.param == "own":
        another(user, live_app, "Acme Air")
    else:
        share(live_app, "Acme Air")
    admit(page.context, live_app)
    return page


def check_named(page: Page, name: str, place: str = "") -> None:
    """Check that the tenant is named on a narrow and on a wide screen."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        expect(page.locator(".tenants > summary .menu-name")).to_have_text(name)
        expect(page.locator(".tenants > summary .menu-name")).to_be_in_viewport()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (width, place)


def test_the_tenant_is_named_in_every_state(two: Page) -> None:
    for path in STATES:
        for query, name in (("?connection=Acme+Air", "Acme Air"), ("", "Sandbox")):
            two.goto(path + query)
            check_named(two, name, path)
    two.goto("/orders/B94TXY/?connection=Acme+Air")
    expect(two.locator("main .ticket p.eyebrow")).to_have_text("Order · Acme Air")
    two.goto("/orders/B94TXY/?connection=Nobody")
    expect(two.locator(".tenants > summary .menu-name")).to_have_text("Choose a connection")


def everywhere(page: Page) -> None:
    search("NOSUCH9")(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Search all of them").click()


@pytest.mark.parametrize("act", [search("brennan.family@example.com"), everywhere], ids=["people found", "everywhere"])
def test_the_tenant_is_named_over_an_answer(act: Act, two: Page, live_app: App) -> None:
    another(User.objects.get(username="agent"), live_app, "Zeta")
    for query, name in (("?connection=Acme+Air", "Acme Air"), ("?connection=Sandbox", "Sandbox")):
        two.goto(f"/{query}")
        act(two)
        check_named(two, name)


def test_switching_takes_two_clicks_and_the_search_goes_there(two: Page) -> None:
    two.goto("/orders/B94TXY/")
    two.locator(".tenants > summary").click()
    two.get_by_role("link", name="Acme Air").click()
    search("B94TXY")(two)
    assert "connection=Acme+Air" in two.url
    two.get_by_role("button", name="Copy link").click()
    expect(two.locator("#say")).to_have_text("Copied: link")
    assert copied(two).endswith(f"/orders/{SEED}/?connection=Acme+Air")
    two.goto("/")
    expect(two.locator(".recent li").first).to_contain_text("Acme Air")
    two.goto("/orders/B94TXY/?connection=Sandbox")
    two.get_by_role("button", name="Copy link").click()
    assert copied(two).endswith(f"/orders/{SEED}/")


def test_paper_leads_to_the_tenant_that_it_is_from(two: Page, live_app: App) -> None:
    for query, ending in (("?connection=Acme+Air", "?connection=Acme+Air"), ("?connection=Sandbox", "")):
        two.goto(f"/orders/B94TXY/{query}")
        expect(two.locator("p.print-only", has_text="As of")).to_have_text(
            re.compile(re.escape(f" · {live_app.url}/orders/{SEED}/{ending}") + "$")
        )


def test_somebody_with_one_connection_sees_no_switcher(signed_in: Page) -> None:
    signed_in.goto("/orders/B94TXY/")
    expect(signed_in.locator(".tenants")).to_have_count(0)
    expect(signed_in.locator("main .ticket p.eyebrow")).to_have_text("Order")


def test_a_new_connection_is_in_the_switcher_at_once(signed_in: Page, live_app: App) -> None:
    signed_in.goto("/")
    signed_in.goto("/connections/add/")
    signed_in.locator("[name=name]").fill("Second")
    signed_in.locator("[name=region]").select_option("sandbox")
    signed_in.locator("[name=client_key]").fill(live_app.sandbox.client_key)
    signed_in.locator("[name=token]").fill(live_app.sandbox.token)
    with signed_in.expect_navigation():
        signed_in.get_by_role("button", name="Test and save").click()
    expect(signed_in.locator(".tenants > summary")).to_contain_text("Sandbox")


def test_a_shared_connection_made_the_default_is_the_one_that_is_meant(page: Page, live_app: App) -> None:
    live_app.person()
    share(live_app, "Acme Air")
    admit(page.context, live_app)
    page.goto("/connections/")
    with page.expect_navigation():
        page.get_by_role("button", name="Make default Acme Air").click()
    expect(page.locator(".tenants > summary .menu-name")).to_have_text("Acme Air")
    page.goto("/orders/B94TXY/")
    expect(page.locator("main .ticket p.eyebrow")).to_have_text("Order · Acme Air")
    for query, ending in (("", "/"), ("?connection=Acme+Air", "/"), ("?connection=Sandbox", "/?connection=Sandbox")):
        page.goto(f"/orders/B94TXY/{query}")
        page.get_by_role("button", name="Copy link").click()
        expect(page.locator("#say")).to_have_text("Copied: link")
        assert copied(page).endswith(f"/orders/{SEED}{ending}")


def test_a_connection_shared_meanwhile_is_in_the_switcher_once_it_is_used(signed_in: Page, live_app: App) -> None:
    signed_in.goto("/")
    share(live_app, "Acme Air")
    signed_in.goto("/orders/B94TXY/?connection=Acme+Air")
    expect(signed_in.locator(".tenants > summary .menu-name")).to_have_text("Acme Air")


def test_one_button_asks_all_other_connections(two: Page, live_app: App) -> None:
    another(User.objects.get(username="agent"), live_app, "Zeta")
    two.goto("/?connection=Sandbox")
    search("NOSUCH9")(two)
    with two.expect_navigation():
        two.get_by_role("button", name="Search all of them").click()
    expect(two.locator("main h2")).to_have_count(2)
    assert sorted(two.locator("main h2").all_inner_texts()) == ["Acme Air", "Zeta"]
    expect(two.locator("main")).to_contain_text("has no such order")
    misses = AccessRecord.objects.filter(what="searched_reference", reference="NOSUCH9")
    assert sorted(misses.values_list("connection_name", flat=True)) == [
        "Acme Air (sandbox)",
        "Sandbox (sandbox)",
        "Zeta (sandbox)",
    ]


@pytest.mark.parametrize("sought", ["nobody@example.com", "+353 1 555 9999", "name"])
def test_a_person_who_is_not_found_is_searched_for_in_another_connection(two: Page, sought: str) -> None:
    if sought == "name":
        two.goto("/find-person/?connection=Sandbox&ticket=ZD-1")
        two.get_by_label("First name").fill("Nobody")
        two.get_by_label("Last name").fill("Atall")
        with two.expect_navigation():
            two.locator("main").get_by_role("button", name="Search").click()
    else:
        two.goto("/?connection=Sandbox&ticket=ZD-1")
        search(sought)(two)
    expect(two.locator("main")).to_contain_text(
        re.compile("The CDP has nobody (named|with the) .*\\(connection “Sandbox”, sandbox\\)")
    )
    expect(two.get_by_role("button", name="Sandbox")).to_have_count(0)
    with two.expect_navigation():
        two.locator("main").get_by_role("button", name="Acme Air").click()
    expect(two.locator("main")).to_contain_text(
        re.compile("The CDP has nobody (named|with the) .*\\(connection “Acme Air”, sandbox\\)")
    )
    assert "connection=Acme+Air" in two.url and "ticket=ZD-1" in two.url
    assert not re.search("nobody|9999|Atall", two.url)
    searches = AccessRecord.objects.filter(what__startswith="searched_")
    assert sorted(searches.values_list("connection_name", flat=True)) == ["Acme Air (sandbox)", "Sandbox (sandbox)"]
    assert len(set(searches.values_list("subject", flat=True))) == 1
