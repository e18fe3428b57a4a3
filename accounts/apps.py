"""Configuration of the accounts app and of the admin."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class BrandedAdminConfig(admin_apps.AdminConfig):
    """Make Django's admin use the app's own sign-in page, so that the limits on password guessing apply there too."""

    default = False
    default_site = "accounts.admin_site.BrandedAdminSite"


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the signal receivers for rights, roles and sessions."""
        from accounts import rights, roles, sessions  # noqa: F401  (importing registers)
