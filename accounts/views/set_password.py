"""The view in which a user sets a password through a link that was made for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from accounts.password_links import are_of_use_to, links
from accounts.rights import choosing_by_link


class SetPassword(views.PasswordResetConfirmView):
    """Let a user choose a password through a link. Django's view moves the token from the URL into the session."""

    template_name = "registration/set_password.html"
    success_url = reverse_lazy("login")
    token_generator = links
    reset_url_token = "new"  # noqa: S105  (the last part of the URL, once the token is in the session)

    def get_user(self, uidb64: str) -> User | None:
        person: User | None = super().get_user(uidb64)
        return person if person is not None and are_of_use_to(person) else None

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        with choosing_by_link(), transaction.atomic():
            response = super().form_valid(form)
        messages.success(self.request, _("Your new password is set. Use it to sign in."))
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Render the page; the status is 410 if the link is invalid, for example because it has been used or has expired."""
        return super().render_to_response(context, **kwargs, status=200 if self.validlink else 410)


set_password = SetPassword.as_view()
