"""The app: who signs in, and how they read."""

from __future__ import annotations

from django.contrib.admin import apps as admin_apps


class BrandedAdminConfig(admin_apps.AdminConfig):
    """Django's admin, signed into by the app's own door: the limits on guessing hold there as well."""

    default = False
    default_site = "accounts.admin_site.BrandedAdminSite"
