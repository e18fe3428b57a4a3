"""The admin: users and groups are Django's, with boxes to tick; access records are there to read, connections are not there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Model
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest

from orders.models import AccessRecord

if TYPE_CHECKING:
    ReadOnly = admin.ModelAdmin[AccessRecord]
    People = UserAdmin[User]
else:
    ReadOnly, People = admin.ModelAdmin, UserAdmin


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


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnly):
    """Look, filter and search; nothing can be added, changed or removed."""

    list_display = (
        "at",
        "user_name",
        "what",
        "about_name",
        "detail",
        "reference",
        "order_ref",
        "connection_name",
        "outcome",
        "ticket",
    )
    list_filter = ("what",)
    search_fields = ("=user_name", "=order_ref", "=reference", "=ticket", "=request_id")
    date_hierarchy = "at"
    ordering = ("-at",)
    show_full_result_count = False
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        """The same permission as on the activity page: whoever may see everybody's looks."""
        return request.user.has_perm("orders.view_all_activity")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        return False
