"""The common base class of users' own connections and of shared ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NoReturn

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.privacy import outcomes
from orders.privacy.outcomes import Outcome
from orders.privacy.record_kinds import Action
from orders.privacy.sealing import Credentials

# "Last used" shows whether a connection is still needed; a minute is precise enough.
NOTE_USE_EVERY = timedelta(minutes=1)

EDITABLE = ("name", "version", "clock", "country")  # without entering the credential again


@contextmanager
def one_at_a_time(user_id: int) -> Iterator[None]:
    """Run the block in a transaction, after any other such transaction for the same user has ended.

    The unique constraints on default connections are a second safeguard.
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update().filter(pk=user_id).values_list("pk").first()
        yield


class AnyConnection(models.Model):
    """A connection to one CDP tenant. Its credential is sealed, bound to its row, and never shown on a page."""

    class Version(models.TextChoices):
        V2 = "v2", _("v2")
        V2_1 = "v2.1", _("v2.1")

    class Clock(models.TextChoices):
        LOCAL = "local", _("local times, as documented")
        UTC = "utc", _("UTC times")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=60)
    region = models.CharField(_("region"), max_length=40)
    version = models.CharField(_("API version"), max_length=8, choices=Version.choices, default=Version.V2)
    clock = models.CharField(_("segment times"), max_length=8, choices=Clock.choices, default=Clock.LOCAL)
    country = models.CharField(_("default country for phone numbers"), max_length=2, blank=True, default="")
    sealed_client_key = models.TextField(editable=False)
    sealed_token = models.TextField(editable=False)
    set_at = models.DateTimeField(_("credential set"), editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    last_result = models.CharField(_("last result"), max_length=20, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} ({self.region})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection is never serialized")

    @property
    def is_chosen(self) -> bool:
        """Whether this connection is marked as the user's default."""
        return False

    @property
    def is_confirmed(self) -> bool:
        """Whether the connection is confirmed; always True for a shared one, which needs no confirmation."""
        return True

    @property
    def shared_by(self) -> str | None:
        """The user name of the administrator who set the credential, "" if a command did; None for a person's own connection."""
        return None

    def credentials(self) -> Credentials:
        """Open the credential for use. Raises CredentialUnreadable if it cannot be opened; in that case, send nothing."""
        raise NotImplementedError

    def note_use(self, result: str) -> None:
        """Store the time and result of the last use, at most once a minute unless the result has changed.

        Nothing is stored if the credential has been replaced in the meantime.
        """
        now = timezone.now()
        if self.last_used_at is not None and self.last_result == result and now - self.last_used_at < NOTE_USE_EVERY:
            return
        self.last_used_at, self.last_result = now, result
        # Only if the row still holds the credential that was used: a new credential starts without a last use.
        rows = type(self)._default_manager.filter(pk=self.pk, set_at=self.set_at)  # noqa: SLF001  (Django's own name for it)
        rows.update(last_used_at=now, last_result=result)

    def record(self, what: Action, *, detail: str = "", outcome: Outcome = outcomes.NONE) -> None:
        """Record an account event for this connection."""
        raise NotImplementedError
