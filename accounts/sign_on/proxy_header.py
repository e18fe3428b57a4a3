"""Sign-in by a proxy that sends the user name in a header. Off unless the operator names the header and sets a secret."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts import embedding
from accounts.open_sessions import SIGNED_IN_BY
from accounts.sign_in_method import Method
from accounts.sign_on import door
from accounts.sign_on.choices import ProxyHeader
from accounts.sign_on.membership import LONGEST_NAME

log = structlog.stdlib.get_logger("accounts.sign_on")
Answer = Callable[[HttpRequest], HttpResponseBase]


def named_by_proxy(get_response: Answer) -> Answer:
    """Middleware: sign in the user whose name the proxy sends.

    It runs after `session_limits`, which also applies to sessions started by the proxy. The name is trusted only with the proxy's secret.
    No user is added: an unknown or inactive user stays signed out.
    A session started by the proxy ends if the proxy sends another name or none. The page shown after signing out signs nobody in.
    On paths where the proxy requires no sign-in (see docs/sign-on.md), such as `/embed/allow/`, the name is ignored: nobody is signed
    in or out.
    """
    chosen: ProxyHeader | None = settings.SIGN_ON.proxy
    if chosen is None:
        raise MiddlewareNotUsed

    def answer(request: HttpRequest) -> HttpResponseBase:
        if embedding.takes_no_cookies(request.path_info) or request.path_info == reverse("embed_allow"):
            return get_response(request)
        name = named(request, chosen)
        by_proxy = request.session.get(SIGNED_IN_BY) == Method.PROXY
        if request.user.is_authenticated and by_proxy and request.user.get_username() != name:
            logout(request)
        if name and not request.user.is_authenticated and request.path_info != reverse("signed_out"):
            person = User.objects.filter(username=name, is_active=True).first()
            if person is None:
                log.warning("proxy_names_nobody_here")
            else:
                door.enter(request, person, request.get_full_path(), by=Method.PROXY)
        return get_response(request)

    return answer


def named(request: HttpRequest, chosen: ProxyHeader) -> str:
    """The user name that the proxy sends; "" if it sends none, if the name is too long, or if the secret is wrong."""
    name = request.headers.get(chosen.header, "")
    if name and not constant_time_compare(request.headers.get(chosen.secret_header, ""), chosen.secret):
        log.warning("proxy_secret_wrong")
        return ""
    if len(name) > LONGEST_NAME:
        log.warning("proxy_sends_too_long_a_name")
        return ""
    return name
