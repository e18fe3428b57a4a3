"""Signal receivers that update the members of shared connections, and that reinstall the database triggers after `migrate`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Group, User
from django.contrib.auth.signals import user_logged_in
from django.db import connections
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from orders.models import members
from orders.models.shared import ConnectionGrant, ConnectionMember
from orders.privacy import append_only, partitions, record_rows


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="orders.models.groups")
def groups_changed(instance: User | Group, action: str, **_kwargs: Any) -> None:
    """Update the members of shared connections when people join or leave groups.

    The change can come from either side: `person.groups.add(group)` or `group.user_set.add(person)`.
    """
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    if isinstance(instance, User):
        members.update_person(instance)
    else:
        members.update_group(instance)


@receiver(post_save, sender=ConnectionGrant, dispatch_uid="orders.models.granted")
def granted(instance: ConnectionGrant, **_kwargs: Any) -> None:
    """Update the connection's members when a grant is added or changed.

    Raises CredentialUnreadable if somebody needs a copy of the data key and the key cannot be opened.
    """
    members.update(instance.shared)


@receiver(post_delete, sender=ConnectionGrant, dispatch_uid="orders.models.taken_back")
def taken_back(instance: ConnectionGrant, **_kwargs: Any) -> None:
    """When a grant is deleted (alone or with its group), remove the members left without a valid grant.

    Their copies of the data key are deleted; no key has to be opened for this.
    """
    members.take_from_others(instance.shared)


@receiver(user_logged_in, dispatch_uid="orders.models.signed_in")
def signed_in(user: AbstractBaseUser, **_kwargs: Any) -> None:
    members.update_person(user)


@receiver(post_save, sender=User, dispatch_uid="orders.models.deactivated")
def saved(instance: User, **_kwargs: Any) -> None:
    """If the user is inactive, delete all their copies of data keys; signing in after reactivation makes new ones."""
    if not instance.is_active:
        ConnectionMember.objects.filter(user_id=instance.pk).delete()


def migrated(*, using: str, **_kwargs: Any) -> None:
    """After `migrate`, reinstall the triggers (altering a table on SQLite can rebuild it without them), and create missing partitions."""
    connection = connections[using]
    if record_rows.TABLE in connection.introspection.table_names():
        append_only.install(connection)
        partitions.prepare(connection)
