"""During an upgrade two versions share a database, so a migration adds only what the previous release can ignore.

A column or table that the previous release still uses is removed one release later, and such a migration is listed in CONTRACTS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.fields import NOT_PROVIDED

from tests import last_release

# By (app, migration): the release since which nothing uses what the migration removes.
CONTRACTS: dict[tuple[str, str], str] = {}

TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.RunSQL,
)


def breaking(app: str, operations: Sequence[Operation], before: ProjectState) -> Iterator[str]:
    """The operations that would break the previous release: rows that it writes are refused, or columns that it reads are gone."""
    state = before.clone()
    made: set[tuple[str, str]] = set()  # columns; "" for a whole table
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from breaking(app, operation.database_operations, state)
        elif isinstance(operation, migrations.CreateModel):
            made.add((operation.name_lower, ""))
        elif isinstance(operation, migrations.AddField):
            made.add((operation.model_name_lower, operation.name))
        if is_noticed(app, operation, state, made):
            yield operation.describe()
        operation.state_forwards(app, state)


def is_noticed(app: str, operation: Any, state: ProjectState, made: set[tuple[str, str]]) -> bool:
    """Whether it removes something, adds a column that needs a value, or restricts something that was not `made` in this migration."""
    if isinstance(operation, migrations.AddField):
        return needs_a_value(operation.field)
    if isinstance(operation, migrations.AlterField):
        return is_narrower(state.models[app, operation.model_name_lower].fields[operation.name], operation.field)
    if isinstance(operation, migrations.AddConstraint):
        rule: Any = operation
        return not made & {(rule.model_name_lower, column) for column in ("", *columns(rule.constraint))}
    return isinstance(operation, TAKES_AWAY)


def columns(rule: Any) -> set[str]:
    """The columns that a rule names, including those of its condition."""
    condition = getattr(rule, "condition", None)
    named = (
        {child[0].partition("__")[0] for child in condition.children if isinstance(child, tuple)}
        if condition
        else set()
    )
    return named | set(getattr(rule, "fields", ()))


def needs_a_value(field: Any) -> bool:
    """Whether the database refuses a row without this column."""
    return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)


def is_narrower(old: Any, new: Any) -> bool:
    """Whether a column accepts less than before, or has another type."""
    kinds = [field.clone().db_parameters(connection)["type"] for field in (old, new)]
    wider = (
        old.max_length
        and new.max_length
        and old.get_internal_type() == new.get_internal_type()
        and new.max_length >= old.max_length
    )
    return bool((old.null and not new.null) or (kinds[0] != kinds[1] and not wider))


def test_migrations_since_the_release_only_add() -> None:
    last_release.check()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    released = {node for last in last_release.MIGRATIONS.items() for node in loader.graph.forwards_plan(last)}
    findings = {}
    for node, migration in loader.disk_migrations.items():
        if node[0] in ("orders", "accounts") and node not in released and node not in CONTRACTS:
            before = loader.project_state(node, at_end=False)
            findings[node] = list(breaking(node[0], migration.operations, before))
    assert len(findings) >= 6
    assert {node: reasons for node, reasons in findings.items() if reasons} == {}


OLD: Any = models.CharField(max_length=20, null=True)
CASES: dict[str, tuple[Operation, bool]] = {
    "a new table": (migrations.CreateModel("Other", [("id", models.AutoField(primary_key=True)), ("text", models.TextField())]), False),
    "a column that may be empty": (migrations.AddField("order", "more", models.TextField(null=True)), False),
    "a column the database fills": (migrations.AddField("order", "more", models.TextField(db_default="")), False),
    "a column that Python fills": (migrations.AddField("order", "more", models.TextField(default="")), True),
    "an index": (migrations.AddIndex("order", models.Index(fields=["name"], name="by_name")), False),
    "data changed": (migrations.RunPython(migrations.RunPython.noop), False),
    "a column less": (migrations.RemoveField("order", "name"), True),
    "a renamed column": (migrations.RenameField("order", "name", "title"), True),
    "a table less": (migrations.DeleteModel("Order"), True),
    "a renamed table": (migrations.RenameModel("Order", "Booking"), True),
    "a table less that only Django forgets": (migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Order")]), False),
    "a table less inside": (migrations.SeparateDatabaseAndState(database_operations=[migrations.DeleteModel("Order")]), True),
    "other choices": (migrations.AlterField("order", "name", models.CharField(max_length=20, null=True, choices=[("a", "b")])), False),
    "longer texts": (migrations.AlterField("order", "name", models.CharField(max_length=40, null=True)), False),
    "shorter texts": (migrations.AlterField("order", "name", models.CharField(max_length=10, null=True)), True),
    "no empty values": (migrations.AlterField("order", "name", models.CharField(max_length=20)), True),
    "another type": (migrations.AlterField("order", "name", models.IntegerField(null=True)), True),
    "a rule for old columns": (migrations.AddConstraint("order", models.UniqueConstraint(fields=["name"], name="once")), True),
    "statements nobody can judge": (migrations.RunSQL("SELECT 1"), True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_the_release_before_would_notice(case: str) -> None:
    operation, noticed = CASES[case]
    before = ProjectState()
    before.add_model(ModelState("shop", "Order", [("id", models.AutoField(primary_key=True)), ("name", OLD.clone())]))
    assert bool(list(breaking("shop", [operation], before))) is noticed


def test_a_rule_for_a_new_column_is_no_matter() -> None:
    before = ProjectState()
    before.add_model(ModelState("shop", "Order", [("id", models.AutoField(primary_key=True)), ("name", OLD.clone())]))
    added = migrations.AddField("order", "more", models.TextField(null=True))
    rule = migrations.AddConstraint("order", models.UniqueConstraint(fields=["more", "name"], name="once"))
    assert list(breaking("shop", [added, rule], before)) == []
