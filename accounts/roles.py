"""Roles: the groups that come with the program, with their labels and descriptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Group, User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import MANAGES, SEES_ACTIVITY, may_manage_people, may_share_connections, may_view_all_activity


@dataclass(frozen=True, slots=True)
class Role:
    """A role: the name of its `group`, its own `name` in import files, and its `label` and description (`words`) for display."""

    group: str
    name: str
    label: str | Promise
    words: str | Promise


ROLES = (
    Role("Agents", "agent", _("Agent"), _("Reads orders.")),
    Role(
        "Supervisors",
        "supervisor",
        _("Supervisor"),
        _("Can also reveal hidden personal data, such as passport numbers."),
    ),
    Role("Auditors", "auditor", _("Auditor"), _("Sees everybody’s activity.")),
    Role(
        "Administrators",
        "administrator",
        _("Administrator"),
        _("Adds people, assigns roles, shares connections, and sees everybody’s activity."),
    ),
)
GROUPS = {role.group: role for role in ROLES}


def labels(groups: Iterable[Group]) -> list[str]:
    """A label for each of the groups: the label of its role, or the group's own name if it belongs to no role."""
    return [str(GROUPS[group.name].label) if group.name in GROUPS else group.name for group in groups]


def set_roles(person: User, names: Iterable[str]) -> bool:
    """Give the user exactly the roles whose groups have these names, and keep any groups that are not roles.

    A role whose group has been deleted is not given. Return whether any role was given or taken away.
    """
    requested = set(names)
    held = set(person.groups.filter(name__in=GROUPS).values_list("name", flat=True))
    given, taken = (list(Group.objects.filter(name__in=some)) for some in (requested - held, held - requested))
    person.groups.add(*given)
    person.groups.remove(*taken)
    return bool(given or taken)


@receiver(user_logged_in, dispatch_uid="accounts.roles.note_what_they_manage")
def note_what_they_manage(request: HttpRequest, user: AbstractBaseUser, **_kwargs: Any) -> None:
    """Store in the session which management links the user's menu has, and whether the user may see everybody's activity.

    Most pages then need no query to find out.
    """
    if isinstance(user, User):
        rights = {"people": may_manage_people, "connections": may_share_connections}
        if manages := [name for name, may in rights.items() if may(user)]:
            request.session[MANAGES] = manages
        if may_view_all_activity(user):
            request.session[SEES_ACTIVITY] = True
