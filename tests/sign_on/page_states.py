"""The sign-on pages in every state: a provider's refusals, the second step, sessions, confirmation, and the administrators' pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from accounts import own_password, password_links
from accounts.session_store import SessionStore
from accounts.sign_on import factors
from accounts.sign_on.second_step import MUST_ADD
from orders.models import Connection, SharedConnection, integrations, members
from orders.models.shared import grant, set_active
from tests.browser import sign_in
from tests.experience.states import ADMIN, Act, State, fill, follow, open_menu, press
from tests.live import App
from tests.sign_on.devices import Device, sign_in_half
from tests.sign_on.providers import CALLBACK, RunningProvider

ORDER = "/orders/B94TXY/?ticket=SSO-1"
LONG = "A laptop of the airport office with quite a long name"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTORS, CONFIRM = "/accounts/second-factor/", "/accounts/confirm/?next=/connections/add/"


def begin(page: Page) -> str:
    """The address to which the button “Sign in with …” sends the browser."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    fields: dict[str, str | float | bool] = {"csrfmiddlewaretoken": token, "next": ORDER}
    begun = page.request.post(
        page.url.replace(urlsplit(page.url).path, "/accounts/provider/"), form=fields, max_redirects=0
    )
    return begun.headers["location"]


def states(app: App, provider: RunningProvider) -> tuple[State, ...]:
    """All states, in the order in which they are visited: some change the situation for the next ones."""

    def through_provider(subject: str) -> Act:
        """Sign in at the provider, without stopping at its own pages, which are not ours."""
        return lambda page: visit(page, provider.approve(begin(page), subject))

    def cancelled(page: Page) -> None:
        visit(page, provider.cancel(begin(page)))

    def failed(page: Page) -> None:
        state = parse_qs(urlsplit(begin(page)).query)["state"][0]
        visit(page, f"{app.url}{CALLBACK}?error=server_error&state={state}")

    def deactivated(page: Page) -> None:
        gone = User.objects.create_user("gone", is_active=False)
        SocialAccount.objects.create(provider=provider.issuer, uid="sub-gone", user=gone)
        visit(page, provider.approve(begin(page), "sub-gone"))

    def hanging(page: Page) -> None:
        back = provider.approve(begin(page), "sub-alice")
        provider.hangs("/token")
        try:
            visit(page, back)
        finally:
            provider.hangs("")

    login = "/accounts/login/"
    return (
        State("provider, sign-in", login, person="", shows="Sign in with Example Air"),
        State("provider, sign-in for an order", ORDER, person="", shows="Sign in to continue"),
        State("provider, cancelled", login, cancelled, "", shows="was cancelled"),
        State("provider, failed", login, failed, "", shows="did not send a usable answer"),
        State("provider, hanging", login, hanging, "", shows="is not available"),
        State("provider, expired", f"{CALLBACK}?code=x&state=y", person="", status=400, shows="is no longer valid"),
        State("provider, no group", login, through_provider("sub-zoe"), "", shows="not in a group"),
        State("provider, name taken", login, through_provider("sub-other"), "", shows="called supervisor"),
        State("provider, name unusable", login, through_provider("sub-odd"), "", shows="cannot be used here"),
        State("provider, deactivated", login, deactivated, "", shows="deactivated"),
        State("provider, no group, German", login, through_provider("sub-zoe"), "Besucher", shows="Gruppe"),
        State("provider, sign-in, German", login, person="Besucher", shows="Example Air"),
        State("provider, confirm", CONFIRM, person="alice", shows="Confirm with Example Air"),
        State("provider, confirmed by another", CONFIRM, through_provider("sub-bob"), "alice", shows="a different account"),
        State("provider, sessions", "/accounts/sessions/", person="alice", shows="This browser"),
        State("provider, signed out", "/", sign_out, "alice", shows="You may still be signed in"),
        State("second step, none yet", FACTORS, person="agent", shows="not set up an authenticator app"),
        State("second step, app", f"{FACTORS}app/", person="agent", shows="Scan this QR code"),
        State("second step, app, wrong code", f"{FACTORS}app/", fill(code="000000"), "agent", shows="That code is wrong"),
        State("second step, passkey", f"{FACTORS}passkey/", person="agent", shows="Add a passkey"),
        State("second step, passkey refused", f"{FACTORS}passkey/", refused_passkey, "agent", shows="The passkey could not be created"),
        State("second step, app, German", f"{FACTORS}app/", person="deutsch", shows="Code"),
        State("second step, menu", FACTORS, open_menu, "agent", shows="Two-step sign-in"),
        State("second step, required", FACTORS, person="must.add", shows="requires two-step sign-in"),
        State("second step, all kinds", FACTORS, person="keyring", shows=LONG),
        State("second step, recovery codes", FACTORS, press("Generate new codes"), "keyring", shows="will not be shown again"),
        State("second step, asked", "/accounts/second-step/", person="keyring half", shows="Use a passkey"),
        State("second step, asked, wrong code", "/accounts/second-step/", fill(code="000000", submit=CODE), "keyring half", shows="wrong"),
        State("second step, asked, locked", "/accounts/second-step/", too_often, "keyring half", shows="Too many failed attempts"),
        State("second step, asked, German", "/accounts/second-step/", person="deutsch half", shows="Ihrer Authenticator-App"),
        State("sessions", "/accounts/sessions/", elsewhere(app), "agent", shows="Firefox, Windows"),
        State("sessions, one ended", "/accounts/sessions/", press("End this session"), "agent", shows="1 session ended"),
        State("sessions, German", "/accounts/sessions/", person="deutsch", shows="Dieser Browser"),
        State("confirm", CONFIRM, person="agent", shows="Confirm it’s you, then continue"),
        State("confirm, wrong", CONFIRM, fill(password="wrong"), "agent", shows="Wrong password"),
        State("confirm, German", CONFIRM, person="deutsch", shows="Passwort"),
        State("connections to confirm", "/accounts/connections/", waiting, "agent", shows="Sandbox"),
        State("password, set by another", "/accounts/password/", person="new.password", shows="works only once"),
        State("integrations, none", "/integrations/", person=ADMIN, shows="There are no active keys"),
        State("integrations", "/integrations/", some_keys, ADMIN, shows="Revoked"),
        State("integration, wrong", "/integrations/", fill(networks="here", days="0"), ADMIN, shows="203.0.113.0/24"),
        State("integrations, German", "/integrations/", person="deutsch", shows="Widerrufen"),
        State("shared connection add", "/connections/shared/add/", person=ADMIN, shows="Default for these groups"),
        State("shared connection change", "/connections/shared/", follow("Airline", "Edit"), ADMIN),
        State("shared connection, two groups", "/connections/shared/", two_groups, ADMIN, shows="no end"),
        State("shared connection, withdrawn", "/connections/shared/", withdrawn, ADMIN, shows="nobody can use it"),
        State("shared connections, German", "/connections/shared/", person="deutsch", shows="Airline"),
        State("people, nobody found", "/people/", fill("main form.filters button", q="zz"), ADMIN, shows="Try just part of the name"),
        State("people, German", "/people/", person="deutsch", shows="supervisor"),
        State("person, oneself", "/people/", follow(ADMIN), ADMIN, shows="This is you"),
        State("person, deactivated", "/people/", deactivate("auditor"), ADMIN, shows="cannot sign in"),
        State("person, link", "/people/", another_link, ADMIN, shows="/accounts/set-password/"),
        State("set a password, German", "/accounts/login/", german_link, "Besucher", shows="newcomer"),
    )  # fmt: skip


CODE = "main form:has([name=code]) button"


def signs_in(app: App, provider: RunningProvider) -> Callable[[Page, str], None]:
    """Sign a person in on a fresh tab, by the route that the state's `person` names."""
    for subject, name, group in (
        ("sub-alice", "alice", "cdp-agents"), ("sub-bob", "bob", "cdp-agents"), ("sub-zoe", "zoe", "other"),
        ("sub-other", "supervisor", "cdp-agents"), ("sub-odd", "a b", "cdp-agents"), ("sub-gone", "gone", "cdp-agents"),
    ):  # fmt: skip
        provider.knows(subject, name, group)

    def bring(page: Page, person: str) -> None:
        if person == "alice":
            for subject in ("sub-bob", "sub-alice"):
                page.context.clear_cookies()
                page.goto(f"{app.url}/accounts/login/")
                page.goto(provider.approve(begin(page), subject))
            return
        prepare(app, person)
        name = person.removesuffix(" half")
        (sign_in if name == person else sign_in_half)(page, name)
        if person == "must.add":
            must_add(page)
        elif person == "keyring":
            keep_keyring(page, app)

    return bring


def prepare(app: App, person: str) -> None:
    """Add a person who is not in every tour."""
    if person in {"keyring", "must.add", "new.password"}:
        app.person(person)
    if person == "new.password":
        own_password.note_set_by(User.objects.get(username=person), ADMIN)
    elif person == "deutsch half":
        keep_app(User.objects.get(username="deutsch"))


def must_add(page: Page) -> None:
    """Make the session one that must add a second step (CDPVIEWER_MFA)."""
    held = SessionStore(next(each["value"] for each in page.context.cookies() if "session" in each["name"]))
    held[MUST_ADD] = True
    held.save()


def visit(page: Page, address: str) -> None:
    page.goto(address)


def keep_app(person: User) -> None:
    """Give the person an authenticator app that was set up earlier."""
    with factors.at(person.pk, factors.Kind.TOTP):
        data = {"secret": factors.Adapter().encrypt(SECRET), "used": -1}
        Authenticator.objects.create(user=person, type=factors.Kind.TOTP, data=data)


def keep_keyring(page: Page, app: App) -> None:
    """Set up two passkeys, an app, and recovery codes."""
    Device(page)
    keep_app(User.objects.get(username="keyring"))
    page.goto(f"{app.url}{FACTORS}passkey/")
    page.get_by_label("Name").fill(LONG)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)


def sign_out(page: Page) -> None:
    open_menu(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/signed-out/")


def refused_passkey(page: Page) -> None:
    """Have the person refuse the browser's request for a passkey."""
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    )
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[data-passkey-problem]")).to_be_visible()


def too_often(page: Page) -> None:
    for _try in range(6):
        fill(code="000000", submit=CODE)(page)


def elsewhere(app: App) -> Act:
    """Sign the same person in on two other browsers."""

    def act(page: Page) -> None:
        for agent in ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "curl/8.5.0"):
            with app.signed_in(**{"User-Agent": agent}):
                page.reload()

    return act


def waiting(page: Page) -> None:
    """Mark the person's connections as waiting, as if the password had been replaced outside the program."""
    Connection.objects.filter(user__username="agent").update(confirmed="of another password")
    page.reload()


def some_keys(page: Page) -> None:
    airline = SharedConnection.objects.get(name="Airline")
    by = User.objects.get(username=ADMIN).pk
    for name in ("Help desk widget of the night shift in Dublin", "Zammad"):
        integrations.add(name, airline, by, networks="203.0.113.0/24")
    integrations.add("An earlier program", airline, by)[0].revoke()
    page.reload()


def two_groups(page: Page) -> None:
    grant(
        SharedConnection.objects.get(), Group.objects.filter(name__in=("Agents", "Auditors")), by=None, is_default=True
    )
    follow("Airline")(page)


def withdrawn(page: Page) -> None:
    shared = SharedConnection.objects.get()
    set_active(shared, False)
    members.update(shared)
    follow("Airline")(page)


def deactivate(name: str) -> Act:
    def act(page: Page) -> None:
        follow(name)(page)
        press("Deactivate")(page)

    return act


def another_link(page: Page) -> None:
    follow("newcomer")(page)
    press("Create a link to set a password")(page)


def german_link(page: Page) -> None:
    page.goto(password_links.make(User.objects.get(username="newcomer")))
