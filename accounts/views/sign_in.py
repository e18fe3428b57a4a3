"""Views for signing in and out, changing one's own password, and confirming one's connections."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import devices, next_page, own_password
from accounts.forms import OwnPasswordForm, SignInForm
from accounts.open_sessions import SIGNED_IN_BY
from accounts.sessions import MUST_CHANGE
from accounts.sign_in_method import Method
from accounts.sign_on import door, refusals
from accounts.sign_on.choices import Passwords
from accounts.sign_on.refusals import NotSignedIn
from orders.models import Connection


class SignIn(views.LoginView):
    """Sign in and redirect to the requested page. After too many wrong passwords, answer 429 with the wait in Retry-After."""

    form_class = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, **_kwargs: Any) -> str:
        page = next_page.requested(self.request)
        return next_page.own_path(page) if page else ""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in and remember this browser. If a second step is due, redirect to it instead."""
        person = form.get_user()
        by = Method.PASSWORD if person.has_usable_password() else Method.DIRECTORY
        response = door.enter(self.request, person, self.get_success_url(), by=by)
        if self.request.user.is_authenticated:
            devices.remember(self.request, response, person.get_username())
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Handle a submitted form. If nobody may sign in with a password, answer 403 without reading the form.

        A user whose password the directory accepts, but who may not sign in, gets a page with the reason.
        """
        if settings.SIGN_ON.passwords is Passwords.OFF and not settings.SIGN_ON.directory:
            return self.render_to_response(self.get_context_data(form=SignInForm(request)), status=403)
        try:
            return super().post(request, *args, **kwargs)
        except NotSignedIn as refused:
            refused.page = next_page.requested(request)
            return refusals.not_let_in(request, refused)

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # the view's own form
        return form.refuse(super().form_invalid(form))

    def again(self) -> HttpResponse:
        """Answer a sign-in form whose CSRF token was not accepted: redirect if the user has signed in meanwhile.

        Otherwise show the form again (403), with the user name filled in but not the password.
        """
        if self.request.user.is_authenticated:
            return redirect(self.get_success_url())
        form = SignInForm(self.request, initial={"username": self.request.POST.get("username", "")[:150]})
        return self.render_to_response(self.get_context_data(form=form, too_old=True), status=403)


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Answer a sign-in form whose CSRF token was not accepted."""
    view = SignIn()
    view.setup(request)
    return view.again()


class SignOut(views.LogoutView):
    """Sign out, by POST only. The middleware adds the header that clears the browser's cache and storage."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out. Users who signed in through the provider or proxy are redirected to `signed_out`.

        Their session at the provider or proxy may still be open.
        """
        elsewhere = request.session.get(SIGNED_IN_BY) in {Method.PROVIDER, Method.PROXY}
        response = super().post(request, *args, **kwargs)
        return redirect("signed_out") if elsewhere else response


class ChangePassword(views.PasswordChangeView):
    """Change the user's own password; all their other sessions end."""

    template_name = "registration/change_password.html"
    success_url = reverse_lazy("password_change_done")
    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = own_password.last_set(self.request.user) if MUST_CHANGE in self.request.session else None
        return {**super().get_context_data(**kwargs), "set_password": first}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Change the password. Redirect to the page for confirming connections, or to the success page if there are none to confirm."""
        with transaction.atomic():
            response = super().form_valid(form)
        self.request.session.pop(MUST_CHANGE, None)
        if waiting(self.request):
            response = redirect("confirm_connections")
        devices.remember(self.request, response, self.request.user.get_username())
        return response

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponse:
        return form.refuse(super().form_invalid(form))


class PasswordChanged(views.PasswordChangeDoneView):
    """Show that the password was changed."""

    template_name = "registration/password_changed.html"


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_connections(request: HttpRequest) -> HttpResponse:
    """The page on which users confirm their connections after their password has been set by somebody else or through a link.

    A POST confirms the ticked connections.
    """
    connections = waiting(request)
    if request.method == "POST":
        ticked = set(request.POST.getlist("connection"))
        confirmed = [connection for connection in connections if str(connection.pk) in ticked]
        for connection in confirmed:
            connection.confirm()
        if confirmed:
            names = ", ".join(connection.name for connection in confirmed)
            messages.success(request, _("Confirmed: %(names)s.") % {"names": names})
            return redirect(next_page.own_path(next_page.requested(request, default="/")))
        messages.warning(request, _("Nothing was confirmed. Tick the connections that are yours."))
    context = {
        "connections": connections,
        "set_password": own_password.last_set(request.user),
        "next": next_page.requested(request),
    }
    return render(request, "registration/confirm_connections.html", context)


def waiting(request: HttpRequest) -> list[Connection]:
    """The user's connections that must be confirmed before use."""
    return [each for each in Connection.objects.for_user(request.user).select_related("user") if not each.is_confirmed]


login = SignIn.as_view()
logout = SignOut.as_view()
password_change = ChangePassword.as_view()
password_change_done = PasswordChanged.as_view()
