"""Rights are decided in two modules, those of people and those of orders, so that nobody has to search for them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACCESS = (ROOT / "orders" / "views" / "access.py", ROOT / "accounts" / "access.py")
DECIDING = {"has_perm", "has_perms", "has_module_perms", "user_passes_test", "permission_required", "is_superuser", "is_staff"}  # fmt: skip
CODE = sorted(
    path for app in ("accounts", "orders", "cdpviewer") for path in (ROOT / app).rglob("*.py") if path not in ACCESS
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def names_of(source: str) -> set[str]:
    """The names and attributes that a module uses."""
    nodes = list(ast.walk(ast.parse(source)))
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return used | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_no_module_but_access_decides_a_right() -> None:
    deciding = {path.relative_to(ROOT).as_posix(): names_of(path.read_text()) & DECIDING for path in CODE}
    # A row of the list of people says who is a superuser, and Django's backend has all permissions of one.
    known = {"accounts/views/people.py": {"is_superuser"}, "accounts/session_store.py": {"is_superuser"}}
    assert {name: found for name, found in deciding.items() if found} == known
    assert all("has_perm" in names_of(path.read_text()) for path in ACCESS)


def test_no_template_decides_a_right() -> None:
    deciding = [path.name for path in TEMPLATES if re.search(r"\bperms\b", path.read_text())]
    assert deciding == []


@pytest.mark.parametrize("source", ["request.user.has_perm('x')", "@permission_required('x')\ndef view(): ..."])
def test_such_a_module_would_be_found(source: str) -> None:
    assert names_of(source) & DECIDING


def imports_of(source: str) -> set[str]:
    """What a module imports, by full names."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{each.name}" for node in nodes for each in node.names}


def test_one_door_signs_people_in() -> None:
    """A sign-in beside it would skip the second step."""
    doors = {"django.contrib.auth.login", "django.contrib.auth.alogin", "allauth.account.utils.perform_login"}
    found = {path.relative_to(ROOT).as_posix() for path in CODE if imports_of(path.read_text()) & doors}
    assert found == {"accounts/sign_on/door.py"}
    assert not [path for path in CODE if re.search(r"\bauth\.a?login\(|post_reset_login *= *True", path.read_text())]
