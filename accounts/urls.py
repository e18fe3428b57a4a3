"""Addresses for signing in, one's own password and preferences."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import preferences, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("accounts/login/", sign_in.login, name="login"),
    path("accounts/logout/", sign_in.logout, name="logout"),
    path("accounts/password/", sign_in.password_change, name="password_change"),
    path("accounts/password/done/", sign_in.password_change_done, name="password_change_done"),
    path("accounts/connections/", sign_in.confirm_connections, name="confirm_connections"),
]
