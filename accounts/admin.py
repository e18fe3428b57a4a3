"""The admin pages for users, groups and (read-only) access records. Connections are not in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.paginator import Paginator
from django.db.models import ManyToManyField, Model, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import open_sessions
from accounts.access import may_view_all_activity
from accounts.session_store import stored_key
from accounts.sign_on import factors, second_step
from orders.models import AccessRecord

if TYPE_CHECKING:
    People = UserAdmin[User]
    Records = admin.ModelAdmin[AccessRecord]
else:
    People = UserAdmin
    Records = admin.ModelAdmin


admin.site.unregister((User, Group))
# allauth's models are not in the admin.
for _app in ("account", "socialaccount", "mfa"):
    admin.site.unregister(
        [model for model in apps.get_app_config(_app).get_models() if admin.site.is_registered(model)]
    )


class Ticked:
    """Mixin that shows groups and permissions as checkboxes, because Django's pair of list boxes is hard to use without a mouse."""

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Model, Model], request: HttpRequest | None = None, **kwargs: Any
    ) -> ModelMultipleChoiceField[Model] | None:
        kwargs["widget"] = CheckboxSelectMultiple
        field: ModelMultipleChoiceField[Model] | None = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin
        return field


@admin.register(User)
class TickedUserAdmin(Ticked, People):
    """User admin without deletion: users are deactivated instead, so that access records still refer to existing users."""

    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    # No field for individual permissions: they are given through groups only.
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    actions = ("end_sessions", "reset_second_factor")

    @admin.action(description=_("End all sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = sum(open_sessions.end(person) for person in queryset)
        sentence = ngettext("%(count)s session ended.", "%(count)s sessions ended.", count)
        self.message_user(request, sentence % {"count": count})

    @admin.action(description=_("Reset two-step sign-in"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Remove the second factors and recovery codes of the selected users, for example because a phone was lost.

        They can then sign in with a password alone. If a second factor is required, their sessions end (except
        the one that sent this request), and they must add a new second factor after signing in.
        """
        here = stored_key(request.session.session_key or "")
        reset = [person.username for person in queryset if factors.reset(person, here=here)]
        second_step.note_missing(request)
        self.message_user(request, _("Two-step sign-in reset for: %(names)s") % {"names": ", ".join(reset) or "–"})

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Group)
class TickedGroupAdmin(Ticked, GroupAdmin):
    filter_horizontal = ()


class Counted(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Paginator that counts at most MOST records, because counting millions takes about a second.

    The pages list only the first MOST records; the rest can be found by filtering or searching.
    """

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        records = cast("QuerySet[AccessRecord]", self.object_list)
        return len(records.order_by().values_list("pk")[: self.MOST])


@admin.register(AccessRecord)
class AccessRecordAdmin(Records):
    """Read-only admin for access records: they can be viewed, filtered and searched."""

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
    # Exact, so that indexes are used; "=" would compare in upper case, row by row. A date hierarchy would also read all rows.
    search_fields = ("order_ref__exact", "reference__exact", "ticket__exact", "request_id__exact")
    search_help_text = _("Enter a user name, order ref, booking reference, ticket number or request ID in full.")
    ordering = ("-at", "-pk")
    paginator = Counted
    show_full_result_count = False
    actions = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AccessRecord], search_term: str
    ) -> tuple[QuerySet[AccessRecord], bool]:
        """If the search term is a user name, search by that user's id, which is indexed; otherwise search `search_fields`."""
        person = User.objects.filter(username=search_term.strip()).values_list("pk", flat=True).first()
        if person is not None:
            return queryset.filter(user_id=person), False
        return super().get_search_results(request, queryset, search_term)

    def has_view_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        """Whether the user may see everybody's access records: the same permission as on the activity page."""
        return may_view_all_activity(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessRecord | None = None) -> bool:
        return False
