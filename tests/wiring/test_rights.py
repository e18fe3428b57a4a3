"""Rights are decided in two modules, one for those of people and one for those of orders, so that they are easy to find."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from accounts import access
from tests.packages import PROGRAM

ROOT = Path(__file__).parents[2]
ACCESS = (ROOT / "orders" / "views" / "access.py", ROOT / "accounts" / "access.py")
DECIDING = {"has_perm", "has_perms", "has_module_perms", "with_perm", "user_passes_test", "permission_required"}
DECIDING |= {"get_all_permissions", "get_group_permissions", "get_user_permissions", "is_superuser", "is_staff"}
DECIDING |= {"staff_member_required", "UserPassesTestMixin", "PermissionRequiredMixin", "has_permission"}
DECIDING |= {".groups", ".user_permissions", "codename", "groups__", "permissions__"}
DECIDING |= {"has_reveal", "MANAGES", "SEES_ACTIVITY", access.MANAGES, access.SEES_ACTIVITY}
LOOKUPS = re.compile(r"codename|groups__|permissions__")
IN_TEMPLATES = re.compile(
    r"\bperms\b|\bis_staff\b|\bis_superuser\b|\.groups\b|\w*permissions\b|\bhas_\w*perms?\b|\bhas_reveal\b"
    rf"|\b{access.MANAGES}\b|\b{access.SEES_ACTIVITY}\b"
)
CODE = sorted(
    path
    for app in PROGRAM
    for path in (ROOT / app).rglob("*.py")
    if path not in ACCESS and "migrations" not in path.parts  # which give rights to groups, and decide none
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
KNOWN = {
    # Shown, edited, recorded, or noted at sign-in: who is a superuser, who has which groups and rights.
    "accounts/admin.py": {"is_staff", "is_superuser"},
    "accounts/rights.py": {".groups", ".user_permissions", "codename", "is_staff", "is_superuser"},
    "accounts/roles.py": {".groups", "MANAGES", "SEES_ACTIVITY", access.MANAGES},
    "accounts/views/people.py": {".groups", "is_superuser"},
    "cdpviewer/demo/demo_data.py": {".groups"},
    # The groups that a provider or directory names, and those that a connection is shared with.
    "accounts/sign_on/directory.py": {".groups"},
    "accounts/sign_on/membership.py": {".groups"},
    "cdpviewer/checks.py": {".groups"},
    "cdpviewer/sign_on.py": {".groups"},
    "orders/models/members.py": {".groups", "groups__"},
    "orders/models/receivers.py": {".groups"},
    # Read for the modules that decide: the permissions, the right to reveal along with the connection, and the links of the menu.
    "accounts/session_store.py": {"codename", "get_all_permissions", "is_superuser"},
    "orders/http.py": {"has_reveal"},
    "orders/views/cdp_view.py": {"has_reveal"},
    "accounts/context.py": {"MANAGES", access.MANAGES},
}
KNOWN_IN_TEMPLATES = {
    "base.html": [access.MANAGES] * 2,  # the links of the menu
    "people/one.html": ["is_superuser"],  # shows it for the person on the page
    "shared/list.html": [".groups"],  # those that a connection is shared with
}


NO_CODE = re.compile(r"{#.*?#}|_\(\"[^\"]*\"\)", re.DOTALL)  # comments and phrases
HINT = "a right is decided in accounts/access.py or orders/views/access.py; what only shows or stores one stands in KNOWN, with the reason"


def names_of(source: str) -> set[str]:
    """The names, attributes (also with a dot before them), imports, keywords and strings of a module, and the parts of look-ups in them."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.name for node in nodes if isinstance(node, ast.alias)}
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}  # as the groups of a match
    for node in nodes:
        if isinstance(node, ast.Attribute):
            names |= {node.attr} if id(node) in called else {node.attr, f".{node.attr}"}
    texts = {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    texts |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return names | texts | {lookup for text in texts for lookup in LOOKUPS.findall(text)}


def test_no_module_but_access_decides_a_right() -> None:
    deciding = {path.relative_to(ROOT).as_posix(): names_of(path.read_text()) & DECIDING for path in CODE}
    assert {name: signs for name, signs in deciding.items() if signs} == KNOWN, HINT
    assert all("has_perm" in names_of(path.read_text()) for path in ACCESS)


def test_no_template_decides_a_right() -> None:
    deciding = {
        path.relative_to(ROOT / "templates").as_posix(): IN_TEMPLATES.findall(NO_CODE.sub("", path.read_text()))
        for path in TEMPLATES
    }
    assert {name: signs for name, signs in deciding.items() if signs} == KNOWN_IN_TEMPLATES, HINT


@pytest.mark.parametrize(
    "source",
    [
        "request.user.has_perm('x')",
        "@permission_required('x')\ndef view(): ...",
        "request.user.groups.filter(name='Supervisors').exists()",
        "'orders.manage_people' in request.user.get_all_permissions()",
        "request.user.user_permissions.exists()",
        "agent.groups.filter(name='Supervisors').exists()",
        "from accounts.access import MANAGES as links",
        "'people' in request.session.get('manages', ())",
        "User.objects.filter(groups__permissions__name='x')",
        "person.filter(**{'user_permissions__name': 'x'})",
        "Permission.objects.filter(user=agent).values('codename')",
        "request.has_reveal",
        "@staff_member_required\ndef view(): ...",
        "class View(UserPassesTestMixin): ...",
        "site.has_permission(request)",
    ],
)
def test_such_a_view_would_be_found(source: str) -> None:
    assert names_of(source) & DECIDING


@pytest.mark.parametrize(
    "source",
    [
        "{% if perms.orders %}",
        "{% if user.is_staff %}",
        "{% if agent.groups.count() %}",
        "{{ user.has_perm('x') }}",
        "{% if request.has_reveal %}",
        "{% if request.session.sees_activity %}",
    ],
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
    found = {path.relative_to(ROOT).as_posix() for path in CODE if imports_of(path.read_text()) & doors}
    assert found == {"accounts/sign_on/door.py"}
    assert not [path for path in CODE if re.search(r"\bauth\.a?login\(|post_reset_login *= *True", path.read_text())]
