"""Signing in with a real OpenID Connect provider: from a deep link and back, groups, refusals, failures."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.session_store import SessionStore
from accounts.sign_on import discovery
from accounts.sign_on.choices import Passwords, SecondFactor
from orders.models import AccessRecord
from tests.live import free_port
from tests.sign_on.conftest import LOGIN, PASSWORD, come_back, is_signed_in, sign_on
from tests.sign_on.providers import RunningProvider

pytestmark = pytest.mark.django_db
ORDER = "/orders/B94TXY/?connection=main&ticket=SSO-1"


def groups_of(name: str) -> set[str]:
    return set(Group.objects.filter(user__username=name).values_list("name", flat=True))


def rights(name: str) -> list[tuple[str, str, str]]:
    """The rights that a person was given and lost, in order, as (who, what, which)."""
    given = AccessRecord.objects.filter(what__in=("rights_given", "rights_taken"), about_name=name)
    return list(given.order_by("pk").values_list("user_name", "what", "detail"))


def outcomes(what: str) -> list[tuple[str, str]]:
    return list(AccessRecord.objects.filter(what=what).values_list("about_name", "outcome"))


def test_a_ticket_link_leads_through_the_provider_and_back_to_the_order(
    client: Client, provider: RunningProvider
) -> None:
    form = client.get(client.get(ORDER)["Location"])
    assert "Sign in with Example Air" in form.text
    assert f'name="next" value="{ORDER.replace("&", "&amp;")}"' in form.text
    back = sign_on(client, provider, "sub-alice", ORDER)
    assert (back.status_code, back["Location"]) == (302, ORDER)
    assert is_signed_in(client)
    assert groups_of("alice") == {"Agents"}
    assert outcomes("signed_in") == [("alice", "provider")]


def test_the_code_is_bound_to_the_browser_by_pkce_state_and_nonce(client: Client, provider: RunningProvider) -> None:
    begun = client.post("/accounts/provider/", {"next": "/"})
    asked = parse_qs(urlsplit(begun["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert set(asked["scope"][0].split()) == {"openid", "profile"}
    back = provider.approve(begun["Location"], "sub-alice")
    elsewhere = come_back(Client(), back)
    assert (elsewhere.status_code, "is no longer valid" in elsewhere.text) == (400, True)
    assert come_back(client, back).status_code == 302
    client.post("/accounts/logout/")
    again = come_back(client, back)
    assert (again.status_code, "is no longer valid" in again.text) == (400, True)


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "/accounts/provider/", "/accounts/logout/"]
)
def test_a_foreign_goal_becomes_the_start_page(evil: str, client: Client, provider: RunningProvider) -> None:
    assert sign_on(client, provider, "sub-alice", evil)["Location"] == "/"


def test_groups_follow_the_provider_at_each_sign_in(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    User.objects.get(username="alice").groups.add(Group.objects.get(name="Auditors"))
    provider.knows("sub-alice", "alice", "cdp-leads")
    sign_on(Client(), provider, "sub-alice")
    assert groups_of("alice") == {"Supervisors", "Auditors"}  # the group that is not mapped is left alone
    assert rights("alice") == [
        ("provider Example Air", "rights_given", "group Agents"), ("command", "rights_given", "group Auditors"),
        ("provider Example Air", "rights_given", "group Supervisors"), ("provider Example Air", "rights_taken", "group Agents"),
    ]  # fmt: skip
    added = AccessRecord.objects.get(what="person_added", about_name="alice")
    assert (added.user_id, added.user_name) == (None, "provider Example Air")


def test_the_menu_shows_what_the_groups_allow_right_after_the_sign_in(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    groups = {"cdp-agents": "Agents", "cdp-admins": "Administrators"}
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(groups=groups))
    newcomer = Client()
    provider.knows("sub-zoe", "zoe", "cdp-admins")
    for browser, subject in ((client, "sub-alice"), (newcomer, "sub-zoe")):
        sign_on(browser, provider, subject)
    assert 'href="/people/"' not in client.get("/preferences/").text
    assert 'href="/people/"' in newcomer.get("/preferences/").text
    provider.knows("sub-alice", "alice", "cdp-admins")
    again = Client()
    sign_on(again, provider, "sub-alice")
    page = again.get("/preferences/").text
    assert 'href="/people/"' in page and 'href="/connections/shared/"' in page
    assert again.get("/people/").status_code == 200
    provider.knows("sub-alice", "alice", "cdp-agents")
    sign_on(Client(), provider, "sub-alice")
    assert again.get("/people/").status_code == 403  # at once, wherever somebody is signed in


def test_a_withdrawn_group_shuts_the_door_everywhere(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    provider.knows("sub-alice", "alice", "other")
    elsewhere = Client()
    refused = sign_on(elsewhere, provider, "sub-alice")
    assert (refused.status_code, "not in a group" in refused.text) == (403, True)
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(client)
    assert groups_of("alice") == set()
    assert outcomes("sign_in_failed") == [("alice", "provider: no-group")]
    assert rights("alice")[-1] == ("provider Example Air", "rights_taken", "group Agents")
    ended = AccessRecord.objects.get(what="session_ended")
    assert (ended.user_name, ended.about_name) == ("provider Example Air", "alice")


@pytest.mark.parametrize("groups", [(), ("other",), ("Agents",)])
def test_without_a_group_no_account_is_made(groups: tuple[str, ...], client: Client, provider: RunningProvider) -> None:
    provider.knows("sub-zoe", "zoe", *groups)
    refused = sign_on(client, provider, "sub-zoe")
    assert refused.status_code == 403
    assert "Clear-Site-Data" not in refused  # nobody was signed in
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


def test_a_group_that_is_not_here_lets_nobody_in(client: Client, provider: RunningProvider, settings: Settings) -> None:
    groups = {"cdp-agents": "Agents", "cdp-vips": "No such group"}
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(groups=groups))
    provider.knows("sub-zoe", "zoe", "cdp-vips")
    assert sign_on(client, provider, "sub-zoe").status_code == 403
    assert not User.objects.exists()
    provider.knows("sub-zoe", "zoe", "cdp-vips", "cdp-agents")
    assert sign_on(client, provider, "sub-zoe").status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://x.example/"}}},
        {"hasgroups": True},
    ],
    ids=["a source", "a flag"],
)
def test_too_many_groups_for_a_token_take_nothing_away(
    sent: dict[str, object], client: Client, provider: RunningProvider
) -> None:
    sign_on(client, provider, "sub-alice")
    provider.people["sub-alice"].pop("groups")
    provider.knows_exactly("sub-alice", provider.people["sub-alice"] | sent)
    refused = sign_on(Client(), provider, "sub-alice")
    assert (refused.status_code, "did not send a usable answer" in refused.text) == (502, True)
    assert is_signed_in(client)
    assert groups_of("alice") == {"Agents"}


@pytest.mark.parametrize("name", ["anna", "Anna", "ANNA", "ａｎｎａ"])
def test_a_name_that_is_taken_is_refused_and_nobody_renamed(
    name: str, anna: User, client: Client, provider: RunningProvider
) -> None:
    provider.knows("sub-other", name, "cdp-leads")
    refused = sign_on(client, provider, "sub-other")
    assert (refused.status_code, "There is already a user called" in refused.text) == (409, True)
    assert not is_signed_in(client)
    assert list(User.objects.values_list("username", flat=True)) == ["anna"]
    assert groups_of("anna") == set()


@pytest.mark.parametrize("name", [None, "", "a b", "x" * 151, "jane<script>", "a\u202eb"])
def test_a_name_that_cannot_be_one_is_refused(name: str | None, client: Client, provider: RunningProvider) -> None:
    provider.knows("sub-odd", name, "cdp-agents")
    refused = sign_on(client, provider, "sub-odd")
    assert (refused.status_code, "cannot be used here" in refused.text) == (403, True)
    assert not User.objects.exists()


def test_a_new_name_at_the_provider_stays_the_same_person(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    provider.knows("sub-alice", "alice.married", "cdp-agents")
    assert sign_on(Client(), provider, "sub-alice").status_code == 302
    assert list(User.objects.values_list("username", flat=True)) == ["alice"]


def test_a_subject_of_another_provider_is_somebody_else(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    sign_on(client, provider, "sub-alice")
    SocialAccount.objects.update(provider="https://former.example.com")
    assert sign_on(Client(), provider, "sub-alice").status_code == 409


def test_somebody_deactivated_is_not_let_in(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    person = User.objects.get(username="alice")
    person.is_active = False
    person.save()
    refused = sign_on(Client(), provider, "sub-alice")
    assert (refused.status_code, "deactivated" in refused.text) == (403, True)


def test_of_what_the_provider_says_only_the_name_is_kept(client: Client, provider: RunningProvider) -> None:
    for _time in range(2):
        sign_on(Client(), provider, "sub-alice")
    sign_on(client, provider, "sub-alice")
    person = User.objects.get(username="alice")
    assert (person.email, person.first_name, person.last_name) == ("", "", "")
    assert not person.has_usable_password()
    assert json.dumps(SocialAccount.objects.get().extra_data) == '{"userinfo": {"sub": "sub-alice"}}'
    assert not EmailAddress.objects.exists()
    assert not SocialToken.objects.exists()
    kept = json.dumps([SessionStore().decode(row.session_data) for row in Session.objects.all()])
    assert "alice@example.com" not in kept and "access_token" not in kept


def test_cancelled_at_the_provider(client: Client, provider: RunningProvider) -> None:
    begun = client.post("/accounts/provider/", {"next": ORDER})
    refused = come_back(client, provider.cancel(begun["Location"]))
    assert (refused.status_code, "was cancelled" in refused.text) == (403, True)
    assert "<h1>Sign-in failed</h1>" in refused.text
    assert ORDER.replace("&", "&amp;") in refused.text
    assert not is_signed_in(client)


def test_nobody_fills_the_records_by_coming_back_from_nowhere(client: Client, provider: RunningProvider) -> None:
    for _time in range(3):
        assert client.get("/accounts/provider/back/?code=x&state=y").status_code == 400
        begun = client.post("/accounts/provider/", {"next": ORDER})
        state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
        assert client.get(f"/accounts/provider/back/?error=access_denied&state={state}").status_code == 403
        begun = client.post("/accounts/provider/", {"next": ORDER})
        state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
        assert client.get(f"/accounts/provider/back/?code=wrong&state={state}").status_code == 502
    assert sorted(outcomes("sign_in_failed")) == [("", "provider: cancelled"), ("", "provider: failed")]


def test_a_provider_that_is_down_gets_a_page_and_a_503(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    nobody = replace(provider.choice(), issuer=f"http://127.0.0.1:{free_port()}")
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=nobody)
    refused = client.post("/accounts/provider/", {"next": ORDER})
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert "Example Air is not available" in refused.text
    assert ORDER.replace("&", "&amp;") in refused.text


def refused_at(path: str, client: Client, provider: RunningProvider) -> HttpResponse:
    """The page of a sign-in that gets as far as the request for `path`."""
    if path == "/.well-known/":
        return client.post("/accounts/provider/", {"next": ORDER})  # type: ignore[return-value]  # Django's test client has its own
    return sign_on(client, provider, "sub-alice", ORDER)


@pytest.mark.parametrize("path", ["/.well-known/", "/token", "/me"])
def test_a_provider_that_hangs_gets_a_page_and_a_503(
    path: str, client: Client, provider: RunningProvider, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(timeouts=(0.5, 0.5)))
    provider.hangs(path)
    answer = refused_at(path, client, provider)
    assert (answer.status_code, "is not available" in answer.text) == (503, True)
    assert not is_signed_in(client)


@pytest.mark.parametrize("path", ["/.well-known/", "/token", "/me"])
def test_a_provider_that_drips_is_given_up_too(
    path: str, client: Client, provider: RunningProvider, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(timeouts=(0.5, 0.5)))
    provider.drips(path)
    answer = refused_at(path, client, provider)
    assert (answer.status_code, "is not available" in answer.text) == (503, True)


@pytest.mark.parametrize("how", ["stalls", "breaks", "gzip"])
@pytest.mark.parametrize("path", ["/.well-known/", "/token", "/me"])
def test_an_answer_that_breaks_off_is_a_page_with_words(
    path: str, how: str, client: Client, provider: RunningProvider, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(timeouts=(0.5, 0.5)))
    provider.spoils(path, how)
    answer = refused_at(path, client, provider)
    assert (answer.status_code, "is not available" in answer.text) == (503, True)
    assert not is_signed_in(client)


def test_discovery_is_read_once(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    provider.hangs("/.well-known/")
    assert sign_on(Client(), provider, "sub-alice").status_code == 302


def test_another_issuer_than_the_one_that_was_set_is_refused(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    other = provider.issuer.replace("127.0.0.1", "localhost")
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=replace(provider.choice(), issuer=other))
    assert client.post("/accounts/provider/").status_code == 502


def test_a_sign_in_page_on_an_origin_that_browsers_may_not_go_to_is_refused(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    elsewhere = provider.issuer.replace("127.0.0.1", "localhost")
    provider.moves(urlsplit(elsewhere).netloc)
    refused = client.post("/accounts/provider/", {"next": ORDER})
    assert (refused.status_code, "did not send a usable answer" in refused.text) == (502, True)
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(origins=(elsewhere,)))
    assert client.post("/accounts/provider/", {"next": ORDER})["Location"].startswith(f"{elsewhere}/auth?")


def test_discovery_that_fails_on_the_way_back_loses_no_page(client: Client, provider: RunningProvider) -> None:
    begun = client.post("/accounts/provider/", {"next": ORDER})
    back = provider.approve(begun["Location"], "sub-alice")
    discovery.forget()  # as another process would be, or this one an hour later
    provider.moves("elsewhere.example.com")
    refused = come_back(client, back)
    assert (refused.status_code, ORDER.replace("&", "&amp;") in refused.text) == (502, True)


NO_OBJECT = {
    "null": "null", "a number": "5", "true": "true", "a list": "[]", "a list of names": '["access_token", "sub"]', "a text": '"access_token"',
    "not JSON": "<html>", "too deep": "[" * 100_000, "a huge number": f'{{"sub": {"9" * 5000}}}',
}  # fmt: skip
TOKEN = '{"access_token": "x", "id_token": "x", "expires_in": %s}'
DISCOVERED = '{"issuer": "ISSUER", "authorization_endpoint": "%s", "token_endpoint": "ISSUER/token", %s}'
BROKEN = [
    *((path, kind, body) for path in ("/.well-known/", "/token", "/me") for kind, body in NO_OBJECT.items()),
    ("/.well-known/", "another type", '{"issuer": 1, "authorization_endpoint": [], "token_endpoint": null}'),
    ("/.well-known/", "methods", DISCOVERED % ("ISSUER/auth", '"token_endpoint_auth_methods_supported": 5')),
    ("/.well-known/", "user info", DISCOVERED % ("ISSUER/auth", '"userinfo_endpoint": ["x"]')),
    ("/.well-known/", "an address", DISCOVERED % ("http://[", '"x": 1')),
    *((path, "empty", "{}") for path in ("/.well-known/", "/token")),
    ("/token", "a token of another type", '{"access_token": 5, "id_token": {}}'),
    *(("/token", f"expires in {value}", TOKEN % value) for value in ('"soon"', "[1]", "1e999", "9" * 30)),
    ("/me", "no subject", '{"preferred_username": "alice", "groups": ["cdp-agents"]}'),
    *(("/me", f"subject {value}", f'{{"sub": {value}}}') for value in ("null", "[]", '"sub-ben"')),
]


@pytest.mark.parametrize(("path", "body"), [
    pytest.param(path, body, id=f"{path} {kind}") for path, kind, body in BROKEN
])  # fmt: skip
def test_an_answer_of_another_shape_is_a_page_with_words(
    path: str, body: str, client: Client, provider: RunningProvider
) -> None:
    provider.says(path, body.replace("ISSUER", provider.issuer))
    answer = client.post("/accounts/provider/", {"next": ORDER})
    if answer.status_code == 302:
        answer = come_back(client, provider.approve(answer["Location"], "sub-alice"))  # type: ignore[assignment]  # as above
    assert (answer.status_code, "did not send a usable answer" in answer.text) == (502, True)
    assert not is_signed_in(client)


def test_a_wrong_client_secret_is_a_page_with_words(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=provider.choice(client_secret="another"))
    answer = sign_on(client, provider, "sub-alice")
    assert (answer.status_code, "did not send a usable answer" in answer.text) == (502, True)


def test_only_a_form_of_ours_begins_the_sign_in(client: Client, provider: RunningProvider) -> None:
    assert client.get("/accounts/provider/?next=/activity/")["Location"] == LOGIN
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/accounts/provider/", {"next": ORDER})["Location"].startswith(LOGIN)


def test_signing_out_says_that_the_provider_may_still_be_signed_in(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    out = client.post("/accounts/logout/", follow=True)
    assert "You may still be signed in to Example Air" in out.text
    assert f'href="{discovery.document(provider.choice())["end_session_endpoint"]}"' in out.text


def test_somebody_of_the_provider_has_no_password_to_change(client: Client, provider: RunningProvider) -> None:
    sign_on(client, provider, "sub-alice")
    assert "/accounts/password/" not in client.get("/").text


@pytest.mark.parametrize(
    ("passwords", "staff", "gets_in", "form"),
    [
        ("on", False, True, True),
        ("staff", False, False, True),
        ("staff", True, True, True),
        ("off", True, False, False),
    ],
)
def test_who_may_still_sign_in_with_a_password(
    passwords: str,
    staff: bool,
    gets_in: bool,
    form: bool,
    anna: User,
    client: Client,
    provider: RunningProvider,
    settings: Settings,
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, passwords=Passwords(passwords))
    anna.is_staff = staff
    anna.save()
    assert ('name="password"' in client.get(LOGIN).text) is form
    client.post(LOGIN, {"username": "anna", "password": PASSWORD})
    assert is_signed_in(client) is gets_in


def test_a_sign_in_of_the_provider_has_no_second_step_here(
    client: Client, provider: RunningProvider, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.REQUIRED)
    sign_on(client, provider, "sub-alice")
    assert is_signed_in(client)


ADD = "/connections/add/"


@pytest.fixture
def alice_later(client: Client, provider: RunningProvider, settings: Settings) -> requests.Session:
    """Alice signed in a while ago, and sensitive actions require confirmation; her browser's session at the provider."""
    settings.SIGN_ON = replace(settings.SIGN_ON, confirm_after=600)
    at_provider = requests.Session()
    begun = client.post("/accounts/provider/", {"next": "/"})
    come_back(client, provider.approve(begun["Location"], "sub-alice", at_provider))
    held = client.session
    held["signed_in_at"] -= 1000
    held.save()
    return at_provider


def asked_to_confirm(client: Client) -> str:
    """The address to which the button "Confirm with …" sends the browser."""
    address: str = client.post("/accounts/provider/", {"next": ADD})["Location"]
    return address


def without(address: str, *names: str, **others: str) -> str:
    """The address as changed by somebody at the browser."""
    parts = urlsplit(address)
    query = {name: value for name, value in parse_qsl(parts.query) if name not in names}
    return parts._replace(query=urlencode(query | others)).geturl()


def test_confirming_asks_the_provider_again_and_takes_nobody_else(
    client: Client, provider: RunningProvider, alice_later: requests.Session
) -> None:
    provider.knows("sub-ben", "ben", "cdp-agents")
    asked = client.get(ADD)
    assert asked["Location"] == "/accounts/confirm/?next=%2Fconnections%2Fadd%2F"
    sent_to = asked_to_confirm(client)
    assert parse_qs(urlsplit(sent_to).query)["prompt"] == ["login"]
    other = come_back(client, provider.approve(sent_to, "sub-ben"))
    assert (other.status_code, "a different" in other.text) == (403, True)
    assert outcomes("sign_in_failed") == [("alice", "provider: someone-else")]
    assert client.get(ADD).status_code == 302
    assert sign_on(client, provider, "sub-alice", ADD)["Location"] == ADD
    assert client.get(ADD).status_code == 200


@pytest.mark.parametrize(
    ("error", "title"),
    [("access_denied", "Nothing was confirmed"), ("server_error", "Example Air did not send a usable answer")],
)
def test_who_does_not_confirm_stays_signed_in(
    error: str, title: str, client: Client, provider: RunningProvider, alice_later: requests.Session
) -> None:
    (state,) = parse_qs(urlsplit(asked_to_confirm(client)).query)["state"]
    refused = client.get("/accounts/provider/back/", {"error": error, "state": state})
    assert f"<h1>{title}</h1>" in refused.text and "Nothing was confirmed" in refused.text
    assert "Sign-in failed" not in refused.text and is_signed_in(client)


@pytest.mark.parametrize("others", [{}, {"max_age": "100000"}], ids=["no auth_time", "an old auth_time"])
def test_confirming_is_not_skipped_by_changing_what_the_provider_is_asked(
    others: dict[str, str], client: Client, provider: RunningProvider, alice_later: requests.Session
) -> None:
    sent_to = asked_to_confirm(client)
    held = client.session  # as if the sign-in at the provider were older than the clocks may differ
    for state, _at, _provider in held["socialaccount_states"].values():
        state["data"]["begun"] += 100
    held.save()
    refused = come_back(
        client, provider.approve(without(sent_to, "prompt", "max_age", **others), "sub-alice", alice_later)
    )
    assert (refused.status_code, "did not confirm a new sign-in" in refused.text) == (403, True)
    assert f'name="next" value="{ADD}"' in refused.text
    assert client.get(ADD).status_code == 302
    assert is_signed_in(client)
    assert outcomes("sign_in_failed") == [("alice", "provider: not-asked-again")]


@pytest.mark.parametrize(("others", "is_recent"), [({}, False), ({"max_age": "100000"}, True)])
def test_signing_out_and_in_again_confirms_only_what_the_provider_reports(
    others: dict[str, str], is_recent: bool, client: Client, provider: RunningProvider, alice_later: requests.Session
) -> None:
    client.post("/accounts/logout/")
    begun = client.post("/accounts/provider/", {"next": "/"})
    come_back(client, provider.approve(without(begun["Location"], **others), "sub-alice", alice_later))
    assert is_signed_in(client)
    assert (client.get(ADD).status_code == 200) is is_recent


def test_confirming_in_no_group_takes_the_groups_and_the_session(
    client: Client, provider: RunningProvider, alice_later: requests.Session
) -> None:
    provider.knows("sub-alice", "alice", "other")
    refused = come_back(client, provider.approve(asked_to_confirm(client), "sub-alice"))
    assert (refused.status_code, "not in a group" in refused.text) == (403, True)
    assert groups_of("alice") == set()
    assert not is_signed_in(client)
