"""The admin of users and groups: Django's own, with boxes to tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Model
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest

if TYPE_CHECKING:
    People = UserAdmin[User]
else:
    People = UserAdmin


admin.site.unregister((User, Group))


class Ticked:
    """Groups and permissions as boxes to tick: there are few, and Django's two list boxes are hard to use without a mouse."""

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Model, Model], request: HttpRequest | None = None, **kwargs: Any
    ) -> ModelMultipleChoiceField[Model] | None:
        kwargs["widget"] = CheckboxSelectMultiple
        field: ModelMultipleChoiceField[Model] | None = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin
        return field


@admin.register(User)
class TickedUserAdmin(Ticked, People):
    """People are made inactive and never deleted: what they did stays theirs."""

    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Group)
class TickedGroupAdmin(Ticked, GroupAdmin):
    filter_horizontal = ()
