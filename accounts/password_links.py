"""Links for setting a password. Each can be used only once, and expires after three days (PASSWORD_RESET_TIMEOUT).

A link also becomes invalid if a newer one is made, if the person signs in, or if their password or e-mail address changes.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.access import may_use_password
from accounts.sign_on.linking import comes_from
from orders.models import AccessRecord
from orders.privacy import account_events
from orders.privacy.record_kinds import Action


class Links(PasswordResetTokenGenerator):
    """Django's generator of password reset tokens, with tokens that also become invalid when a newer link is made for the person."""

    key_salt = "accounts.password_links"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        made = AccessRecord.objects.filter(about_id=user.pk, what=Action.PASSWORD_LINK_MADE.value)
        return (
            f"{super()._make_hash_value(user, timestamp)}/{made.order_by('-pk').values_list('pk', flat=True).first()}"
        )


links = Links()


def are_of_use_to(person: User) -> bool:
    """Whether a link may be made for the person and would be of use to them.

    The person must be active and allowed to sign in with a password (CDPVIEWER_PASSWORD_SIGN_IN), and must not be somebody whom the
    provider or the directory signs in, because a password stored here would outlast their account there.
    """
    return person.is_active and may_use_password(person, settings.SIGN_ON.passwords) and not comes_from(person)


def make(person: User) -> str:
    """Make a link for setting the person's password, record this, and return the link's path."""
    account_events.record(Action.PASSWORD_LINK_MADE, about=person)
    number = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("set_password", args=[number, links.make_token(person)])
