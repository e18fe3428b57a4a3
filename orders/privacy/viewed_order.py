"""Digests of viewed orders, small and sealed, so that the next view can show what changed.

A digest contains no personal data. It has the flights (number, places, times, statuses and number of travellers), the order's status
and total, and the number of other items with each status (see `services.digests`). Its row is found by a keyed hash of tenant and
order, so the table reveals neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import connections, models, router
from django.utils import timezone
from django.utils.crypto import salted_hmac

from orders.privacy import owner
from orders.privacy.sealing import Binding, CredentialUnreadable, seal, unseal
from orders.storage.combined_statement import Row, RowStatement

MARK_LENGTH = 32
# Within this time a reload counts as the same view and shows the same changes again.
SAME_VIEW = timedelta(minutes=30)
FIELD = "viewed order"


class ViewedOrder(models.Model):
    """A user's last view of an order and, in `since_at` and `since_digest`, the earlier view that it is compared with.

    A new view is compared with the previous one if the two differ or the previous one is older than SAME_VIEW; otherwise, it is compared
    with the view that the previous one was compared with.

    Equal digests have the same `mark`, although their sealed forms always differ.
    """

    key = models.CharField(max_length=64)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()
    mark = models.CharField(max_length=MARK_LENGTH)
    digest = models.TextField()
    since_at = models.DateTimeField(null=True)
    since_digest = models.TextField(blank=True, default="")

    objects: ClassVar[models.Manager[ViewedOrder]]

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["at"], name="viewed_order_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "user_id"], name="viewed_order_once_per_person")
        ]

    def __str__(self) -> str:
        return f"view by user {self.user_id} at {self.at:%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Views:
    """The earlier view to compare with: its time `at` (aware), and its digest. `own` is False if it is another user's.

    If it is the user's own, `others_at` and `others_digest` are the time and digest of the last view by another user. They are None and ""
    if there is no recent view by another user. If the digest of that view cannot be opened, only `others_digest` is "".
    """

    at: datetime
    digest: str
    own: bool
    others_at: datetime | None = None
    others_digest: str = ""


_OTHERS = ", ".join(
    f"(SELECT {column} FROM orders_viewedorder o WHERE o.key = orders_viewedorder.key"  # noqa: S608 - names of ours
    " AND o.user_id <> orders_viewedorder.user_id ORDER BY o.at DESC, o.id DESC LIMIT 1)"
    for column in ("o.at", "o.user_id", "o.digest")
)
# Every order page waits for this statement. RETURNING sees the row as it is after the change.
_VIEW = f"""INSERT INTO orders_viewedorder (key, user_id, at, mark, digest, since_digest) VALUES (%s, %s, %s, %s, %s, '')
ON CONFLICT (key, user_id) DO UPDATE SET
since_at = CASE WHEN orders_viewedorder.mark <> excluded.mark OR orders_viewedorder.at < %s
  THEN orders_viewedorder.at ELSE orders_viewedorder.since_at END,
since_digest = CASE WHEN orders_viewedorder.mark <> excluded.mark OR orders_viewedorder.at < %s
  THEN orders_viewedorder.digest ELSE orders_viewedorder.since_digest END,
at = excluded.at, mark = excluded.mark, digest = excluded.digest
RETURNING since_at, since_digest, {_OTHERS}"""  # noqa: S608


def key_of(tenant: str, order_ref: str) -> str:
    """The keyed hash that identifies an order; `tenant` is text that is the same for all users of a tenant."""
    return salted_hmac("orders.viewed", f"{tenant}\n{order_ref.lower()}", algorithm="sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class View:
    """A user's view of an order at `now` (aware). `change` stores the view, and returns the row that `before` reads."""

    user_id: int
    key: str
    digest: str
    mark: str
    now: datetime
    change: RowStatement

    def before(self, returned: Row) -> Views | None:
        """The earlier view to compare with: the user's own or, if that cannot be used, the last one by another user.

        A view that is over CHANGES_DAYS days old or cannot be opened is not used. None if there is no view to use, or if nothing has
        changed since. `returned` is the row that `change` returned.
        """
        since_at, since_digest, others_at, others_id, others_digest = returned
        oldest = self.now - timedelta(days=settings.CHANGES_DAYS)
        since_at, others_at = _recent(since_at, oldest), _recent(others_at, oldest)
        own = _opened(since_digest, self.user_id, self.key) if since_at is not None else ""
        if own == self.digest:
            return None
        theirs = _opened(others_digest, others_id, self.key) if others_at is not None else ""
        if since_at is not None and own:
            return Views(since_at, own, True, others_at, theirs)
        if others_at is not None and theirs and theirs != self.digest:
            return Views(others_at, theirs, False)
        return None


def view(user_id: int, key: str, digest: str) -> View:
    """A view of the order with this `key` (from `key_of`), made now and not yet stored. Raises CredentialUnreadable if sealing fails."""
    now = timezone.now()
    sealed = seal(digest, _binding(user_id, key))
    mark = salted_hmac("orders.viewed.mark", digest, algorithm="sha256").hexdigest()[:MARK_LENGTH]
    adapt = connections[router.db_for_write(ViewedOrder)].ops.adapt_datetimefield_value
    earlier = adapt(now - SAME_VIEW)
    change = RowStatement(_VIEW, [key, user_id, adapt(now), mark, sealed, earlier, earlier])
    return View(user_id, key, digest, mark, now, change)


def old_views() -> models.QuerySet[ViewedOrder]:
    """Views that are more than CHANGES_DAYS days old, read as the tables' owner if there is one."""
    oldest = timezone.now() - timedelta(days=settings.CHANGES_DAYS)
    return ViewedOrder.objects.using(owner.alias()).filter(at__lt=oldest)


def delete_old_views(*, batch: int = 1000) -> int:
    """Delete up to `batch` of the `old_views`, and return how many were deleted; 0 if none were left."""
    old = old_views()
    return old.filter(pk__in=old.order_by("at").values("pk")[:batch]).delete()[0]


def _recent(value: Any, oldest: datetime) -> datetime | None:
    """A timestamp from the driver (text on SQLite) as an aware time; None if `value` is None or the time is before `oldest`."""
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if at >= oldest else None


def _opened(sealed: str, user_id: int, key: str) -> str:
    """The digest in `sealed`; "" if it cannot be opened. The page then merely lacks the comparison."""
    try:
        return unseal(sealed, _binding(user_id, key))
    except CredentialUnreadable:
        return ""


def _binding(user_id: int, key: str) -> Binding:
    return Binding(owner=str(user_id), connection=key, region="", field=FIELD)
