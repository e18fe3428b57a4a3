"""The URLs of Django's admin and the two apps. `/livez` and `/readyz` are not among them: a middleware answers those."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    # Tried in this order, so that the page of an order is found first.
    path("", include("orders.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "orders.views.errors.bad_request"
handler403 = "orders.views.errors.permission_denied"
handler404 = "orders.views.errors.page_not_found"
handler413 = "orders.views.errors.body_too_large"  # for `cdpviewer.bodies`; Django has no page for it
handler500 = "orders.views.errors.server_error"
