"""The connection tables with sealed columns, for the commands that count and reseal their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from orders.models import Connection, ConnectionMember, SharedConnection


@dataclass(frozen=True, slots=True)
class SealedRows:
    """A model whose `columns` are sealed under the server's keys.

    `check` raises `CredentialUnreadable` if a row's credential cannot be opened; `title` returns the row's name for messages; `related`
    lists the foreign keys to follow when a row is read.
    """

    model: type[Model]
    columns: tuple[str, ...]
    check: Callable[[Any], object]
    title: Callable[[Any], str]
    related: tuple[str, ...] = ()

    def sealed(self, row: Model) -> dict[str, str]:
        """The row's sealed values, by column."""
        return {column: getattr(row, column) for column in self.columns}


# A shared connection's credential is sealed under the connection's own data key, so only that key has to be resealed.
TABLES = (
    SealedRows(
        Connection,
        ("sealed_client_key", "sealed_token"),
        lambda row: row.open_sealed(),
        lambda row: f"connection {row.pk} of user {row.user_id}",
    ),
    SealedRows(
        SharedConnection,
        ("sealed_key",),
        lambda row: row.for_administration().credentials(),
        lambda row: f"shared connection {row.pk}",
    ),
    SealedRows(
        ConnectionMember,
        ("sealed_key",),
        lambda row: row.connection().credentials(),
        lambda row: f"shared connection {row.shared_id} for user {row.user_id}",
        related=("shared",),
    ),
)
