"""Several tabs are signed out: after a sign-in in one of them, the sign-in forms and searches of the others have outdated tokens."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.accounts.conftest import PASSWORD

LOGIN = "/accounts/login/"
FIRST, SECOND = "/orders/AAA111/?ticket=ZD-1", "/orders/BBB222/?ticket=ZD-2"


@pytest.fixture
def browser(anna: User) -> Client:
    return Client(enforce_csrf_checks=True)


def form_of(browser: Client, page: str) -> dict[str, str]:
    html = browser.get(LOGIN, {"next": page}).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert token
    return {"csrfmiddlewaretoken": token[1], "username": "anna", "password": PASSWORD, "next": page}


def test_the_second_tab_goes_on_to_its_own_page(browser: Client) -> None:
    first, second = form_of(browser, FIRST), form_of(browser, SECOND)
    assert browser.post(LOGIN, first)["Location"] == FIRST
    answer = browser.post(LOGIN, second)
    assert (answer.status_code, answer["Location"]) == (302, SECOND)


def test_the_second_tab_may_have_a_wrong_password_or_none(browser: Client) -> None:
    second = form_of(browser, SECOND) | {"password": "wrong"}
    browser.post(LOGIN, form_of(browser, FIRST))
    assert browser.post(LOGIN, second)["Location"] == SECOND


def test_it_never_leads_away(browser: Client) -> None:
    second = form_of(browser, SECOND) | {"next": "//evil.example/"}
    browser.post(LOGIN, form_of(browser, FIRST))
    assert browser.post(LOGIN, second)["Location"] == "/"


def test_signed_out_the_form_is_shown_anew_with_name_and_goal_and_without_the_password(browser: Client) -> None:
    answer = browser.post(LOGIN, form_of(browser, SECOND) | {"csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "This page expired" in answer.text
    assert 'value="anna"' in answer.text
    assert f'name="next" value="{SECOND}"' in answer.text
    assert PASSWORD not in answer.text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
    assert token
    again = {"csrfmiddlewaretoken": token[1], "username": "anna", "password": PASSWORD, "next": SECOND}
    assert browser.post(LOGIN, again)["Location"] == SECOND


@pytest.mark.parametrize(
    ("typed", "goal"), [("B94TXY", "%2Forders%2F%3Fq%3DB94TXY"), ("anna@example.com", "search%3Dnot-sent")]
)
def test_a_search_with_an_old_token_after_the_session_goes_by_the_sign_in(
    browser: Client, typed: str, goal: str
) -> None:
    answer = browser.post("/orders/", {"q": typed, "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 302
    assert goal in answer["Location"].replace("/", "%2F")
    assert "anna" not in answer["Location"]


def test_a_search_with_an_old_token_while_signed_in_stays_in_the_field(browser: Client, anna: User) -> None:
    browser.force_login(anna)
    answer = browser.post("/orders/", {"q": "anna@example.com", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert 'value="anna@example.com"' in answer.text
