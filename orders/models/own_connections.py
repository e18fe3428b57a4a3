"""Users' own connections."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import members
from orders.models.base import EDITABLE, AnyConnection, one_at_a_time
from orders.models.shared import ConnectionMember
from orders.privacy import account_events, outcomes, password_mark
from orders.privacy.outcomes import Outcome
from orders.privacy.record_kinds import Action
from orders.privacy.sealing import Binding, Credentials, CredentialUnreadable, seal, unseal
from orders.storage.prepared_query import PreparedQuery

AnyUser = AbstractBaseUser | AnonymousUser


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Queries for the connections of one user."""

    def for_user(self, user: AnyUser) -> ConnectionQuerySet:
        """The user's own connections, the default first."""
        return self.filter(user_id=user.pk or 0).select_related("user").order_by("-is_default", "name")

    def named(self, user: AnyUser, name: str) -> Connection | None:
        """The user's own connection with exactly this name; None if they have no such connection."""
        # PostgreSQL accepts no NUL in text, and a URL may contain one.
        return None if "\x00" in name else opened(user, NAMED.get(user.pk or 0, name))


class Connection(AnyConnection):
    """A user's own access to one CDP tenant. The credential is sealed, bound to this row, and never shown on a page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cdp_connections")
    is_default = models.BooleanField(_("default"), default=False)
    # The mark of the person's password when they last confirmed this connection; see password_mark.
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

    def set_credentials(self, *, region: str, client_key: str, token: str) -> None:
        """Seal a credential for this row and mark the connection as confirmed, without saving the row.

        The region is part of the seal, so changing the region means entering the credential again. Raises CredentialUnreadable if the
        server has no valid key to seal with.
        """
        self.region = region
        self.sealed_client_key = seal(client_key, self._binding("client_key"))
        self.sealed_token = seal(token, self._binding("token"))
        self.set_at = self.changed_at = timezone.now()
        self.last_used_at, self.last_result = None, ""
        self.confirmed = password_mark.mark(self.user)

    @property
    def is_chosen(self) -> bool:
        return self.is_default

    @property
    def is_confirmed(self) -> bool:
        """Whether this connection is confirmed under the user's current password (see `password_mark`)."""
        return password_mark.is_marked(self.user, self.confirmed)

    def confirm(self) -> None:
        """Confirm the connection; this holds until somebody else, a command or a password link replaces the user's password."""
        self.confirmed = password_mark.mark(self.user)
        with transaction.atomic():
            self.record(Action.CONNECTION_CONFIRMED)
            type(self).objects.filter(pk=self.pk).update(confirmed=self.confirmed)

    def credentials(self) -> Credentials:
        """Open the credential for use. Raises CredentialUnreadable if it cannot be opened or the connection is not confirmed."""
        if not self.is_confirmed:
            raise CredentialUnreadable("the connection waits for its user to confirm it")
        return self.open_sealed()

    def open_sealed(self) -> Credentials:
        """Open the credential, even if the connection is not confirmed. Raises CredentialUnreadable if it cannot be opened."""
        return Credentials(
            client_key=unseal(self.sealed_client_key, self._binding("client_key")),
            token=unseal(self.sealed_token, self._binding("token")),
        )

    def keep(self) -> None:
        """Save a new or changed connection; it becomes the default if the user has no other default, own or shared.

        Raises IntegrityError if another of the user's own connections has this name.
        """
        with one_at_a_time(self.user_id):
            others = type(self).objects.filter(user_id=self.user_id).exclude(pk=self.pk)
            chosen = ConnectionMember.objects.filter(user_id=self.user_id, is_default=True)
            if not others.filter(is_default=True).exists() and not chosen.exists():
                self.is_default = True
            self.changed_at = timezone.now()
            before = type(self).objects.filter(pk=self.pk).first()
            self.save()
            if before is None:
                self.record(Action.CONNECTION_ADDED)
            elif before.sealed_token != self.sealed_token:
                self.record(Action.CONNECTION_REPLACED)
            if before is not None and any(getattr(before, name) != getattr(self, name) for name in EDITABLE):
                self.record(Action.CONNECTION_CHANGED, detail=f"was {before}")

    def make_default(self) -> None:
        """Make this connection the user's only default. Does nothing if it has been deleted in the meantime."""
        with one_at_a_time(self.user_id):
            if not type(self).objects.filter(pk=self.pk).exists():
                return
            type(self).objects.filter(user_id=self.user_id, is_default=True).exclude(pk=self.pk).update(
                is_default=False
            )
            ConnectionMember.objects.filter(user_id=self.user_id, is_default=True).update(is_default=False)
            self.is_default = True
            if type(self).objects.filter(pk=self.pk, is_default=False).update(is_default=True):
                self.record(Action.CONNECTION_DEFAULT)

    def drop(self) -> Connection | None:
        """Delete the connection, and return the one that becomes the default instead, or None.

        A deleted default is replaced by the user's own connection with the newest credential, if they have any left.
        """
        with one_at_a_time(self.user_id):
            user_id, was_default = self.user_id, type(self).objects.filter(pk=self.pk, is_default=True).exists()
            self.record(Action.CONNECTION_DELETED)
            self.delete()
            heir = type(self).objects.filter(user_id=user_id).order_by("-set_at").first() if was_default else None
            if heir is not None:
                heir.make_default()
        return heir

    def record(self, what: Action, *, detail: str = "", outcome: Outcome = outcomes.NONE) -> None:
        """Record an account event for this connection, about its owner."""
        account_events.record(what, about=self.user, detail=detail, outcome=outcome, connection=(self.pk, str(self)))

    def _binding(self, field: str) -> Binding:
        return Binding(owner=str(self.user_id), connection=str(self.pk), region=self.region, field=field)


def opened(user: AnyUser, connection: Connection | None) -> Connection | None:
    """Set the connection's `user` to `user`, unless `user` is anonymous, and return the connection; None if there is no connection.

    `Connection.is_confirmed` then uses the password of this `user` object.
    """
    if connection is not None and isinstance(user, AbstractBaseUser):
        connection.user = user  # type: ignore[assignment]  # the stubs want Django's own user class
    return connection


DEFAULT = PreparedQuery(lambda: Connection.objects.filter(is_default=True).filter(user_id=0))
"""A person's own default connection. Parameter of the query: the person's id."""
NAMED = PreparedQuery(lambda: Connection.objects.filter(user_id=0).filter(name=""))
"""A person's own connection with a given name. Parameters of the query: the person's id and the name."""


def usable_names(user: AnyUser) -> list[str]:
    """The names of the user's own connections and of the shared ones that they may use now, without duplicates.

    The default comes first, then the user's own connections, then shared ones granted as the default, then the other shared ones.
    """
    own = Connection.objects.filter(user_id=user.pk or 0)
    rows = own.values_list("is_default", members.TRUE, members.FALSE, "name").union(members.names_of(user), all=True)
    return list(dict.fromkeys(name for _chosen, _own, _granted, name in sorted(rows, key=_first_asked)))


def _first_asked(row: tuple[bool, bool, bool, str]) -> tuple[bool, bool, bool, str]:
    chosen, own, granted, name = row
    return not chosen, not own, not granted, name
