"""The access records by kind, for tests."""

from __future__ import annotations

from django.db.models import QuerySet

from orders.models import AccessRecord
from orders.privacy.record_kinds import OF_KIND, Kind


def recorded_views() -> QuerySet[AccessRecord]:
    """Records of views of orders and people, without those of accounts."""
    return AccessRecord.objects.filter(what__in=OF_KIND[Kind.ORDERS] | OF_KIND[Kind.PEOPLE])


def events() -> QuerySet[AccessRecord]:
    """Records of account events, oldest first."""
    return AccessRecord.objects.filter(what__in=OF_KIND[Kind.ACCOUNT]).order_by("pk")
