"""The panel in a page of another site, in a browser that blocks third-party cookies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect

from accounts.models import EmbedGrant, EmbedSession
from tests.browser import sign_in
from tests.experience.frame_states import in_a_frame
from tests.firefox import running_firefox
from tests.flows.frames import Sites, allow, cookies_of
from tests.live import PASSWORD, App
from tests.pages.test_embed import challenge
from tests.recorded import recorded_views

CHALLENGE = "x" * 43
BAD_GATEWAY = "<html><title>502</title><h1>Bad Gateway</h1><a href='/'>nginx</a></html>"


def test_an_order_is_read_in_the_frame_and_no_more_after_sign_out(
    closed: BrowserContext, sites: Sites, live_app: App
) -> None:
    page = closed.new_page()
    asked: list[Request] = []
    answers: list[Response] = []
    closed.on("request", lambda request: asked.append(request) if f"{sites.orders}/embed/" in request.url else None)
    closed.on("response", lambda answer: answers.append(answer) if f"{sites.orders}/embed/" in answer.url else None)
    live_app.sandbox.reset()

    page.goto(sites.ticket(sites.desk))
    panel = page.frame_locator("#panel")
    expect(panel.locator("[data-sign-in]")).to_be_visible()
    page.reload()
    expect(panel.locator("[data-sign-in]")).to_be_visible()
    # The browser blocks the cookies of other sites' frames; otherwise the rest of this test would prove nothing.
    assert sites.cookies == ["", ""]
    shell = answers[0].all_headers()
    assert "set-cookie" not in shell
    assert f"frame-ancestors {sites.desk}" in shell["content-security-policy"]
    assert "x-frame-options" not in shell
    assert shell["cache-control"] == "no-store, private"
    assert "Sec-Fetch-Dest" in shell["vary"]
    assert live_app.sandbox.calls()["total"] == 0
    assert not recorded_views().exists()

    panel = allow(page, name="agent")
    expect(panel.locator("#embed-order .reference")).to_have_text("B94TXY")
    expect(panel.locator("#itinerary")).to_contain_text("DUB")
    [look] = recorded_views()
    assert (look.what, look.ticket, look.via) == ("order_opened", "ZD-1", f"embed {sites.desk}")
    # The secret of the frame is in no URL: the window is given its hash.
    [verifier] = {
        json.loads(request.post_data or "")["verifier"] for request in asked if request.url.endswith("/embed/token/")
    }
    [begun] = [request.url for request in asked if "/embed/allow/" in request.url]
    assert parse_qs(urlsplit(begun).query)["c"] == [challenge(verifier)]
    assert not any(verifier in request.url for request in asked)
    framed = [request for request in asked if re.search("/embed/(orders|token)/", request.url)]
    assert framed
    assert not any(map(cookies_of, framed))
    assert not any("set-cookie" in answer.all_headers() for answer in answers if "/embed/orders" in answer.url)
    assert panel.locator("body").evaluate("() => document.cookie") == ""
    for width in (258, 320, 420):
        page.locator("#panel").evaluate("(frame, width) => { frame.width = width }", width)
        overflow = panel.locator("html").evaluate("(html) => html.scrollWidth - html.clientWidth")
        assert overflow <= 0, f"at {width} px"

    # Personal data opens in a tab of its own, in which the person is signed in.
    with closed.expect_page() as opened:
        panel.get_by_role("link", name="Contacts").click()
    expect(opened.value).to_have_url(re.compile(r"/contacts/\?ticket=ZD-1$"))
    expect(opened.value.locator("#order-contacts")).to_be_visible()

    tab = closed.new_page()
    tab.goto("/")
    tab.locator("summary", has_text="agent").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab).to_have_url(re.compile("/accounts/"))
    before = recorded_views().count()
    live_app.sandbox.reset()
    panel.locator("[data-again]").first.click()
    expect(panel.locator("#say")).to_have_text("You are signed out. Sign in again.")
    expect(panel.locator("[data-sign-in]")).to_be_visible()
    assert panel.locator("#order").inner_html() == ""
    assert recorded_views().count() == before
    assert live_app.sandbox.calls()["total"] == 0


def say_in_chatwoot(page: Page, number: int, text: str) -> None:
    """Send the message that Chatwoot sends to its dashboard apps when an agent opens another conversation."""
    context = {"event": "appContext", "data": {"conversation": {"id": number, "custom_attributes": {"booking": text}}}}
    page.locator("#panel").evaluate("(frame, sent) => frame.contentWindow.postMessage(sent, '*')", json.dumps(context))


def test_chatwoot_names_the_reference_and_a_deactivated_agent_reads_nothing_more(
    closed: BrowserContext, sites: Sites
) -> None:
    page = closed.new_page()
    sign_in(page)
    asked: list[Request] = []
    page.on(
        "request", lambda request: asked.append(request) if f"{sites.orders}/embed/orders/" in request.url else None
    )
    page.goto(f"{sites.desk}/chatwoot?host=chatwoot&field=booking&connection=Sandbox", wait_until="networkidle")
    panel = page.frame_locator("#panel")
    expect(panel.locator("#value")).to_have_text("B94TXY")
    # An e-mail address in a message is no text to search for, and replaces the value of the ticket before it.
    panel.locator("#value").evaluate(
        "(value) => { globalThis.seen = []; new MutationObserver(() => seen.push(value.textContent)).observe(value, { childList: true }) }"
    )
    whole = panel.locator("#whole")
    for number, text, link in (
        (14, "jane@example.com", "/orders/?connection=Sandbox&ticket=CW-14"),
        (15, "FAM4OB", "/orders/?q=FAM4OB&connection=Sandbox&ticket=CW-15"),
        (16, "Jane Doyle", "/?search=not-sent&connection=Sandbox&ticket=CW-16"),
        (17, "+353 87 123 4567", "/?search=not-sent&connection=Sandbox&ticket=CW-17"),
        (18, "0871234567", "/?search=not-sent&connection=Sandbox&ticket=CW-18"),
        (12, "B94TXY", "/orders/?q=B94TXY&connection=Sandbox&ticket=CW-12"),
    ):
        say_in_chatwoot(page, number, text)
        expect(whole).to_have_attribute("href", f"{sites.orders}{link}")
    assert [text for text in panel.locator("#value").evaluate("() => seen") if text] == ["FAM4OB", "B94TXY"]
    allow(page)
    expect(panel.locator("#embed-order .reference")).to_have_text("B94TXY")

    # Meanwhile the agent answers the customer: the focus stays with them, whatever the panel shows.
    page.locator("textarea").focus()
    before = len(asked)
    say_in_chatwoot(page, 12, "B94TXY")  # Chatwoot repeats this at every change of the conversation
    for number, text, words in (
        (16, "Jane Doyle", "This text may be a name."),
        (17, "+353 87 123 4567", "a phone number in a link"),
        (19, "", "We received no reference from this ticket."),
        (12, "B94TXY", "B94TXY"),
    ):
        say_in_chatwoot(page, number, text)
        expect(panel.locator("#embed-order")).to_contain_text(words)
        assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
        assert not panel.locator("body").evaluate("() => document.hasFocus()")
    assert len(asked) == before + 4
    assert not [request.url for request in asked if re.search("Jane|353|B94TXY", request.url)]
    assert {(look.reference, look.ticket) for look in recorded_views()} == {("B94TXY", "CW-12")}

    # If a button of the panel is pressed, the focus stays in the panel, although the button is replaced.
    panel.locator("#embed-order [data-again]").focus()
    page.keyboard.press("Enter")
    expect(panel.locator("#order")).to_be_focused()
    person = User.objects.get(username="agent")
    person.is_active = False
    person.save()
    panel.locator("#embed-order [data-again]").click()
    expect(panel.locator("#say")).to_have_text("You are signed out. Sign in again.")
    expect(panel.locator("[data-sign-in]")).to_be_focused()


def test_what_another_site_tries_comes_to_nothing(closed: BrowserContext, sites: Sites, live_app: App) -> None:
    page = closed.new_page()
    sign_in(page)
    live_app.sandbox.reset()
    # A page that is not listed may not frame the panel.
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if "frame-ancestors" in message.text else None)
    page.goto(sites.ticket(sites.stranger), wait_until="networkidle")
    assert page.frame_locator("#panel").locator("[data-sign-in]").count() == 0
    assert errors

    # Nor may one in between: every page around the panel has to be listed.
    for outer, inner in ((sites.stranger, sites.desk), (sites.desk, sites.stranger)):
        errors.clear()
        page.goto(sites.around(outer, sites.ticket(inner)), wait_until="networkidle")
        nested = page.frame_locator("#around").frame_locator("#panel")
        assert nested.locator("[data-sign-in]").count() == 0
        assert errors
    page.goto(sites.around(sites.desk, sites.ticket(sites.desk)), wait_until="networkidle")
    expect(page.frame_locator("#around").frame_locator("#panel").locator("[data-sign-in]")).to_be_visible()

    # A request with its own challenge, in the name of the listed site, is refused, signed in or not, from any site.
    for site in (sites.stranger, sites.desk):
        page.goto(f"{site}/attack?c={CHALLENGE}&o={sites.desk}", wait_until="networkidle")
        with page.expect_navigation() as followed:
            page.locator("#allow").click()
        assert followed.value.status == 403
        # The consent in a frame shows nothing to click on, and a form that posts it is refused.
        page.goto(f"{site}/attack?c={CHALLENGE}", wait_until="networkidle")
        assert page.frame_locator("#framed").locator("button").count() == 0
        with page.expect_navigation() as posted:
            page.locator("#confirm").click()
        assert posted.value.status == 403
    page.goto("about:blank")
    typed = page.goto(f"{sites.orders}/embed/allow/?c={CHALLENGE}&o={sites.desk}")
    assert typed is not None
    assert typed.status == 403

    # In a tab of its own the address leads to the order.
    assert not recorded_views().exists()
    assert live_app.sandbox.calls()["total"] == 0
    page.goto(f"{sites.orders}/embed/?q=B94TXY&ticket=ZD-1")
    expect(page).to_have_title(re.compile("^B94TXY"))
    assert recorded_views().get().via == ""

    assert not EmbedGrant.objects.exists()
    assert not EmbedSession.objects.exists()


def test_signing_in_leads_to_no_consent_that_somebody_else_began(closed: BrowserContext, sites: Sites) -> None:
    begun = quote(f"/embed/allow/?c={CHALLENGE}&o={sites.desk}", safe="")
    page = closed.new_page()
    page.goto(f"{sites.orders}/accounts/login/?next={begun}")
    page.locator("input[name=username]").fill("agent")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(f"{sites.orders}/")
    page.goto(f"{sites.orders}/accounts/confirm/?next={begun}")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(f"{sites.orders}/")
    after = page.goto(f"{sites.orders}/embed/confirm/?c={CHALLENGE}")
    assert after is not None
    assert after.status == 410


def test_however_often_the_button_is_pressed_one_window_is_enough(closed: BrowserContext, sites: Sites) -> None:
    """With the browser's clock controlled by the test: the waiting frame polls once a second, and stops once it has its token."""
    page = closed.new_page()
    sign_in(page)
    page.clock.install()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/embed/token/") else None)
    page.goto(sites.ticket(sites.desk), wait_until="networkidle")
    panel = page.frame_locator("#panel")
    windows = []

    def press() -> None:
        with closed.expect_page() as opened:
            panel.locator("[data-sign-in]").click()
        expect(opened.value.get_by_role("button", name="Allow")).to_be_visible()
        windows.append(opened.value)

    # Nobody confirms before the server's time limit.
    press()
    page.clock.fast_forward("10:01")
    expect(panel.locator("#say")).to_have_text("You did not finish signing in within 10 minutes. Try again.")
    expect(panel.locator("[data-sign-in]")).to_be_visible()
    before = len(asked)
    page.clock.run_for(5_000)
    assert len(asked) == before

    # Three windows, each of this frame; the time starts again with each, and the same words are announced once.
    panel.locator("#say").evaluate(
        "(say) => { globalThis.said = []; new MutationObserver(() => said.push(say.textContent)).observe(say, { childList: true }) }"
    )
    for _turn in range(3):
        press()
        page.clock.fast_forward("08:00")
    challenges = [parse_qs(urlsplit(window.url).query)["c"] for window in windows]
    assert challenges[0] != challenges[1] == challenges[2] == challenges[3]
    assert panel.locator("#say").evaluate("() => said") == ["Continue in the window that opened."]
    # The network fails at the first request for the order.
    page.route("**/embed/orders/**", lambda route: route.abort())
    with windows[2].expect_event("close"):
        windows[2].get_by_role("button", name="Allow").click()
    page.clock.fast_forward(1_000)
    expect(panel.locator("#say")).to_have_text(
        "No answer from this server. Check your network connection and try again."
    )
    # Then a proxy answers instead: its page is not shown, nor does it replace an order that is shown.
    page.route(
        "**/embed/orders/**", lambda route: route.fulfill(status=502, body=BAD_GATEWAY, content_type="text/html")
    )
    with page.expect_response("**/embed/orders/**"):
        panel.get_by_role("button", name="Try again").click()
    expect(panel.locator("#say")).to_have_text(
        "No answer from this server. Check your network connection and try again."
    )
    expect(panel.locator("#order")).to_be_empty()
    page.unroute("**/embed/orders/**")
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator("#embed-order .reference")).to_have_text("B94TXY")
    expect(panel.get_by_role("button", name="Try again")).to_have_count(0)
    page.route(
        "**/embed/orders/**", lambda route: route.fulfill(status=502, body=BAD_GATEWAY, content_type="text/html")
    )
    panel.get_by_role("button", name="Refresh").click()
    expect(panel.locator("#say")).to_have_text(
        "No answer from this server. Check your network connection and try again."
    )
    expect(panel.locator("#embed-order .reference")).to_have_text("B94TXY")
    expect(panel.get_by_role("button", name="Try again")).to_have_count(0)
    page.unroute("**/embed/orders/**")
    panel.get_by_role("button", name="Refresh").click()
    expect(panel.locator("#say")).to_be_empty()
    before = len(asked)
    page.clock.fast_forward("11:00")
    page.clock.run_for(5_000)
    assert len(asked) == before
    expect(panel.locator("#embed-order .reference")).to_have_text("B94TXY")
    expect(panel.locator("#say")).to_be_empty()
    assert EmbedSession.objects.count() == 1


def test_without_javascript_the_frame_says_where_to_read_the_order(browser: Browser, live_app: App) -> None:
    live_app.person()
    with browser.new_context(java_script_enabled=False, base_url=live_app.url, locale="en-GB") as context:
        page = context.new_page()
        # A tab that receives what a frame would.
        page.route("**/embed/?*", in_a_frame("en-GB"))
        page.goto("/embed/?q=B94TXY&ticket=ZD-1")
        expect(page.locator("#ask")).to_contain_text(
            "The order cannot be shown here without JavaScript. Open it in a new tab."
        )
        expect(page.locator("[data-sign-in]")).to_be_hidden()
        with context.expect_page() as opened:
            page.get_by_role("link", name="Open in a new tab").click()
        tab = opened.value
        tab.locator("input[name=username]").fill("agent")
        tab.locator("input[name=password]").fill(PASSWORD)
        tab.locator("input[name=password]").press("Enter")
        expect(tab.locator("#reference")).to_have_text("B94TXY")
    [look] = recorded_views()
    assert (look.ticket, look.via) == ("ZD-1", "")


@pytest.mark.any_database
def test_the_same_in_firefox(sites: Sites, live_app: App, tmp_path: Path) -> None:
    hosts = [site.removeprefix("https://").partition(":")[0] for site in (sites.orders, sites.desk, sites.stranger)]
    with running_firefox(tmp_path, *hosts) as firefox:
        [ticket] = firefox.windows()
        firefox.send("WebDriver:Navigate", url=sites.ticket(sites.desk))
        firefox.send("WebDriver:Refresh")
        # No third-party cookie comes back; otherwise the rest of this test would prove nothing.
        assert set(sites.cookies) == {""}
        firefox.enter_frame("#panel")
        firefox.click("[data-sign-in]")
        window = firefox.new_window([ticket])
        firefox.switch(window)
        firefox.fill("input[name=username]", "agent")
        firefox.fill("input[name=password]", PASSWORD)
        firefox.click(".button-main", words="Sign in")
        firefox.click(".button-main", words="Allow")
        firefox.switch(ticket)
        firefox.enter_frame("#panel")
        firefox.find("#embed-order .reference", words="B94TXY")
        [look] = recorded_views()
        assert (look.what, look.ticket, look.via) == ("order_opened", "ZD-1", f"embed {sites.desk}")

        before = firefox.windows()
        firefox.send("WebDriver:NewWindow", type="tab")
        firefox.switch(firefox.new_window(before))
        firefox.send("WebDriver:Navigate", url=f"{sites.orders}/")
        firefox.click("details.menu > summary")
        firefox.click("form[data-signs-out] button")
        firefox.find("input[name=username]")
        firefox.switch(ticket)
        firefox.enter_frame("#panel")
        firefox.click("[data-again]")
        firefox.find("#say", words="You are signed out. Sign in again.")
        firefox.find("[data-sign-in]")
        assert recorded_views().count() == 1

        # A page that is not listed may not frame it, near or far: Firefox shows a page of its own in its place.
        live_app.sandbox.reset()
        for page, frames in (
            (sites.ticket(sites.stranger), ["#panel"]),
            (sites.around(sites.stranger, sites.ticket(sites.desk)), ["#around", "#panel"]),
            (sites.around(sites.desk, sites.ticket(sites.stranger)), ["#around", "#panel"]),
        ):
            firefox.send("WebDriver:Navigate", url=page)
            for frame in frames:
                firefox.enter_frame(frame)
            assert firefox.send("WebDriver:FindElements", using="css selector", value="[data-sign-in]") == []
        assert recorded_views().count() == 1
        assert live_app.sandbox.calls()["total"] == 0
