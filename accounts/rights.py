"""Signal receivers that record sign-ins and sign-outs, and changes made to people and groups by pages, the admin or other code.

Changes made with `QuerySet.update` or SQL send no signal, so they are not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from django.contrib.auth.models import AbstractBaseUser, Group, Permission, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver

from accounts import own_password
from accounts.sign_in_method import Method, noted
from orders.http import Request
from orders.models import Connection
from orders.privacy import account_events, outcomes, password_mark
from orders.privacy.access_log import hashed
from orders.privacy.outcomes import Fixed, Outcome
from orders.privacy.record_kinds import Action

WATCHED = ("username", "password", "is_active", "is_staff", "is_superuser")
FLAGS = {"is_staff": "administration", "is_superuser": "superuser"}
_rehashing: ContextVar[bool] = ContextVar("a password is hashed again while it is checked", default=False)
_by_link: ContextVar[bool] = ContextVar("a password is set with a link", default=False)


class NeverDeleted(Exception):
    """Raised on an attempt to delete a user: users are deactivated instead, so that records stay attributable."""


@contextmanager
def rehashing() -> Iterator[None]:
    """Mark the block as a password check: a hash renewed inside it does not count as a new password."""
    token = _rehashing.set(True)
    try:
        yield
    finally:
        _rehashing.reset(token)


@contextmanager
def choosing_by_link() -> Iterator[None]:
    """Mark the block as setting a password through a link: if nobody is signed in, the password counts as chosen by the user."""
    token = _by_link.set(True)
    try:
        yield
    finally:
        _by_link.reset(token)


@receiver(user_logged_in, dispatch_uid="accounts.rights.signed_in")
def signed_in(request: Request, user: AbstractBaseUser, **_kwargs: Any) -> None:
    account_events.record(Action.SIGNED_IN, about=user, outcome=_route(request))


def _route(request: Request) -> Outcome:
    """The method of sign-in, as recorded; none for a password alone."""
    sign_in = noted(request)
    if sign_in.method is Method.PASSWORD and not sign_in.second_step_done:
        return outcomes.NONE
    return outcomes.signed_in(sign_in.method, second_step=sign_in.second_step_done)


@receiver(user_logged_out, dispatch_uid="accounts.rights.signed_out")
def signed_out(request: Request, user: AbstractBaseUser | None, **_kwargs: Any) -> None:
    if user is not None and user.pk:
        account_events.record(
            Action.SIGNED_OUT, about=user, outcome=Fixed.SESSION_OVER if request.session_over else outcomes.NONE
        )


@receiver(user_login_failed, dispatch_uid="accounts.rights.failed")
def failed(credentials: dict[str, Any], **_kwargs: Any) -> None:
    sign_in_failed(Action.SIGN_IN_FAILED, str(credentials.get("username", "")))


def sign_in_failed(what: Action, name: str, outcome: Outcome = outcomes.NONE) -> None:
    """Record a failed or throttled sign-in for the user with this name, or under the name's keyed hash if there is no such user."""
    person = None if "\x00" in name else User.objects.filter(username=name).first()
    account_events.record(what, about=person, subject="" if person else hashed(name), outcome=outcome)


@receiver(pre_save, sender=User, dispatch_uid="accounts.rights.before")
def remember(instance: User, update_fields: Iterable[str] | None, **_kwargs: Any) -> None:
    """If the save can change a WATCHED field, read the stored values first, so that `saved` can compare them with the new ones."""
    touched = instance.pk and (update_fields is None or set(update_fields) & set(WATCHED))
    stored = User.objects.filter(pk=instance.pk).values(*WATCHED).first() if touched else None
    instance.__dict__["stored_before"] = stored


@receiver(post_save, sender=User, dispatch_uid="accounts.rights.saved")
def saved(instance: User, created: bool, update_fields: Iterable[str] | None, **_kwargs: Any) -> None:
    """Record that a user was added, or that the user name, the password, or the active, staff or superuser flag changed."""
    before: dict[str, Any] | None = instance.__dict__.pop("stored_before", None)
    if created:
        account_events.record(Action.PERSON_ADDED, about=instance)
        # Only if another user added this one, not if a command or a sign-in did.
        if account_events.actor()[0] is not None and instance.has_usable_password():
            _password_set(instance)
        before = {"username": instance.username, "is_active": True}
    elif before is None:
        return
    changed = {name for name in WATCHED if update_fields is None or name in update_fields}
    if "password" in changed and not created and before["password"] != instance.password:
        _password_replaced(instance, before["password"])
    if "username" in changed and before["username"] != instance.username:
        account_events.record(Action.PERSON_RENAMED, about=instance, detail=f"was {before['username']}")
    if "is_active" in changed and before["is_active"] != instance.is_active:
        what = Action.PERSON_ACTIVATED if instance.is_active else Action.PERSON_DEACTIVATED
        account_events.record(what, about=instance)
    for name, right in FLAGS.items():
        if name in changed and before.get(name, False) != getattr(instance, name):
            _rights(getattr(instance, name), right, instance)


def _password_replaced(person: User, old_hash: str) -> None:
    by_id, _name = account_events.actor()
    own, ended = by_id == person.pk, not person.has_usable_password()
    # If the password was removed, nobody can sign in with it, so the connections need no confirmation.
    if own or ended or _rehashing.get():
        marked = Connection.objects.filter(user_id=person.pk, confirmed__in=password_mark.marks(person, old_hash))
        marked.update(confirmed=password_mark.mark(person))
    if ended:
        own_password.note_chosen(person)
        account_events.record(Action.PASSWORD_ENDED, about=person)
    elif own:
        own_password.note_changed(person)
        account_events.record(Action.PASSWORD_CHANGED, about=person)
    elif by_id is None and _by_link.get():
        # The creator of the link could have used it, so connections must be confirmed.
        own_password.note_chosen(person)
        account_events.record(Action.PASSWORD_CHANGED, about=person, outcome=Fixed.BY_LINK)
    elif not _rehashing.get():
        _password_set(person)
        account_events.record(Action.PASSWORD_SET, about=person)


def _password_set(person: User) -> None:
    own_password.note_set_by(person, account_events.actor()[1])


@receiver(pre_delete, sender=User, dispatch_uid="accounts.rights.never_deleted")
def never_deleted(**_kwargs: Any) -> NoReturn:
    raise NeverDeleted("people are deactivated, never deleted: take away “active” instead")


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="accounts.rights.groups")
@receiver(m2m_changed, sender=User.user_permissions.through, dispatch_uid="accounts.rights.permissions")
def rights_of_people(
    instance: Model, action: str, reverse: bool, model: type[Model], pk_set: set[Any] | None, **kwargs: Any
) -> None:
    """Record changes to people's groups or permissions, from either side: `person.groups.add(group)` or `group.user_set.add(person)`."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    people_side = kwargs["sender"] is User.groups.through
    if action == "pre_clear":
        others: Iterable[Model] = _related(instance, people_side, reverse).all()
    else:
        others = _these(model, pk_set)
    for other in others:
        person, right = (other, instance) if reverse else (instance, other)
        _rights(action == "post_add", _named(right), person)


def _related(instance: Any, groups: bool, reverse: bool) -> Any:
    if reverse:
        return instance.user_set
    return instance.groups if groups else instance.user_permissions


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="accounts.rights.of_groups")
def rights_of_groups(
    instance: Any, action: str, reverse: bool, model: type[Model], pk_set: set[Any] | None, **_kwargs: Any
) -> None:
    """Record changes to groups' permissions, whether made on the group or on the permission."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    if action == "pre_clear":
        others: Iterable[Model] = (instance.group_set if reverse else instance.permissions).all()
    else:
        others = _these(model, pk_set)
    for other in others:
        group, permission = (other, instance) if reverse else (instance, other)
        _rights(action == "post_add", f"{_named(group)}: {_named(permission)}")


def _these(model: type[Model], numbers: Iterable[Any] | None) -> Iterable[Model]:
    return model._default_manager.filter(pk__in=numbers or ())  # noqa: SLF001  (Django's own name for it)


@receiver(pre_delete, sender=Group, dispatch_uid="accounts.rights.group_deleted")
def group_deleted(instance: Group, **_kwargs: Any) -> None:
    for person in instance.user_set.all():
        _rights(False, f"{_named(instance)} (deleted)", person)
    _rights(False, f"{_named(instance)} (deleted)")


@receiver(pre_save, sender=Group, dispatch_uid="accounts.rights.group_renamed")
def group_renamed(instance: Group, **_kwargs: Any) -> None:
    before = Group.objects.filter(pk=instance.pk).first() if instance.pk else None
    if before is not None and before.name != instance.name:
        _rights(True, f"{_named(before)} is now {_named(instance)}")


def _rights(given: bool, right: str, person: Any = None) -> None:
    account_events.record(Action.RIGHTS_GIVEN if given else Action.RIGHTS_TAKEN, about=person, detail=right)


def _named(right: Model) -> str:
    if isinstance(right, Permission):
        return f"permission {right.content_type.app_label}.{right.codename}"
    return f"group {right}"
