"""Receivers that keep the members of shared connections in step with groups and people, wherever those are changed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Group, User
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from orders.connections import members
from orders.connections.shared import ConnectionGrant, ConnectionMember


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="orders.connections.groups")
def groups_changed(instance: User | Group, action: str, **_kwargs: Any) -> None:
    """Somebody joined or left a group, from either side: `person.groups.add(group)` and `group.user_set.add(person)`."""
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    if isinstance(instance, User):
        members.update_person(instance)
    else:
        members.update_group(instance)


@receiver(post_save, sender=ConnectionGrant, dispatch_uid="orders.connections.granted")
@receiver(post_delete, sender=ConnectionGrant, dispatch_uid="orders.connections.taken_back")
def grants_changed(instance: ConnectionGrant, **_kwargs: Any) -> None:
    """A group was granted, or is no longer, also because it was deleted."""
    members.update(instance.shared)


@receiver(user_logged_in, dispatch_uid="orders.connections.signed_in")
def signed_in(user: AbstractBaseUser, **_kwargs: Any) -> None:
    members.update_person(user)


@receiver(post_save, sender=User, dispatch_uid="orders.connections.deactivated")
def saved(instance: User, **_kwargs: Any) -> None:
    """Take all copies from somebody who is inactive; they come back at the next sign-in, should there be one."""
    if not instance.is_active:
        ConnectionMember.objects.filter(user_id=instance.pk).delete()
