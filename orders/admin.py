"""The admin of access records, read-only. Connections are not in the admin at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.access import may_view_all_activity
from orders.models import AccessRecord

if TYPE_CHECKING:
    ReadOnly = admin.ModelAdmin[AccessRecord]
else:
    ReadOnly = admin.ModelAdmin


class Counted(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Paginator that stops counting at MOST, because counting millions of records takes a second.

    Use filters to reach older records.
    """

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        records = cast("QuerySet[AccessRecord]", self.object_list)
        return len(records.order_by().values_list("pk")[: self.MOST])


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnly):
    """View, filter and search; nothing can be added, changed or removed."""

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
    # Exact, so that indexes are used; "=" would compare in upper case, row by row. A date hierarchy would read all rows as well.
    search_fields = ("order_ref__exact", "reference__exact", "ticket__exact", "request_id__exact")
    search_help_text = _("User name, order ref, reference, ticket or request id, each in full")
    ordering = ("-at", "-pk")
    paginator = Counted
    show_full_result_count = False
    actions = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AccessRecord], search_term: str
    ) -> tuple[QuerySet[AccessRecord], bool]:
        """Search for a user name by the user's id, which is indexed."""
        person = User.objects.filter(username=search_term.strip()).values_list("pk", flat=True).first()
        if person is not None:
            return queryset.filter(user_id=person), False
        return super().get_search_results(request, queryset, search_term)

    def has_view_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        """The same right as on the activity page."""
        return may_view_all_activity(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        return False
