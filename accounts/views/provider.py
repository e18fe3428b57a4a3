"""Sign-in with the company's provider: going there, coming back, and the page after signing out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import next_page
from accounts.rights import sign_in_failed
from accounts.sign_on import discovery, oidc, proxy_header, refusals
from accounts.sign_on.refusals import Kind, NotSignedIn
from accounts.throttling import WINDOW
from orders.privacy import outcomes
from orders.privacy.record_kinds import Action


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the provider for a sign-in, or for a confirmation if the user is already signed in.

    A GET, which any site can trigger, is redirected to the sign-in page instead, as is every request if no provider is set. If the
    provider cannot be used, show the reason.
    """
    page = next_page.requested(request, default="/")
    if request.method != "POST" or settings.SIGN_ON.provider is None:
        return redirect("login")
    try:
        return oidc.begin(request, page, confirm=request.user.is_authenticated)
    except NotSignedIn as refused:
        refused.page = page
        return refusals.page(request, refused)


@login_not_required
@require_safe
def finish(request: HttpRequest) -> HttpResponseBase:
    """Handle the user's return from the provider; show the reason if the sign-in is refused. 404 if no provider is set."""
    if settings.SIGN_ON.provider is None:
        raise Http404
    try:
        return oidc.finish(request)
    except NotSignedIn as refused:
        _record(refused)
        return refusals.page(request, refused)


def _record(refused: NotSignedIn) -> None:
    """Record a refusal, unless the reason is that the sign-in has expired.

    A refusal without a user name, which anybody can cause, is recorded at most once every 15 minutes per kind and process.
    """
    if refused.kind is Kind.EXPIRED:
        return
    if refused.person or cache.add(f"provider-{refused.kind}", 1, WINDOW.total_seconds()):
        sign_in_failed(Action.SIGN_IN_FAILED, refused.person, outcomes.refused_by_provider(refused.kind))


@login_not_required
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Warn that the user may still be signed in at the proxy or provider; for a provider with a sign-out page, link to that page.

    Redirect to the sign-in page if the user is signed in here, or if there is no provider and the proxy sends no name.
    """
    provider, proxy = settings.SIGN_ON.provider, settings.SIGN_ON.proxy
    by_proxy = proxy is not None and proxy_header.named(request, proxy) != ""
    if request.user.is_authenticated or not (provider or by_proxy):
        return redirect("login")
    context: dict[str, Any] = {"by_proxy": by_proxy}
    if provider and not by_proxy:
        context |= {"provider": provider.name, "address": discovery.sign_out_address(provider)}
    return render(request, "registration/signed_out.html", context)
