"""The model of access records. Like its table in the database, it is append-only."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.privacy.record_kinds import OF_KIND, Action, Kind, choices


class AppendOnly(Exception):
    """An attempt to change or remove an access record."""


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    """A queryset that refuses to change or remove records; the database refuses this too."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("access records are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnly("access records are never removed; see prune_access_records")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("access records are never changed")

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise AppendOnly("access records are never removed; see prune_access_records")


class AccessRecord(models.Model):
    """A record of a view or an account event (who, what and when), or a note about the chains of records.

    It has no foreign keys, so it outlives any connection that it names. `user_*` is the user who acted. Commands, programs and other
    systems have a name but no id; before sign-in, and in notes about chains, both are empty. `about_*` is the user whom an account
    event concerns.
    """

    Action = Action

    at = models.DateTimeField(_("when (UTC)"), default=timezone.now)
    user_id = models.BigIntegerField(_("person ID"), null=True)
    user_name = models.CharField(_("person"), max_length=150)
    what = models.CharField(_("what"), max_length=24, choices=choices)
    order_ref = models.CharField(_("order ref"), max_length=128, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=200, blank=True, default="")
    route = models.CharField(_("route"), max_length=200, blank=True, default="")
    connection_id = models.UUIDField(_("connection ID"), null=True)
    connection_name = models.CharField(_("connection"), max_length=120, blank=True, default="")
    outcome = models.CharField(_("outcome"), max_length=60, blank=True, default="shown")
    request_id = models.CharField(_("request ID"), max_length=64, blank=True, default="")
    ticket = models.CharField(_("ticket"), max_length=64, blank=True, default="")
    subject = models.CharField(_("subject (keyed hash)"), max_length=64, blank=True, default="")
    about_id = models.BigIntegerField(_("ID of the person concerned"), null=True)
    about_name = models.CharField(_("person concerned"), max_length=150, blank=True, default="")
    detail = models.CharField(_("detail"), max_length=200, blank=True, default="")
    # Nullable, because SQLite would have had to rebuild the table to give a value to the records that already existed.
    via = models.CharField(_("via"), max_length=120, null=True, blank=True)
    # The first local date of the trip; nullable for the same reason.
    departs = models.DateField(_("departs"), null=True, blank=True)
    # "" and NULL in records from before there were chains.
    chain = models.CharField(_("chain"), max_length=24, blank=True, default="", editable=False)
    link = models.IntegerField(_("link"), null=True, editable=False)
    seal = models.CharField(_("seal"), max_length=64, blank=True, default="", editable=False)

    objects: ClassVar[models.Manager[AccessRecord]] = AccessRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("reveal_personal_data", "May reveal masked personal data"),
            ("view_all_activity", "May see everybody’s activity"),
            ("manage_people", "May add people and give them roles"),
            ("manage_shared_connections", "May share connections and set up integrations"),
        ]
        # Not db_index: for a text column, PostgreSQL would get a second index, for patterns, which costs time with every record.
        indexes: ClassVar = [
            models.Index(fields=["user_id", "-at"], name="access_record_own"),
            models.Index(fields=["at"], name="access_record_at"),
            models.Index(fields=["order_ref"], name="access_record_order"),
            models.Index(fields=["reference"], name="access_record_reference"),
            models.Index(fields=["ticket"], name="access_record_ticket"),
            models.Index(fields=["request_id"], name="access_record_request"),
            # For rare actions. Opening an order, by far the most frequent action, does not touch this index.
            models.Index(fields=["what", "-at"], condition=~models.Q(what="order_opened"), name="access_record_what"),
            # Partial indexes with few rows, which cost most views nothing.
            models.Index(
                fields=["about_id", "-at"], condition=models.Q(about_id__isnull=False), name="access_record_about"
            ),
            models.Index(fields=["subject", "-at"], condition=~models.Q(subject=""), name="access_record_subject"),
            models.Index(fields=["id"], condition=models.Q(what="chain_seen"), name="access_record_chain_seen"),
            models.Index(
                fields=["-at"], condition=models.Q(what__in=sorted(OF_KIND[Kind.ACCOUNT])), name="access_record_account"
            ),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["chain", "link"], name="access_record_link_once")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.user_name} {self.what} {self.order_ref}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the record. Raises AppendOnly if it has already been saved."""
        if not self._state.adding:
            raise AppendOnly("access records are never changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("access records are never removed; see prune_access_records")
