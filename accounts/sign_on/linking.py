"""Links between local users and their accounts at the OpenID Connect provider."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from accounts.access import administers
from accounts.sign_on.choices import Provider
from orders.privacy import account_events
from orders.privacy.record_kinds import Action


class BelongsToAnother(Exception):
    """The subject is already linked to another user."""


def link(person: User, subject: str, provider: Provider) -> bool:
    """Link a user to their subject (sub) at the provider. Return whether the link is new.

    Raises BelongsToAnother if another user is already linked to that subject.
    """
    account = SocialAccount.objects.filter(provider=provider.issuer, uid=subject).first()
    if account is not None:
        if account.user_id != person.pk:
            raise BelongsToAnother(subject)
        return False
    with transaction.atomic():
        SocialAccount.objects.create(provider=provider.issuer, uid=subject, user=person)
        account_events.record(Action.RIGHTS_GIVEN, about=person, detail="sign-in by the provider")
    return True


def end_password(person: User) -> bool:
    """Remove the user's local password, which ends all their sessions. Return whether the user had a password."""
    if not person.has_usable_password():
        return False
    person.set_unusable_password()
    with transaction.atomic():
        person.save(update_fields=["password"])
    return True


def may_come_from_directory(person: User) -> bool:
    """Whether the directory may sign the user in.

    It must not sign in staff, superusers, users with a local password, or users linked to an account at any present or former provider.
    """
    here = administers(person) or person.has_usable_password()
    return not here and not SocialAccount.objects.filter(user=person).exists()


def comes_from(person: User) -> str:
    """The outside system that signs the user in: the provider's name, "directory", or "" for neither.

    A user who is linked to an account at the current provider is signed in by the provider. Any other user who has signed in
    before is signed in by the directory, if there is one and it may sign them in (see `may_come_from_directory`).
    """
    provider: Provider | None = settings.SIGN_ON.provider
    if provider is not None and SocialAccount.objects.filter(user=person, provider=provider.issuer).exists():
        return provider.name
    signed_in = settings.SIGN_ON.directory is not None and person.last_login is not None
    return "directory" if signed_in and may_come_from_directory(person) else ""
