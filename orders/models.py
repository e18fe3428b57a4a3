"""Connections to the CDP, and the access records, which `orders.privacy` keeps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar, NoReturn

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.cdp.errors import CredentialUnreadable
from orders.privacy import account_events, password_mark
from orders.privacy.access_record import AccessRecord, AppendOnly
from orders.privacy.record_kinds import What
from orders.privacy.sealing import Binding, Credentials, seal, unseal
from orders.storage.prepared_query import PreparedQuery

__all__ = [
    "AccessRecord",
    "AppendOnly",
    "Connection",
    "Person",
]

# The stamp "last used" is for people who wonder whether a connection is still needed; a minute is near enough.
NOTE_USE_EVERY = timedelta(minutes=1)

EDITABLE = ("name", "version", "clock", "country")  # without entering the credential again

Person = AbstractBaseUser | AnonymousUser


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Connections are always reached through their person."""

    def for_user(self, user: Person) -> ConnectionQuerySet:
        """The person's own connections, the default first."""
        return self.filter(user_id=user.pk or 0).order_by("-is_default", "name")

    def default_for(self, user: Person) -> Connection | None:
        """The one asked when the address names none; None when the person has no connection."""
        return _of(user, _DEFAULT.get(user.pk or 0))

    def named(self, user: Person, name: str) -> Connection | None:
        """The person's connection of exactly this name, or None: never another one in its place."""
        # PostgreSQL takes no NUL in a text, and an address may hold one.
        return None if "\x00" in name else _of(user, _NAMED.get(user.pk or 0, name))


class Connection(models.Model):
    """A person's way into one CDP tenant. The credential is sealed, bound to this row, and is never given back to a page."""

    class Version(models.TextChoices):
        V2 = "v2", _("v2")
        V2_1 = "v2.1", _("v2.1")

    class Clock(models.TextChoices):
        LOCAL = "local", _("local times, as documented")
        UTC = "utc", _("this tenant sends UTC")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cdp_connections")
    name = models.CharField(_("name"), max_length=60)
    region = models.CharField(_("region"), max_length=40)
    version = models.CharField(_("API version"), max_length=8, choices=Version.choices, default=Version.V2)
    clock = models.CharField(_("segment times"), max_length=8, choices=Clock.choices, default=Clock.LOCAL)
    country = models.CharField(_("country of national phone numbers"), max_length=2, blank=True, default="")
    is_default = models.BooleanField(_("default"), default=False)
    sealed_client_key = models.TextField(editable=False)
    sealed_token = models.TextField(editable=False)
    set_at = models.DateTimeField(_("credential set"), editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    last_result = models.CharField(_("last result"), max_length=20, blank=True, default="", editable=False)
    # The mark of the person's password when they last vouched for this connection; see own_password.
    confirmed = models.CharField(max_length=64, blank=True, default="", editable=False)

    objects: ClassVar[models.Manager[Connection]] = ConnectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="connection_name_once_per_person"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="connection_one_default_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.region})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection is never serialized")

    def set_credentials(self, *, region: str, client_key: str, token: str) -> None:
        """Seal a credential for this row. The region is part of the seal, so changing it means entering the credential again."""
        self.region = region
        self.sealed_client_key = seal(client_key, self._binding("client_key"))
        self.sealed_token = seal(token, self._binding("token"))
        self.set_at = self.changed_at = timezone.now()
        self.last_used_at, self.last_result = None, ""
        self.confirmed = password_mark.mark(self.user)

    @property
    def is_confirmed(self) -> bool:
        """Whether the person vouched for this connection under their present password."""
        return password_mark.is_marked(self.user, self.confirmed)

    def confirm(self) -> None:
        """Vouch for the connection under the person's present password."""
        self.confirmed = password_mark.mark(self.user)
        with transaction.atomic():
            self.record(What.CONNECTION_CONFIRMED)
            type(self).objects.filter(pk=self.pk).update(confirmed=self.confirmed)

    def credentials(self) -> Credentials:
        """Open the credential for use; `CredentialUnreadable` also while the connection waits to be confirmed. Nothing is sent then."""
        if not self.is_confirmed:
            raise CredentialUnreadable("the connection waits until its person confirms it")
        return self.open_sealed()

    def open_sealed(self) -> Credentials:
        """Open the credential; `CredentialUnreadable` when it does not open or belongs to another row."""
        return Credentials(
            client_key=unseal(self.sealed_client_key, self._binding("client_key")),
            token=unseal(self.sealed_token, self._binding("token")),
        )

    def note_use(self, result: str) -> None:
        """Remember when the CDP last answered, and how: written when the result changes, else at most once a minute."""
        now = timezone.now()
        if self.last_used_at is not None and self.last_result == result and now - self.last_used_at < NOTE_USE_EVERY:
            return
        self.last_used_at, self.last_result = now, result
        # Only while the row still holds the credential that was used: a replaced one starts with a clean slate.
        type(self).objects.filter(pk=self.pk, set_at=self.set_at).update(last_used_at=now, last_result=result)

    def keep(self) -> None:
        """Save a new or changed connection; a person's first one becomes the default."""
        with _one_at_a_time(self.user_id):
            others = type(self).objects.filter(user_id=self.user_id).exclude(pk=self.pk)
            if not others.filter(is_default=True).exists():
                self.is_default = True
            self.changed_at = timezone.now()
            before = type(self).objects.filter(pk=self.pk).first()
            self.save()
            if before is None:
                self.record(What.CONNECTION_ADDED)
            elif before.sealed_token != self.sealed_token:
                self.record(What.CONNECTION_REPLACED)
            if before is not None and any(getattr(before, name) != getattr(self, name) for name in EDITABLE):
                self.record(What.CONNECTION_CHANGED, detail=f"was {before}")

    def make_default(self) -> None:
        """Make this the person's default, and no other. One that was deleted meanwhile changes nothing."""
        with _one_at_a_time(self.user_id):
            if not type(self).objects.filter(pk=self.pk).exists():
                return
            type(self).objects.filter(user_id=self.user_id, is_default=True).exclude(pk=self.pk).update(
                is_default=False
            )
            self.is_default = True
            if type(self).objects.filter(pk=self.pk, is_default=False).update(is_default=True):
                self.record(What.CONNECTION_DEFAULT)

    def drop(self) -> Connection | None:
        """Delete the connection. If it was the default, the one set most recently takes its place and is returned."""
        with _one_at_a_time(self.user_id):
            user_id, was_default = self.user_id, type(self).objects.filter(pk=self.pk, is_default=True).exists()
            self.record(What.CONNECTION_DELETED)
            self.delete()
            heir = type(self).objects.filter(user_id=user_id).order_by("-set_at").first() if was_default else None
            if heir is not None:
                heir.make_default()
        return heir

    def record(self, what: What, *, detail: str = "", outcome: str = "") -> None:
        """Put an event of this connection on record, about its person."""
        account_events.record(what, about=self.user, detail=detail, outcome=outcome, connection=(self.pk, str(self)))

    def _binding(self, field: str) -> Binding:
        return Binding(owner=str(self.user_id), connection=str(self.pk), region=self.region, field=field)


def _of(user: Person, connection: Connection | None) -> Connection | None:
    """The connection with its person at hand, whose password decides whether it may be used."""
    if connection is not None and isinstance(user, AbstractBaseUser):
        connection.user = user  # type: ignore[assignment]  # the stubs want Django's own user class
    return connection


_DEFAULT = PreparedQuery(lambda: Connection.objects.filter(is_default=True).filter(user_id=0))
_NAMED = PreparedQuery(lambda: Connection.objects.filter(user_id=0).filter(name=""))


@contextmanager
def _one_at_a_time(user_id: int) -> Iterator[None]:
    """A transaction that waits for others about the same person; the partial unique constraint is behind it all the same."""
    with transaction.atomic():
        get_user_model().objects.select_for_update().filter(pk=user_id).values_list("pk").first()
        yield
