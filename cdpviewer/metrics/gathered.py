"""Figures read from the database at each scrape: sessions, connections by last result, clock offset, and record partitions.

The label `team` is the name that administrators gave a shared connection; for personal connections it is "".
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.db.models import Count, Value
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from accounts import database_clock
from cdpviewer.metrics import record_months
from orders.models import Connection
from orders.models.shared import SharedConnection


class Gathered(Collector):
    """A collector that reads figures from the database, and reports whether the database answers.

    It runs in the metrics process, so that pages do no extra work.
    """

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("cdpviewer_database_up", "Whether the database answers (1) or not (0).")
        try:
            yield from self._counted()
            up.add_metric([], 1)
        except DatabaseError:
            up.add_metric([], 0)
        finally:
            connection.close()
        yield up

    def _counted(self) -> list[GaugeMetricFamily]:
        sessions = GaugeMetricFamily("cdpviewer_sessions", "Sessions that have not ended.")
        sessions.add_metric([], Session.objects.filter(expire_date__gt=timezone.now()).count())
        results = GaugeMetricFamily(
            "cdpviewer_connection_last_result",
            "Connections by how the CDP answered them last.",
            labels=["region", "team", "result"],
        )
        own = Connection.objects.order_by().values_list("region", Value(""), "last_result").annotate(Count("pk"))
        shared = SharedConnection.objects.filter(active=True).order_by()
        rows = [*own, *shared.values_list("region", "name", "last_result").annotate(Count("pk"))]
        for region, team, result, number in rows:
            # A region may have been removed from the settings; its connections are counted even so.
            name = region if region in settings.CDP_REGIONS else "other"
            results.add_metric([name, team, result or "never_used"], number)
        return [sessions, results, self._clock(), *record_months.gauges()]

    def _clock(self) -> GaugeMetricFamily:
        """A gauge of the seconds by which this host's clock is ahead of the database's; 0 on SQLite, whose clock is this host's."""
        clock = GaugeMetricFamily(
            "cdpviewer_clock_offset_seconds", "By how much the clock of this server is ahead of the database's."
        )
        postgresql = connection.vendor == "postgresql"
        clock.add_metric([], database_clock.host_offset(*database_clock.STATEMENT.run(connection)) if postgresql else 0)
        return clock
