"""Reading user names and groups from a provider's claims, and updating users' groups to match."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError

from accounts import open_sessions
from accounts.sign_on.choices import Provider
from accounts.sign_on.refusals import Kind, NotSignedIn

LONGEST_NAME = 150
log = structlog.stdlib.get_logger("accounts.sign_on")


def new_name(claims: Mapping[str, Any], provider: Provider) -> str:
    """The name for a new user, from the claims. Raises NotSignedIn if it is unusable, or if a user here already has it.

    An existing account is never handed over just because the name matches.
    """
    name = usable_name(claims.get(provider.username_claim))
    if not name:
        raise NotSignedIn(Kind.NAME_UNUSABLE)
    if User.objects.filter(username__iexact=name).exists():
        raise NotSignedIn(Kind.NAME_TAKEN, person=name)
    return name


def usable_name(sent: object) -> str:
    """The name that was sent, normalized to NFKC; "" if it is not a valid user name.

    Names must not contain spaces: `account_events` relies on that.
    """
    name = unicodedata.normalize("NFKC", sent) if isinstance(sent, str) else ""
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        return ""
    return name if len(name) <= LONGEST_NAME else ""


def ours(claims: Mapping[str, Any], provider: Provider) -> set[str]:
    """The names of our groups to which the groups in the claims are mapped. The groups claim may be one name or a list.

    Raises NotSignedIn if the provider left the groups out because there were too many for the token: the user then keeps their groups here.
    https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference#groups-overage-claim
    """
    names = claims.get("_claim_names")
    elsewhere = isinstance(names, dict) and provider.groups_claim in names
    if provider.groups_claim not in claims and (elsewhere or claims.get("hasgroups")):
        log.error("provider_leaves_groups_out", hint="send only the groups assigned to this application, or roles")
        raise NotSignedIn(Kind.FAILED)
    sent = claims.get(provider.groups_claim)
    theirs: Iterable[Any] = [sent] if isinstance(sent, str) else sent if isinstance(sent, list) else []
    return {provider.groups[name] for name in theirs if isinstance(name, str) and name in provider.groups}


def check(claims: Mapping[str, Any], provider: Provider, person: User | None) -> None:
    """Check that a user may sign in, and update the groups of an existing user. Raises NotSignedIn if the user may not sign in.

    The user must be active, and in a mapped group that exists here. If an existing user is in no such group, all their sessions end.
    `person` is None for a new user. Also raises NotSignedIn, and changes nothing, if the provider left the groups out (see `ours`).
    """
    groups = ours(claims, provider) - missing(provider.groups.values())
    if person is not None:
        if not person.is_active:
            raise NotSignedIn(Kind.INACTIVE, person=person.username)
        follow_names(person, groups, set(provider.groups.values()))
        if not groups:
            open_sessions.end(person)
    if not groups:
        raise NotSignedIn(Kind.NO_GROUP, person=person.username if person else "")


def follow(claims: Mapping[str, Any], provider: Provider, person: User) -> None:
    """Make the user a member of the groups that the claims map to, and of no other mapped group. Other groups are not affected.

    Raises NotSignedIn if the provider left the groups out (see `ours`).
    """
    follow_names(person, ours(claims, provider), set(provider.groups.values()))


def missing(names: Iterable[str]) -> set[str]:
    """Those of `names` for which there is no group here."""
    requested = set(names)
    return requested - set(Group.objects.filter(name__in=requested).values_list("name", flat=True))


def follow_names(person: User, names: set[str], managed: set[str]) -> None:
    """Make the user a member of the groups in `names`, and of no other `managed` group; log `managed` groups that do not exist."""
    groups = {group.name: group for group in Group.objects.filter(name__in=managed)}
    if absent := sorted(managed - groups.keys()):
        log.error("mapped_groups_missing", groups=absent)
    has = set(person.groups.filter(name__in=managed).values_list("name", flat=True))
    if given := [groups[name] for name in sorted(names - has) if name in groups]:
        person.groups.add(*given)
    if taken := [groups[name] for name in sorted(has - names)]:
        person.groups.remove(*taken)
