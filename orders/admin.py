"""The admin of access records: there to read. Connections are not there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from orders.models import AccessRecord

if TYPE_CHECKING:
    ReadOnly = admin.ModelAdmin[AccessRecord]
else:
    ReadOnly = admin.ModelAdmin


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
