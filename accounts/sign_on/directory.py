"""Sign-in with the company's LDAP directory, which checks the password. Each sign-in updates the user's groups from the directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import Any

import ldap
import structlog
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest
from django_auth_ldap.backend import LDAPBackend, LDAPSettings, ldap_error
from django_auth_ldap.config import LDAPSearch, MemberDNGroupType
from gevent import monkey  # type: ignore[import-untyped]
from gevent.threadpool import ThreadPool  # type: ignore[import-untyped]
from ldap.ldapobject import SimpleLDAPObject

from accounts import open_sessions, throttling
from accounts.sign_on import membership
from accounts.sign_on.choices import Directory
from accounts.sign_on.linking import may_come_from_directory
from accounts.sign_on.refusals import Kind, NotSignedIn
from accounts.throttling import NotChecked, Uncounted
from orders.privacy import account_events
from orders.storage.lock_timeout import give_back

AT_ONCE = 8  # how many sign-ins of one process may wait for the directory at a time
_WAITING = BoundedSemaphore(AT_ONCE)
# The errors that directories return, besides "invalid credentials", for accounts that are locked or disabled, or have no password.
ACCOUNT_REFUSED = (ldap.UNWILLING_TO_PERFORM, ldap.CONSTRAINT_VIOLATION, ldap.INAPPROPRIATE_AUTH)
log = structlog.stdlib.get_logger("accounts.sign_on")


class DirectoryDown(NotChecked):
    """The directory cannot be used now, or too many sign-ins are waiting for it."""


@contextmanager
def _place() -> Iterator[None]:
    """Hold one of the AT_ONCE slots during the block. Raises DirectoryDown if no slot becomes free within the directory's timeout."""
    with throttling.elsewhere():
        acquired = _WAITING.acquire(timeout=_chosen().timeout)
    if not acquired:
        log.error("directory_crowded")
        raise DirectoryDown("too many wait for the directory")
    try:
        yield
    finally:
        _WAITING.release()


class Refused(NotSignedIn, Uncounted):
    """The password is correct, but the user is in no mapped group, or the user name is unusable or taken."""

    by_directory = True


@cache
def _threads(_process: int) -> ThreadPool:
    return ThreadPool(AT_ONCE)


class _Connection(SimpleLDAPObject):
    """An LDAP connection whose calls run in a thread under gevent, because libldap would otherwise block the whole process."""

    def _ldap_call(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        give_back()  # the database connection, which others need meanwhile
        with throttling.elsewhere():
            if not monkey.is_module_patched("threading"):
                return super()._ldap_call(func, *args, **kwargs)
            return _threads(os.getpid()).apply(super()._ldap_call, (func, *args), kwargs)

    def simple_bind_s(self, who: str | None = None, cred: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Bind. If the directory refuses a user's account, raise INVALID_CREDENTIALS, because the directory itself is not down."""
        try:
            return super().simple_bind_s(who, cred, *args, **kwargs)
        except ACCOUNT_REFUSED:
            if who == _chosen().bind_dn:
                raise
            raise ldap.INVALID_CREDENTIALS from None


class _Ldap:
    """The module `ldap`, except that `initialize` returns our `_Connection`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(ldap, name)

    def initialize(self, uri: str, **_kwargs: Any) -> _Connection:
        return _Connection(uri)


class Backend(LDAPBackend):
    """An authentication backend that checks passwords with the directory, and adds new users.

    It signs in only users for whom `may_come_from_directory` is true.
    """

    def __init__(self) -> None:
        chosen = _chosen()
        self.settings = LDAPSettings(self.settings_prefix, _settings(chosen))

    @property
    def ldap(self) -> Any:
        return _Ldap()

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the user, active or not; None if the name or password is wrong.

        Also return None, without contacting the directory, if the name belongs to an existing user whom the directory must not sign in.
        Raises DirectoryDown if the directory cannot be used, and Refused in the cases that `get_or_build_user` describes.
        """
        if not username or not password or "\x00" in username or "\x00" in password:
            return None
        if not all(map(may_come_from_directory, User.objects.filter(username__iexact=username.strip()))):
            return None
        with _place(), account_events.acting_as(_chosen().as_actor):
            person: User | None = super().authenticate(request, username, password, **kwargs)
        return person

    def authenticate_ldap_user(self, ldap_user: Any, password: str) -> User | None:
        """Return the user, with groups updated if the user is active; None if the name or password is wrong."""
        person: User | None = super().authenticate_ldap_user(ldap_user, password)
        if person is not None and person.is_active:
            groups = _ours(ldap_user.group_names)
            membership.follow_names(person, groups, set(_chosen().groups.values()))
        return person

    def get_or_build_user(self, username: str, ldap_user: Any) -> tuple[User, bool]:
        """Return the user whose name is in the directory's entry (a new user is added), and False, because nothing is left to save.

        Raises Refused if that name is unusable, or belongs to a user whom the directory must not sign in. Also raises Refused if the
        user is in no mapped group; an existing user is then removed from the mapped groups here, and all the user's sessions end.
        """
        name = membership.usable_name((ldap_user.attrs.get(_chosen().name_attribute) or [""])[0])
        if not name:
            raise Refused(Kind.NAME_UNUSABLE)
        here = list(User.objects.filter(username__iexact=name).order_by("pk"))
        if not all(map(may_come_from_directory, here)):
            raise Refused(Kind.NAME_TAKEN, person=name)
        known = here[0] if here else None
        if not _ours(ldap_user.group_names):
            if known is not None:
                membership.follow_names(known, set(), set(_chosen().groups.values()))
                open_sessions.end(known)
            raise Refused(Kind.NO_GROUP, person=name)
        if known is None:  # another first sign-in may have added the user in the meantime
            known, _added = User.objects.get_or_create(
                username=name.lower(), defaults={"password": make_password(None)}
            )
            if not may_come_from_directory(known):
                raise Refused(Kind.NAME_TAKEN, person=name)
        return known, False


def _chosen() -> Directory:
    chosen: Directory | None = settings.SIGN_ON.directory
    if chosen is None:
        raise DirectoryDown("no directory is set")
    return chosen


def _ours(theirs: set[str]) -> set[str]:
    groups = {name.casefold(): ours for name, ours in _chosen().groups.items()}
    mapped = {groups[name.casefold()] for name in theirs if name.casefold() in groups}
    return mapped - membership.missing(mapped)


def _settings(chosen: Directory) -> dict[str, Any]:
    options: dict[int, Any] = {
        ldap.OPT_NETWORK_TIMEOUT: chosen.timeout,
        ldap.OPT_TIMEOUT: chosen.timeout,
        ldap.OPT_REFERRALS: 0,
    }
    if chosen.start_tls or chosen.url.lower().startswith("ldaps:"):
        # A valid certificate is always required, whatever the machine's ldap.conf says.
        options[ldap.OPT_X_TLS_REQUIRE_CERT] = ldap.OPT_X_TLS_DEMAND
        if chosen.ca_file:
            options[ldap.OPT_X_TLS_CACERTFILE] = chosen.ca_file
        options[ldap.OPT_X_TLS_NEWCTX] = 0  # must be last: it puts the TLS options above into effect
    return {
        "SERVER_URI": chosen.url,
        "START_TLS": chosen.start_tls,
        "CONNECTION_OPTIONS": options,
        "BIND_DN": chosen.bind_dn,
        "BIND_PASSWORD": chosen.bind_password,
        "USER_SEARCH": LDAPSearch(chosen.people, ldap.SCOPE_SUBTREE, chosen.people_filter, [chosen.name_attribute]),
        "GROUP_SEARCH": LDAPSearch(chosen.groups_base, ldap.SCOPE_SUBTREE, "(objectClass=*)"),
        "GROUP_TYPE": MemberDNGroupType("member", name_attr="cn"),
        "ALWAYS_UPDATE_USER": False,
    }


@receiver(ldap_error, dispatch_uid="accounts.sign_on.directory.down")
def _down(exception: Exception, context: str, **_kwargs: Any) -> None:
    """Raise DirectoryDown for an error that the library would treat as a wrong password, so that no failed attempt is counted."""
    log.error("directory_failed", context=context, error=type(exception).__name__)
    raise DirectoryDown("the directory cannot be asked") from None
