"""Metrics that give early warning if the nightly prune fails to create monthly partitions of the access records. They are 0 on SQLite."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from orders.models import AccessRecord
from orders.privacy.partitions import Partition, month_after, partitions


def gauges() -> list[GaugeMetricFamily]:
    """Two gauges: how many of the current and next months (UTC) have no partition, and whether the default partition has records (1 or 0).

    They have no values if the database raises an error, for example because the table is locked.
    """
    missing = GaugeMetricFamily(
        "cdpviewer_record_months_missing",
        "How many of this month (UTC) and the next have no partition of the access records.",
    )
    stray = GaugeMetricFamily(
        "cdpviewer_records_in_default_partition", "Whether the default partition has access records (1) or not (0)."
    )
    try:
        existing = partitions(connection)
        figures = _months_missing(existing), int(bool(existing) and _outside(existing).exists())
    except DatabaseError:  # for example, a partition is being attached
        return [missing, stray]
    missing.add_metric([], figures[0])
    stray.add_metric([], figures[1])
    return [missing, stray]


def _months_missing(existing: list[Partition]) -> int:
    now = timezone.now()
    moments = (now, month_after(now))
    short = timedelta(microseconds=1)
    return sum(bool(existing) and not any(each.overlaps(at, at + short) for each in existing) for at in moments)


def _outside(existing: list[Partition]) -> QuerySet[AccessRecord]:
    """The records outside the bounds of every partition except the default one.

    To find them, PostgreSQL reads only the default partition, which the pages' database role may not query by name.
    """
    outside, end = Q(), None
    for each in existing:
        if each.end is None:
            continue
        if each.start is not None and each.start != end:
            outside |= Q(at__lt=each.start) if end is None else Q(at__gte=end, at__lt=each.start)
        end = each.end
    return AccessRecord.objects.filter(outside | Q(at__gte=end) if end is not None else outside)
