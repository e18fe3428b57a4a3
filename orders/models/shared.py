"""A connection for a team: the credential is sealed once, under a data key that is sealed separately for each member."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, Group
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.base import EDITABLE, AnyConnection
from orders.privacy import account_events, outcomes
from orders.privacy.outcomes import Outcome
from orders.privacy.record_kinds import Action
from orders.privacy.sealing import Binding, Credentials, CredentialUnreadable, new_data_key, seal, unseal

OWNER = "shared"
SECRETS = ("sealed_client_key", "sealed_token", "set_at", "set_by", "changed_at", "last_used_at", "last_result")


def person_field() -> models.ForeignKey[AbstractBaseUser | None, AbstractBaseUser | None]:
    """A foreign key to the user who did something; null if a command did it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )


class SharedConnection(AnyConnection):
    """A connection that administrators set up and grant to groups.

    The client key and token are sealed under the connection's data key. To use them, a person needs a valid grant and a member row, which
    holds a copy of the data key sealed for that person; administration and integrations use the copy in the connection's own row.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    sealed_key = models.TextField(editable=False)  # the data key, for adding members, administration and integrations
    set_by = person_field()
    active = models.BooleanField(_("active"), default=True)

    objects: ClassVar[models.Manager[SharedConnection]]
    grants: models.Manager[ConnectionGrant]
    members: models.Manager[ConnectionMember]

    _held: tuple[str, Binding] | None = None  # a sealed copy of the data key, and what it is bound to
    _chosen = False

    class Meta:
        default_permissions = ()

    @property
    def is_chosen(self) -> bool:
        return self._chosen

    @property
    def shared_by(self) -> str | None:
        return self.set_by.get_username() if self.set_by else ""

    def set_credentials(self, *, client_key: str, token: str) -> None:
        """Seal a credential under this row's data key, without saving the row.

        The row's data key is kept if it can be opened, so members need no new copies. Otherwise a new key is made; in that case, call
        `members.update` after `keep`. Raises CredentialUnreadable if the server has no valid key to seal with.
        """
        try:
            key = self.data_key()
        except CredentialUnreadable:
            key = new_data_key()
            self.sealed_key = seal(key, self._binding("key"))
        self.sealed_client_key = seal(client_key, self._binding("client_key"), under=key)
        self.sealed_token = seal(token, self._binding("token"), under=key)
        self.set_at = self.changed_at = timezone.now()
        self.last_used_at, self.last_result = None, ""
        self.hold(self.sealed_key, self._binding("key"))

    def data_key(self) -> str:
        """The data key, opened from the row's own copy. Raises CredentialUnreadable if that is not possible."""
        return unseal(self.sealed_key, self._binding("key"))

    def for_administration(self) -> SharedConnection:
        """This connection, set to open its credential with the row's own copy of the data key, for administration and integrations."""
        self.hold(self.sealed_key, self._binding("key"))
        return self

    def hold(self, sealed_key: str, binding: Binding, *, chosen: bool = False) -> None:
        """Set which sealed copy of the data key to use.

        `chosen` says whether the copy's holder has made this connection their default.
        """
        self._held, self._chosen = (sealed_key, binding), chosen

    def credentials(self) -> Credentials:
        """Open the credential with the copy of the data key set by `hold`. Raises CredentialUnreadable if that is not possible."""
        if self._held is None:
            raise CredentialUnreadable("nobody's copy of the data key is at hand")
        key = unseal(*self._held)
        return Credentials(
            client_key=unseal(self.sealed_client_key, self._binding("client_key"), under=key),
            token=unseal(self.sealed_token, self._binding("token"), under=key),
        )

    def keep(self, by: int | None) -> None:
        """Save a new connection, or only the credential of an existing one.

        If an existing connection has a new data key, all its members are removed. `by` is the user's id, or None for a command. Raises
        IntegrityError if a new connection has the name of another.
        """
        self.set_by_id = by
        with transaction.atomic():
            if self._state.adding:
                self.save(force_insert=True)
                self.record(Action.CONNECTION_ADDED)
                return
            before = type(self).objects.select_for_update().get(pk=self.pk)
            if self._has_key_of(before):
                self.sealed_key = before.sealed_key  # perhaps sealed again meanwhile, under a newer key of the server
                self.save(update_fields=SECRETS)
            else:
                self.save(update_fields=[*SECRETS, "sealed_key"])
                self.members.all().delete()
            self.record(Action.CONNECTION_REPLACED)

    def keep_settings(self) -> None:
        """Save the name and tenant settings, but not the credential. An event is recorded only if the name or a setting has changed.

        Raises IntegrityError if another shared connection has this name.
        """
        self.changed_at = timezone.now()
        with transaction.atomic():
            before = type(self).objects.select_for_update().get(pk=self.pk)
            self.save(update_fields=[*EDITABLE, "changed_at"])
            if any(getattr(before, name) != getattr(self, name) for name in EDITABLE):
                self.record(Action.CONNECTION_CHANGED, detail=f"was {before}")

    def record(self, what: Action, *, detail: str = "", outcome: Outcome = outcomes.NONE) -> None:
        """Record an account event for this connection. The event concerns no single user."""
        account_events.record(what, detail=detail or "shared", outcome=outcome, connection=(self.pk, str(self)))

    def _has_key_of(self, other: SharedConnection) -> bool:
        try:
            return other.sealed_key == self.sealed_key or other.data_key() == self.data_key()
        except CredentialUnreadable:
            return False

    def _binding(self, field: str) -> Binding:
        return Binding(owner=OWNER, connection=str(self.pk), region=self.region, field=field)


class ConnectionGrant(models.Model):
    """Permission for a group to use a shared connection, until a given time or indefinitely."""

    shared = models.ForeignKey(SharedConnection, on_delete=models.CASCADE, related_name="grants")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="connection_grants")
    is_default = models.BooleanField(_("default"), default=False)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    given_by = person_field()

    objects: ClassVar[models.Manager[ConnectionGrant]]

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shared", "group"], name="connection_granted_once_per_group"),
        ]

    def __str__(self) -> str:
        return f"{self.shared} for {self.group}"

    @property
    def is_valid(self) -> bool:
        """Whether the grant has not expired."""
        return self.until is None or self.until > timezone.now()


class ConnectionMember(models.Model):
    """A copy of a shared connection's data key, sealed for one person, and whether the connection is that person's default."""

    shared = models.ForeignKey(SharedConnection, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="connection_memberships")
    sealed_key = models.TextField(editable=False)
    is_default = models.BooleanField(_("default"), default=False, db_default=False)

    objects: ClassVar[models.Manager[ConnectionMember]]

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shared", "user"], name="connection_member_once"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="connection_member_one_default_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shared} for user {self.user_id}"

    @property
    def binding(self) -> Binding:
        """The person, connection and region to which this copy of the data key is bound."""
        return Binding(owner=str(self.user_id), connection=str(self.shared_id), region=self.shared.region, field="key")

    def connection(self) -> SharedConnection:
        """The connection, set to open its credential with this member's copy of the data key."""
        self.shared.hold(self.sealed_key, self.binding, chosen=self.is_default)
        return self.shared


def valid_now(prefix: str, now: datetime) -> models.Q:
    """A filter for grants that have not expired at the time `now` (aware).

    `prefix` is the lookup path to the grants, such as "grants__", or "" in a query of grants.
    """
    return models.Q(**{f"{prefix}until": None}) | models.Q(**{f"{prefix}until__gt": now})


def grant(
    shared: SharedConnection,
    groups: Iterable[Group],
    *,
    by: int | None,
    is_default: bool = False,
    until: datetime | None = None,
) -> None:
    """Let these groups use the connection. `until` (aware) is when the grants expire, None if never.

    A group's existing grant gets this expiry and default setting. Members are updated. Raises CredentialUnreadable, and
    changes nothing, if somebody needs a copy of a data key that cannot be opened.
    """
    with transaction.atomic():
        for group in groups:
            values = {"is_default": is_default, "until": until, "given_by_id": by}
            ConnectionGrant.objects.update_or_create(shared=shared, group=group, defaults=values)
            end = f" until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if until else ""
            shared.record(Action.RIGHTS_GIVEN, detail=f"shared connection: group {group}{end}")


def grant_also(shared: SharedConnection, groups: Iterable[Group], *, by: int | None, is_default: bool) -> None:
    """Let these groups use the connection. Existing grants keep their expiry; with `is_default`, they are marked as default.

    Raises CredentialUnreadable in the same case as `grant`; grants already made to other groups are kept unless the caller rolls back.
    """
    held = {given.group_id: given for given in shared.grants.all()}
    for group in groups:
        given = held.get(group.pk)
        if given is None or (is_default and not given.is_default):
            grant(shared, [group], by=by, is_default=is_default, until=given.until if given else None)


def take_back(given: ConnectionGrant) -> None:
    """Revoke a grant. Members without another valid grant for this connection lose access at once."""
    with transaction.atomic():
        given.shared.record(Action.RIGHTS_TAKEN, detail=f"shared connection: group {given.group}")
        given.delete()


def set_active(shared: SharedConnection, active: bool) -> None:
    """Withdraw the connection from everybody, or restore it for groups with a grant; call `members.update` afterwards."""
    with transaction.atomic():
        if type(shared).objects.filter(pk=shared.pk, active=not active).update(active=active):
            shared.record(
                Action.RIGHTS_GIVEN if active else Action.RIGHTS_TAKEN, detail="shared connection: all groups"
            )
    shared.active = active
