"""Signal receivers: changes to groups and people update the members of shared connections; the append-only table keeps its triggers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Group, User
from django.contrib.auth.signals import user_logged_in
from django.db import connections
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from orders.models import members
from orders.models.shared import ConnectionGrant, ConnectionMember
from orders.privacy import append_only


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="orders.models.groups")
def groups_changed(instance: User | Group, action: str, **_kwargs: Any) -> None:
    """Update members after a change of groups, from either side: `person.groups.add(group)` or `group.user_set.add(person)`."""
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    if isinstance(instance, User):
        members.update_person(instance)
    else:
        members.update_group(instance)


@receiver(post_save, sender=ConnectionGrant, dispatch_uid="orders.models.granted")
def granted(instance: ConnectionGrant, **_kwargs: Any) -> None:
    """Update members after a grant was added or changed.

    Raises CredentialUnreadable if somebody needs a copy of the key and the key does not open.
    """
    members.update(instance.shared)


@receiver(post_delete, sender=ConnectionGrant, dispatch_uid="orders.models.taken_back")
def taken_back(instance: ConnectionGrant, **_kwargs: Any) -> None:
    """Delete copies after a grant was deleted, by itself or with its group. This needs no key."""
    members.take_from_others(instance.shared)


@receiver(user_logged_in, dispatch_uid="orders.models.signed_in")
def signed_in(user: AbstractBaseUser, **_kwargs: Any) -> None:
    members.update_person(user)


@receiver(post_save, sender=User, dispatch_uid="orders.models.deactivated")
def saved(instance: User, **_kwargs: Any) -> None:
    """Delete all copies of keys that an inactive person holds; they are made again at the next sign-in, if there is one."""
    if not instance.is_active:
        ConnectionMember.objects.filter(user_id=instance.pk).delete()


def migrated(*, using: str, **_kwargs: Any) -> None:
    """Reinstall the triggers after every migrate: on SQLite a migration that alters the table rebuilds it without them."""
    connection = connections[using]
    if append_only.TABLE in connection.introspection.table_names():
        append_only.install(connection)
