"""Access records."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class AccessRecord(models.Model):
    """An access record with the main columns and indexes of the app's own records."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=150)
    what = models.CharField(max_length=24)
    order_ref = models.CharField(max_length=128, blank=True, default="", db_index=True)
    reference = models.CharField(max_length=200, blank=True, default="", db_index=True)
    route = models.CharField(max_length=200, blank=True, default="")
    connection_name = models.CharField(max_length=120, blank=True, default="")
    outcome = models.CharField(max_length=60, default="shown")
    request_id = models.CharField(max_length=64, blank=True, default="")
    ticket = models.CharField(max_length=64, blank=True, default="", db_index=True)
    subject = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        app_label = "plain"
        indexes: ClassVar = [models.Index(fields=["user_id", "-at"], name="plain_record_own")]

    def __str__(self) -> str:
        return f"{self.at} {self.user_name} {self.what}"
