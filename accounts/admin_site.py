"""The Django admin with the app's name, and with a redirect in place of its sign-in form."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.next_page import safe_url
from accounts.sign_on.recent import confirmed


class BrandedAdminSite(AdminSite):
    """The admin site for users, groups and access records. Connections are left out, so that it never shows credentials."""

    site_header = _("cdpviewer administration")
    site_title = _("cdpviewer")
    index_title = _("Users and access log")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Require a recent sign-in or confirmation, if that is configured, because rights can be changed in the admin."""
        return confirmed(super().admin_view(view, cacheable))

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the sign-in page, which limits password guessing.

        Signed-in users get a 403; Django sends them here if they are not staff.
        """
        page = safe_url(request, request.GET.get("next"), default=request.path.removesuffix("login/"))
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(page)

    def password_change(  # type: ignore[override]  # the stubs know only Django's own page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the app's page for changing one's own password, which also limits password guessing."""
        return redirect("password_change")
