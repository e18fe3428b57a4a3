"""Keys with which other programs of the company read orders, each bound to one shared connection."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.connections.shared import SharedConnection, person_field
from orders.privacy import account_events
from orders.privacy.record_kinds import Action

MARK = "cdpv"


class IntegrationQuerySet(models.QuerySet["Integration"]):
    def valid(self) -> IntegrationQuerySet:
        """Those that may be used now."""
        return self.filter(revoked_at=None, shared__active=True)

    def of_key(self, key: str) -> Integration | None:
        """The valid integration with this key, with its connection, or None."""
        mark, _sign, rest = key.partition("_")
        key_id, _sign, _secret = rest.partition("_")
        if mark != MARK or not key_id.isalnum() or not key.isascii():
            return None
        found = self.valid().select_related("shared").filter(key_id=key_id).first()
        return found if found is not None and hmac.compare_digest(found.key_sha256, _hash(key)) else None


class Integration(models.Model):
    """A program that reads orders through a shared connection. Of its key only a hash is stored: 256 random bits need no salt."""

    name = models.CharField(_("name"), max_length=60)
    shared = models.ForeignKey(SharedConnection, on_delete=models.PROTECT, related_name="integrations")
    key_id = models.CharField(max_length=8, unique=True, editable=False)
    key_sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = person_field()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[IntegrationQuerySet] = IntegrationQuerySet.as_manager()  # type: ignore[assignment]  # a manager of it

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
        """The shared connection, opened for use."""
        return self.shared.for_administration()

    def revoke(self) -> None:
        """End it: its key opens nothing from now on."""
        with transaction.atomic():
            now = timezone.now()
            if type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now):
                self.revoked_at = now
                self._record(Action.INTEGRATION_REVOKED)

    def _record(self, what: Action) -> None:
        account_events.record(what, detail=self.name, connection=(self.shared_id, str(self.shared)))


def add(name: str, shared: SharedConnection, by: int | None) -> tuple[Integration, str]:
    """A new integration and its key, `cdpv_<8>_<43>`, which is not stored and cannot be shown again.

    `by` is a user's number, None for a command.
    """
    key_id = secrets.token_hex(4)
    key = f"{MARK}_{key_id}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        made = Integration.objects.create(
            name=name, shared=shared, key_id=key_id, key_sha256=_hash(key), created_by_id=by
        )
        made._record(Action.INTEGRATION_ADDED)  # noqa: SLF001  (its own module)
    return made, key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
