"""URLs for signing in and out, for managing people, and for one's own password, connections, sessions, second factors and preferences."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import confirm, people, preferences, provider, second_factor, sessions, set_password, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/time-zone/", preferences.time_zone, name="preferences_time_zone"),
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
    path("people/<int:person_id>/sessions/", people.person_sessions, name="person_sessions"),
    path("people/<int:person_id>/second-factor/", people.person_second_factor, name="person_second_factor"),
    path("accounts/connections/", sign_in.confirm_connections, name="confirm_connections"),
    path("accounts/sessions/", sessions.listed, name="sessions"),
    path("accounts/confirm/", confirm.confirm, name="confirm"),
    path("accounts/provider/", provider.begin, name="oidc_begin"),
    path("accounts/provider/back/", provider.finish, name="oidc_callback"),
    path("accounts/signed-out/", provider.signed_out, name="signed_out"),
    path("accounts/second-step/", second_factor.step, name="second_step"),
    path("accounts/second-factor/", second_factor.listed, name="second_factors"),
    path("accounts/second-factor/app/", second_factor.app, name="second_factor_app"),
    path("accounts/second-factor/app/picture.svg", second_factor.app_picture, name="second_factor_picture"),
    path("accounts/second-factor/passkey/", second_factor.passkey, name="second_factor_passkey"),
    path("accounts/second-factor/codes/", second_factor.recovery_codes, name="recovery_codes"),
    path("accounts/second-factor/<int:pk>/remove/", second_factor.remove, name="second_factor_remove"),
]
