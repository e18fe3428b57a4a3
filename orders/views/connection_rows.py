"""Connections as pages show them, without their credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from orders.display.countries import choices
from orders.models import AnyConnection
from orders.problems import result_word


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection to show: the user's own, or shared if `shared_by` is not None.

    Timestamps are aware UTC; `last_used_at` is None if the credential has not been used.
    """

    id: UUID
    name: str
    region: str
    region_known: bool
    version: str
    clock: str
    country: str
    is_default: bool
    is_confirmed: bool
    shared_by: str | None
    set_at: datetime
    last_used_at: datetime | None
    last_result: str
    last_result_words: str


def row_of(connection: AnyConnection, *, is_default: bool = False) -> ConnectionRow:
    return ConnectionRow(
        id=connection.pk,
        name=connection.name,
        region=connection.region,
        region_known=connection.region in settings.CDP_REGIONS,
        version=connection.get_version_display(),
        clock=connection.get_clock_display(),
        country=dict(choices()).get(connection.country, connection.country),
        is_default=is_default or connection.is_chosen,
        is_confirmed=connection.is_confirmed,
        shared_by=connection.shared_by,
        set_at=connection.set_at,
        last_used_at=connection.last_used_at,
        last_result=connection.last_result,
        last_result_words=result_word(connection.last_result),
    )
