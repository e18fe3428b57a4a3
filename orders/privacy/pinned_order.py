"""Orders that a user pinned to the start page, with facts from the user's own access records and without names of people."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils import timezone

from orders.privacy.access_log import RecentOrder, opened_by

MOST_PINNED = 12


class PinnedOrder(models.Model):
    """An order that a user pinned.

    Its facts are from the last time that the user opened it through the connection `connection_id` before pinning it. `at` is when
    the order was pinned (aware).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    order_ref = models.CharField(max_length=128)
    reference = models.CharField(max_length=200, blank=True, default="")
    route = models.CharField(max_length=200, blank=True, default="")
    departs = models.DateField(null=True)
    connection_id = models.UUIDField(null=True)
    connection_name = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[PinnedOrder]]

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "order_ref", "connection_id"], name="pinned_order_once_per_person")
        ]

    def __str__(self) -> str:
        return f"order pinned by user {self.user_id} at {self.at:%Y-%m-%d %H:%M:%S}"


def pinned(user: AbstractBaseUser | AnonymousUser) -> list[RecentOrder]:
    """The orders that the user pinned, the most recently pinned first."""
    rows = PinnedOrder.objects.filter(user_id=user.pk or 0).order_by("-at", "-pk")[:MOST_PINNED]
    return [
        RecentOrder(
            row.order_ref, row.reference, row.route, row.departs, row.connection_id, row.connection_name, row.at, True
        )
        for row in rows
    ]


def pin(user: AbstractBaseUser, order_ref: str, connection_id: UUID | None) -> bool:
    """Pin an order that the user has opened through this connection, and return whether it is pinned.

    If it already is, nothing is changed. A new pin is refused if there is no record that the user has opened the order through this
    connection, or if the user already has MOST_PINNED pins.
    """
    mine = PinnedOrder.objects.filter(user_id=user.pk)
    if mine.filter(order_ref=order_ref, connection_id=connection_id).exists():
        return True
    seen = opened_by(user, order_ref, connection_id)
    if seen is None or mine.count() >= MOST_PINNED:
        return False
    facts = {name: getattr(seen, name) for name in ("reference", "route", "departs", "connection_name")}
    mine.update_or_create(
        user_id=user.pk, order_ref=seen.order_ref, connection_id=connection_id, defaults={**facts, "at": timezone.now()}
    )
    return True


def unpin(user: AbstractBaseUser, order_ref: str, connection_id: UUID | None) -> None:
    """Unpin the order for this user and this connection, if it is pinned."""
    PinnedOrder.objects.filter(user_id=user.pk, order_ref=order_ref, connection_id=connection_id).delete()
