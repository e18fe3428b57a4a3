"""Rights of the pages' database role, if another role owns the tables. The pages' role cannot change or delete access records."""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ALL = "SELECT, INSERT, UPDATE, DELETE"
RESTRICTED = {
    "orders_accessrecord": "SELECT, INSERT",
    "auth_user": "SELECT, INSERT, UPDATE",
    "auth_permission": "SELECT",
    "django_content_type": "SELECT",
    "django_migrations": "SELECT",
}


def rights() -> dict[str, str]:
    """The rights of the pages' database role by table, written as in GRANT: for example, "SELECT, INSERT"."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}  # noqa: SLF001
    return {table: RESTRICTED.get(table, ALL) for table in sorted(tables | {"django_migrations"})}


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` exactly its `rights` on tables, and USAGE on the schema and its sequences; do nothing if `role` is the owner.

    All of this is done in one transaction on `connection`, which must be opened as the owner of the tables.
    """
    name = connection.ops.quote_name(role)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        owner, schema = cursor.fetchone()
        if owner == role:
            return
        schema = connection.ops.quote_name(schema)
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            cursor.execute(f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM {name}")
        for table, allowed in rights().items():
            cursor.execute(f"GRANT {allowed} ON {connection.ops.quote_name(table)} TO {name}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}")
