"""The admin of users and groups, with checkboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Model, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import open_sessions
from accounts.session_store import stored_key
from accounts.sign_on import factors, second_step

if TYPE_CHECKING:
    People = UserAdmin[User]
else:
    People = UserAdmin


admin.site.unregister((User, Group))
# allauth's models are managed on our own pages only.
for _app in ("account", "socialaccount", "mfa"):
    admin.site.unregister(
        [model for model in apps.get_app_config(_app).get_models() if admin.site.is_registered(model)]
    )


class Ticked:
    """Groups and permissions as checkboxes: there are few, and Django's two list boxes are hard to use without a mouse."""

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Model, Model], request: HttpRequest | None = None, **kwargs: Any
    ) -> ModelMultipleChoiceField[Model] | None:
        kwargs["widget"] = CheckboxSelectMultiple
        field: ModelMultipleChoiceField[Model] | None = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin
        return field


@admin.register(User)
class TickedUserAdmin(Ticked, People):
    """User admin without deletion: users are deactivated instead, so that records still point to them."""

    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    # Rights are given through groups only.
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
        said = ngettext("%(count)s session ended.", "%(count)s sessions ended.", count)
        self.message_user(request, said % {"count": count})

    @admin.action(description=_("Reset the second step"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For users who lost their phone or key: remove their second factors.

        They then sign in with the password only, or add a new factor.
        """
        here = stored_key(request.session.session_key or "")
        reset = [person.username for person in queryset if factors.reset(person, here=here)]
        second_step.note_missing(request)
        self.message_user(request, _("Reset: %(names)s") % {"names": ", ".join(reset) or "–"})

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Group)
class TickedGroupAdmin(Ticked, GroupAdmin):
    filter_horizontal = ()
