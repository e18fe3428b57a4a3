"""Addresses for signing in, one's own password and preferences."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import people, preferences, set_password, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("accounts/login/", sign_in.login, name="login"),
    path("accounts/logout/", sign_in.logout, name="logout"),
    path("accounts/password/", sign_in.password_change, name="password_change"),
    path("accounts/password/done/", sign_in.password_change_done, name="password_change_done"),
    path("accounts/set-password/<uidb64>/<token>/", set_password.set_password, name="set_password"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/roles/", people.person_roles, name="person_roles"),
    path("people/<int:person_id>/link/", people.person_link, name="person_link"),
    path("people/<int:person_id>/active/", people.person_active, name="person_active"),
    path("accounts/connections/", sign_in.confirm_connections, name="confirm_connections"),
]
