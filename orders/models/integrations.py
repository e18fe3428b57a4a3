"""API keys with which the company's other programs read orders; each key is bound to one shared connection."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from django.db import connections, models, router, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.shared import SharedConnection, person_field
from orders.privacy import account_events
from orders.privacy.record_kinds import Action
from orders.storage.combined_statement import RowStatement

MARK = "cdpv"
LONGEST_DAYS, USUAL_DAYS = 400, 365  # the longest and the default lifetime of a key
LONGEST_NETWORKS = 400  # characters, joined
A_MINUTE = (
    240  # for 20 agents, each typing two references of ten characters, with a request at each keystroke from the fifth
)
MOST_A_MINUTE = 6_000
NOTE_USE_EVERY = timedelta(minutes=1)

# A single statement, so that simultaneous requests each get a number of their own.
_ADD = """UPDATE orders_integration SET
in_minute = 1 + CASE WHEN minute = %s THEN in_minute ELSE 0 END, minute = %s
WHERE id = %s RETURNING in_minute"""

Address = IPv4Address | IPv6Address


class IntegrationQuerySet(models.QuerySet["Integration"]):
    def valid(self) -> IntegrationQuerySet:
        """The integrations whose keys are valid now: not revoked, not expired, and for an active connection."""
        return self.filter(revoked_at=None, shared__active=True, expires_at__gt=timezone.now())

    def of_key(self, key: str, address: Address | None = None) -> Integration | None:
        """The integration that this key belongs to, with its connection loaded.

        None if the key is unknown or not valid now, or may not be used from this address.
        """
        mark, _sign, rest = key.partition("_")
        key_id, _sign, _secret = rest.partition("_")
        if mark != MARK or not key_id.isalnum() or not key.isascii():
            return None
        integration = self.valid().select_related("shared").filter(key_id=key_id).first()
        good = (
            integration is not None
            and hmac.compare_digest(integration.key_sha256, _hash(key))
            and integration.may_come_from(address)
        )
        return integration if good else None


class Integration(models.Model):
    """A program that reads orders through a shared connection.

    Only the ID of the program's key and a hash of the whole key are stored. The hash needs no salt, because the key has at least 256
    random bits.
    """

    name = models.CharField(_("name"), max_length=60)
    shared = models.ForeignKey(SharedConnection, on_delete=models.PROTECT, related_name="integrations")
    key_id = models.CharField(max_length=8, unique=True, editable=False)
    key_sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = person_field()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(editable=False)
    networks = models.CharField(
        _("networks"), max_length=LONGEST_NETWORKS, blank=True, default=""
    )  # separated by spaces; "" for any address
    per_minute = models.PositiveIntegerField(_("requests per minute"), default=A_MINUTE)
    minute = models.BigIntegerField(default=0, editable=False)  # the minute of the last request, counted from 1970
    in_minute = models.IntegerField(default=0, editable=False)

    objects: ClassVar[IntegrationQuerySet] = IntegrationQuerySet.as_manager()  # type: ignore[assignment]  # a manager made from it

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(revoked_at=None), name="integration_name_once_while_valid"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def connection(self) -> SharedConnection:
        """The shared connection, set to open its credential with the copy of the data key in the connection's own row."""
        return self.shared.for_administration()

    def may_come_from(self, address: Address | None) -> bool:
        """Whether the key may be used from this IP address; None stands for an unknown one, which no network contains."""
        networks = [ipaddress.ip_network(written) for written in self.networks.split()]
        return not networks or (address is not None and any(address in network for network in networks))

    def note_use(self) -> None:
        """Store the time of the last use, at most once a minute."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at >= NOTE_USE_EVERY:
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self) -> None:
        """Revoke the key, with effect from the next request. Does nothing if the key was already revoked."""
        with transaction.atomic():
            now = timezone.now()
            if type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now):
                self.revoked_at = now
                self._record(Action.INTEGRATION_REVOKED)

    def _record(self, what: Action) -> None:
        account_events.record(what, detail=self.name, connection=(self.shared_id, str(self.shared)))


def over_limit(integration: Integration) -> int:
    """Count a request, across all processes. Return 0 if the request is allowed, otherwise the number of seconds to wait."""
    now = int(time.time())
    add = RowStatement(_ADD, [now // 60, now // 60, integration.pk])
    (counted,) = add.run(connections[router.db_for_write(Integration)])
    return 60 - now % 60 if counted > integration.per_minute else 0


def add(
    name: str,
    shared: SharedConnection,
    by: int | None,
    *,
    days: int = USUAL_DAYS,
    per_minute: int = A_MINUTE,
    networks: str = "",
) -> tuple[Integration, str]:
    """Create an integration; return it with its key, which is not stored and cannot be shown again.

    The key has the form `cdpv_ID_SECRET`, where ID is 8 hexadecimal digits and SECRET is 43 characters. It expires after `days` days, or
    after LONGEST_DAYS if that is less. `by` is the id of the user who creates the integration, None for a command; `networks` is a value
    returned by `credential_text.clean_networks`. Raises IntegrityError if an integration that is not revoked has this name.
    """
    key_id = secrets.token_hex(4)
    key = f"{MARK}_{key_id}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        made = Integration.objects.create(
            name=name,
            shared=shared,
            key_id=key_id,
            key_sha256=_hash(key),
            created_by_id=by,
            expires_at=timezone.now() + timedelta(days=min(days, LONGEST_DAYS)),
            per_minute=per_minute,
            networks=networks,
        )
        made._record(Action.INTEGRATION_ADDED)  # noqa: SLF001  (its own module)
    return made, key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
