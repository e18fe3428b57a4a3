"""Addresses: Django's admin and the app's own. `/livez` and `/readyz` are answered before any of these, by the middleware."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("orders.urls")),
]
