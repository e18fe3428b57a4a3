"""Deactivated users: their sessions end, and stay ended when the users are activated again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse


def in_code(person: User, active: bool) -> None:
    person.is_active = active
    person.save()


def in_code_alone(person: User, active: bool) -> None:
    person.is_active = active
    person.save(update_fields=["is_active"])


def in_the_admin(person: User, active: bool) -> None:
    boss, _made = User.objects.get_or_create(username="boss", is_staff=True, is_superuser=True)
    admin = Client()
    admin.force_login(boss)
    form = {"username": person.username, "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    address = reverse("admin:auth_user_change", args=[person.pk])
    assert admin.post(address, form | ({"is_active": "on"} if active else {})).status_code == 302
    person.refresh_from_db()
    assert person.is_active is active


def may_read(client: Client) -> bool:
    return client.get("/connections/").status_code == 200


@pytest.mark.parametrize("switch", [in_code, in_code_alone, in_the_admin])
def test_no_session_comes_back_with_its_person(
    anna: User, as_anna: Client, as_ben: Client, switch: Callable[[User, bool], None]
) -> None:
    elsewhere = Client()
    elsewhere.force_login(anna)
    assert may_read(as_anna) and may_read(elsewhere) and may_read(as_ben)
    switch(anna, False)
    # One browser makes a request meanwhile, the other does not.
    assert not may_read(as_anna)
    switch(anna, True)
    assert not may_read(as_anna)
    assert not may_read(elsewhere)
    assert may_read(as_ben)


def test_saving_somebody_who_is_active_ends_nothing(anna: User, as_anna: Client) -> None:
    before = Session.objects.count()
    anna.save()
    assert Session.objects.count() == before
    assert may_read(as_anna)


def test_the_command_finishes_what_sql_began(anna: User, as_anna: Client) -> None:
    assert may_read(as_anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    call_command("deactivate_person", "anna")
    User.objects.filter(pk=anna.pk).update(is_active=True)
    assert not may_read(as_anna)
