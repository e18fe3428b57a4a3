"""A person whom one connection does not have can be searched for in all others with one button, by any kind of value."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.pages.conftest import connect
from tests.pages.reading import text_of

# Searches by name, e-mail address and phone: where, the form, whether the other connections have somebody.
SEARCHES: dict[str, tuple[str, dict[str, str], str]] = {
    "e-mail": ("/orders", {"q": "Mail to <nobody@example.com>"}, "nobody@example.com"),
    "phone": ("/orders", {"q": "+353 1 555 9999"}, "+35315559999"),
    "national phone": ("/orders", {"q": "01 555 9999", "country": "IE"}, "+35315559999"),
    "name": ("/find-person/", {"first_name": "Nobody", "last_name": "Atall"}, "Nobody Atall"),
    "last name": ("/find-person/", {"first_name": "", "last_name": "Atall"}, "Atall"),
    "e-mail of somebody": ("/orders", {"q": "brennan.family@example.com"}, "brennan.family@example.com"),
    "phone of somebody": ("/orders", {"q": "+353 87 555 0190"}, "+353875550190"),
    "name of somebody": ("/find-person/", {"first_name": "Tom", "last_name": "Brennan"}, "Tom Brennan"),
}


@pytest.fixture
def three(agent: User, cdp: Sandbox) -> None:
    for name in ("Acme Air", "Zeta"):
        connect(agent, cdp, name)


def hidden(html: str) -> dict[str, str]:
    """The fields and the action of the first form that sends `everywhere`."""
    form = next(form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if 'name="everywhere"' in form)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {
        "action": re.findall(r'action="([^"]*)"', form)[0]
    }


@pytest.mark.parametrize("case", [case for case in SEARCHES if "somebody" not in case])
def test_the_button_for_all_is_in_every_miss(desk: Client, three: None, case: str) -> None:
    path, form, sought = SEARCHES[case]
    miss = desk.post(f"{path}?ticket=ZD-1", form)
    assert miss.status_code == 404 and "Search all of them" in text_of(miss)
    sent = hidden(miss.content.decode())
    action = sent.pop("action")
    assert action.partition("?")[2] == "ticket=ZD-1"
    page = desk.post(action, {**sent, "csrfmiddlewaretoken": ""})
    assert page.status_code == 404
    words = text_of(page)
    assert f"You searched for {sought} ." in words
    assert words.count("has no such person") == 2
    records = AccessRecord.objects.filter(what__startswith="searched_")
    assert sorted(records.values_list("connection_name", flat=True)) == [
        "Acme Air (sandbox)",
        "Zeta (sandbox)",
        "sandbox (sandbox)",
    ]
    assert len(set(records.values_list("subject", flat=True))) == 1
    assert set(records.values_list("outcome", flat=True)) == {"0 found"}


@pytest.mark.parametrize("case", [case for case in SEARCHES if "somebody" in case])
def test_people_found_elsewhere_are_one_click_away(desk: Client, three: None, case: str) -> None:
    path, form, _sought = SEARCHES[case]
    page = desk.post(path, {**form, "everywhere": "on"})
    assert page.status_code == 200
    html = page.content.decode()
    buttons = [form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if "Show " in form]
    assert len(buttons) == 2
    action = re.findall(r'action="([^"]*)"', buttons[0])[0].replace("&amp;", "&")
    assert action == f"{path}?connection=Acme+Air"
    shown = desk.post(action, dict(re.findall(r'name="(\w+)" value="([^"]*)"', buttons[0])))
    assert shown.status_code == 200 and "Brennan" in text_of(shown)


def test_a_connection_that_fails_is_not_taken_for_a_miss(desk: Client, three: None, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503")
    page = desk.post("/orders", {"q": "nobody@example.com", "everywhere": "on"})
    words = text_of(page)
    assert "has no such person" not in words and words.count("This person may still exist in the CDP.") == 2
    records = AccessRecord.objects.filter(what="searched_email")
    assert [*records.values_list("outcome", flat=True)] == ["failed: broken"] * 2


@pytest.mark.parametrize(("fault", "outcome"), [("503", "failed: broken"), ("401", "failed: refused"), ("", "0 found")])
def test_a_reference_is_not_taken_for_missing_where_the_search_failed(
    desk: Client, three: None, cdp: Sandbox, fault: str, outcome: str
) -> None:
    if fault:
        cdp.set_fault("*", fault)
    desk.post("/orders", {"q": "NOSUCH1", "everywhere": "on"})
    records = AccessRecord.objects.filter(what="searched_reference", reference="NOSUCH1")
    assert [*records.values_list("outcome", flat=True)] == [outcome] * 2


@pytest.mark.parametrize("names", [(), ("Acme Air",)])
def test_with_one_other_connection_at_most_there_is_no_button_for_all(
    desk: Client, agent: User, cdp: Sandbox, names: tuple[str, ...]
) -> None:
    for name in names:
        connect(agent, cdp, name)
    words = text_of(desk.post("/orders", {"q": "nobody@example.com"}))
    assert "Search all of them" not in words
    assert ("Search your other connections" in words) == bool(names)
