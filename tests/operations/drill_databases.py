"""The databases of a drill: the one in use, and the copy made from its backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.postgres_server import Server

Row = tuple[object, ...]


@dataclass
class OnSqlite:
    """A database file in use, and the one that the drill makes."""

    folder: Path
    name = "SQLite"
    address = "127.0.0.1:1"  # its commands name none

    def __post_init__(self) -> None:
        self.files = {"in use": self.folder / "in-use.sqlite3", "drill": self.folder / "var" / "drill.sqlite3"}

    def settings(self) -> dict[str, str]:
        return {"DATABASE_URL": f"sqlite:///{self.files['in use']}"}

    def owner(self) -> dict[str, str]:
        """Further settings for commands."""
        return {}

    def rows(self, which: str, sql: str) -> list[Row]:
        with closing(sqlite3.connect(self.files[which])) as database:
            return database.execute(sql).fetchall()

    def newest(self) -> str:
        """The time (UTC) of the newest record in the drill's database, to the second."""
        return str(self.rows("drill", "SELECT max(at) FROM orders_accessrecord")[0][0])[:19]

    def size(self) -> int:
        """Size of the database in use, in bytes."""
        return int(
            str(self.rows("in use", "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0][0])
        )

    def tamper(self, sql: str) -> None:
        """Change the restored database, bypassing the protection of records."""
        with closing(sqlite3.connect(self.files["drill"])) as database, database:
            database.execute("DROP TRIGGER orders_accessrecord_no_update")
            database.execute(sql)

    def left(self) -> list[str]:
        """The files that the drill has left behind."""
        return [path.name for path in (self.folder / "var").iterdir()]


@dataclass
class OnPostgres:
    """A database in use with two roles as in docs/operating.md, and the drill's with two others, on one server."""

    server: Server
    name = "PostgreSQL"

    def __post_init__(self) -> None:
        self.address = quote(str(self.server.folder), safe="")
        with self.server.connect() as superuser:
            for statement in (
                "CREATE ROLE cdpviewer_owner LOGIN", "CREATE ROLE cdpviewer_pages LOGIN",
                "CREATE DATABASE cdpviewer OWNER cdpviewer_owner",
            ):  # fmt: skip
                superuser.execute(statement.encode())

    def settings(self) -> dict[str, str]:
        return {"DATABASE_URL": self.server.url("cdpviewer", "cdpviewer_pages")}

    def owner(self) -> dict[str, str]:
        return {"CDPVIEWER_OWNER_DATABASE_URL": self.server.url("cdpviewer", "cdpviewer_owner")}

    def rows(self, which: str, sql: str) -> list[Row]:
        with self.server.connect({"in use": "cdpviewer"}.get(which, which)) as database:
            return database.execute(sql.encode()).fetchall()

    def newest(self) -> str:
        return str(self.rows("drill", "SELECT max(at) AT TIME ZONE 'UTC' FROM orders_accessrecord")[0][0])[:19]

    def size(self) -> int:
        return int(str(self.rows("in use", "SELECT pg_database_size(current_database())")[0][0]))

    def tamper(self, sql: str) -> None:
        with self.server.connect("drill") as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(sql.encode())

    def left(self) -> list[str]:
        names = self.rows("postgres", "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles")
        return [str(name) for (name,) in names if "drill" in str(name)]


Database = OnSqlite | OnPostgres
