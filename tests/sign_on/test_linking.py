"""People who were here before the provider, and passwords of this site beside it."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.password_links import make
from orders.models import AccessRecord, Connection
from tests.accounts.conftest import connect
from tests.sign_on.conftest import LOGIN, PASSWORD, is_signed_in, sign_on
from tests.sign_on.providers import RunningProvider

pytestmark = pytest.mark.django_db


def linked(*arguments: str) -> str:
    out = StringIO()
    call_command("link_person", *arguments, stdout=out)
    return out.getvalue()


def test_a_linked_persons_password_stays_until_it_is_ended(
    client: Client, provider: RunningProvider, anna: User
) -> None:
    provider.knows("sub-anna", "anna", "cdp-agents")
    connect(anna)
    assert "still works" in linked("anna", "sub-anna")
    client.post(LOGIN, {"username": "anna", "password": PASSWORD})
    assert is_signed_in(client)
    for said in ("is ended", "signs in"):  # the second time there is nothing left to end
        assert said in linked("anna", "sub-anna", "--end-password")
        assert not is_signed_in(client)
    anna.refresh_from_db()
    assert not anna.has_usable_password()
    told = AccessRecord.objects.filter(about_name="anna", what__startswith="password_")
    assert list(told.values_list("what", flat=True)) == ["password_ended"]
    assert sign_on(client, provider, "sub-anna").status_code == 302
    assert is_signed_in(client)
    assert Connection.objects.select_related("user").get().is_confirmed


def test_a_password_that_somebody_else_sets_waits_for_confirmation_also_after_one_was_ended(anna: User) -> None:
    connect(anna)
    anna.set_password("set by somebody else")
    anna.save()
    anna.set_unusable_password()
    anna.save()
    assert not Connection.objects.select_related("user").get().is_confirmed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("nobody", "sub-anna"), "no person"), (("anna", "sub-alice"), "belongs to somebody else")],
    ids=["person", "subject"],
)
def test_a_link_that_does_not_fit_is_refused(
    arguments: tuple[str, str], words: str, client: Client, provider: RunningProvider, anna: User
) -> None:
    sign_on(client, provider, "sub-alice")
    with pytest.raises(CommandError, match=words):
        linked(*arguments, "--end-password")
    anna.refresh_from_db()
    assert anna.has_usable_password()


def test_people_of_the_provider_get_no_link_to_set_a_password(
    client: Client, provider: RunningProvider, anna: User, settings: Settings
) -> None:
    sign_on(client, provider, "sub-alice")
    path = make(anna)
    linked("anna", "sub-anna")
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    pages = [f"/people/{person.pk}/" for person in (anna, User.objects.get(username="alice"))]
    for page in pages:
        shown = admin.get(page).text
        assert "Make a link" not in shown and f"<dd>{settings.SIGN_ON.provider.name}</dd>" in shown
        assert "cannot sign in with a password" in admin.post(f"{page}link/", follow=True).text
    assert Client().get(path).status_code == 410  # one made before
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=None)
    assert "Make a link" in admin.get(pages[0]).text
