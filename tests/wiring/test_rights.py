"""Rights are decided in two modules, one for those of people and one for those of orders, so that they are easy to find."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACCESS = (ROOT / "orders" / "views" / "access.py", ROOT / "accounts" / "access.py")
DECIDING = {"has_perm", "has_perms", "has_module_perms", "with_perm", "user_passes_test", "permission_required"}
DECIDING |= {"get_all_permissions", "get_group_permissions", "get_user_permissions", "is_superuser", "is_staff"}
DECIDING |= {"user.groups", "user.user_permissions"}
IN_TEMPLATES = re.compile(
    r"\bperms\b|\bis_staff\b|\bis_superuser\b|\buser\.groups\b|\w*permissions\b|\bhas_\w*perms?\b"
)
CODE = sorted(
    path for app in ("accounts", "orders", "cdpviewer") for path in (ROOT / app).rglob("*.py") if path not in ACCESS
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def names_of(source: str) -> set[str]:
    """The names and attributes that a module uses; those of a user also with the prefix "user."."""
    nodes = list(ast.walk(ast.parse(source)))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    of_users = {f"user.{node.attr}" for node in attributes if ast.unparse(node.value).rpartition(".")[2] == "user"}
    return {node.attr for node in attributes} | of_users | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_no_module_but_access_decides_a_right() -> None:
    deciding = {path.relative_to(ROOT).as_posix(): names_of(path.read_text()) & DECIDING for path in CODE}
    # The list of people shows who is a superuser, and the session keeps the rights that Django's backend finds.
    known = {
        "accounts/views/people.py": {"is_superuser"},
        "accounts/session_store.py": {"get_all_permissions", "is_superuser"},
    }
    assert {name: names for name, names in deciding.items() if names} == known
    assert all("has_perm" in names_of(path.read_text()) for path in ACCESS)


def test_no_template_decides_a_right() -> None:
    deciding = {
        path.relative_to(ROOT / "templates").as_posix(): IN_TEMPLATES.findall(path.read_text()) for path in TEMPLATES
    }
    known = {"people/one.html": ["is_superuser"]}  # shows it for the person on the page
    assert {name: names for name, names in deciding.items() if names} == known


@pytest.mark.parametrize(
    "source",
    [
        "request.user.has_perm('x')",
        "@permission_required('x')\ndef view(): ...",
        "request.user.groups.filter(name='Supervisors').exists()",
        "'orders.manage_people' in request.user.get_all_permissions()",
        "request.user.user_permissions.exists()",
    ],
)
def test_such_a_view_would_be_found(source: str) -> None:
    assert names_of(source) & DECIDING


@pytest.mark.parametrize(
    "source",
    ["{% if perms.orders %}", "{% if user.is_staff %}", "{% if user.groups.count() %}", "{{ user.has_perm('x') }}"],
)
def test_such_a_template_would_be_found(source: str) -> None:
    assert IN_TEMPLATES.search(source)


def imports_of(source: str) -> set[str]:
    """The full names that a module imports."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{each.name}" for node in nodes for each in node.names}


def test_one_door_signs_people_in() -> None:
    """Any other way to sign people in would skip the second step."""
    doors = {"django.contrib.auth.login", "django.contrib.auth.alogin", "allauth.account.utils.perform_login"}
    paths = {path.relative_to(ROOT).as_posix() for path in CODE if imports_of(path.read_text()) & doors}
    assert paths == {"accounts/sign_on/door.py"}
    assert not [path for path in CODE if re.search(r"\bauth\.a?login\(|post_reset_login *= *True", path.read_text())]
