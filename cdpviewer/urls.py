"""URLs: Django's admin and the two apps. The middleware answers `/livez` and `/readyz` before these."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    # Tried in turn, so the page of an order comes first.
    path("", include("orders.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "orders.views.errors.bad_request"
handler403 = "orders.views.errors.permission_denied"
handler404 = "orders.views.errors.page_not_found"
handler413 = "orders.views.errors.body_too_large"  # for `cdpviewer.bodies`; Django has no page for it
handler500 = "orders.views.errors.server_error"
