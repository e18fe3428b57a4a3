"""Sign-in with the company's OpenID Connect provider: code flow with PKCE, state and nonce. `membership` interprets the claims."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthError, AuthProcess, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from gevent import Timeout  # type: ignore[import-untyped]
from urllib3.exceptions import HTTPError

from accounts.next_page import own_path
from accounts.sign_in_method import Method, SignIn, note
from accounts.sign_on import discovery, membership
from accounts.sign_on.choices import Provider
from accounts.sign_on.recent import note_confirmed
from accounts.sign_on.refusals import Kind, NotSignedIn
from orders.privacy import account_events
from orders.storage.lock_timeout import give_back

LEEWAY = 60  # seconds by which the provider's clock may differ from ours
LARGEST = 1_000_000  # the most bytes in the body of a response
CONFIRM = AuthProcess.REDIRECT

log = structlog.stdlib.get_logger("accounts.sign_on")


def begin(request: HttpRequest, page: str, *, confirm: bool = False) -> HttpResponseBase:
    """Redirect to the provider to sign in or, with `confirm`, to authenticate again. Raises NotSignedIn if the provider cannot be used.

    `page` is the page to go to afterwards.
    """
    nonce = secrets.token_urlsafe(24)
    more = {"prompt": "login", "max_age": "0"} if confirm else {}
    response: HttpResponseBase = _provider(request).redirect(
        request,
        CONFIRM if confirm else AuthProcess.LOGIN,
        next_url=page,
        data={"nonce": nonce, "begun": int(time.time())},
        auth_params={"nonce": nonce, **more},
    )
    return response


def finish(request: HttpRequest) -> HttpResponseBase:
    """Sign the user in, or confirm an earlier sign-in, with the code that the provider returned.

    If this fails, raise NotSignedIn with the page to go to after the next attempt. A signed-in user who is found to be no longer in a
    mapped group is signed out.
    """
    state = statekit.get_states(request).get(request.GET.get("state", ""), ({},))[0]
    try:
        response: HttpResponseBase = OAuth2CallbackView.adapter_view(_Adapter(request, _chosen().issuer))(request)
    except NotSignedIn as refused:
        refused.page = state.get("next") or ""
        if refused.kind is Kind.NO_GROUP and request.user.is_authenticated and request.user.username == refused.person:
            logout(request)  # `membership` has ended the session
        raise
    return response


def _chosen() -> Provider:
    chosen = settings.SIGN_ON.provider
    if chosen is None:
        raise NotSignedIn(Kind.FAILED)
    return chosen


@contextmanager
def _as_expected() -> Iterator[None]:
    """Raise ProviderException in place of the errors that a malformed answer causes in the block (KeyError, TypeError, …)."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ProviderException("the provider's answer has another shape than expected") from error


class _Adapter(OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        return discovery.document(_chosen())

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("oidc_callback"))

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The token endpoint's answer. Raises OAuth2Error or ProviderException for an invalid one."""
        with _as_expected():
            sent: dict[str, Any] = super().get_access_token_data(*args, **kwargs)
            return sent

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """The access token in the token endpoint's answer. Raises ProviderException for an invalid one."""
        with _as_expected():
            return super().parse_token(data)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The login. Its `signed` holds the ID token's claims, and its `claims` holds the same claims combined with the user info.

        The social account stores only the subject. Raises OAuth2Error or ProviderException for an invalid answer.
        """
        with _as_expected():
            signed = self._decode_id_token(app, kwargs["response"]["id_token"])
            subject = signed["sub"]
            more = self._fetch_user_info(token.token) if "userinfo_endpoint" in self.openid_config else {"sub": subject}
            claims = signed | more
            about = more["sub"]  # required: https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
        if not isinstance(subject, str) or about != subject:
            raise ProviderException("user info is about another subject than the token")
        login = self.get_provider().sociallogin_from_response(request, {"userinfo": {"sub": subject}})
        login.claims, login.signed = claims, signed
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims of the ID token. Raises OAuth2Error if it is malformed, has expired, or has the wrong issuer or audience.

        The token comes directly from the provider, so its signature need not be verified (OpenID Connect Core, 3.1.3.7).
        """
        try:
            return jwt.decode(
                id_token,
                options={"verify_signature": False, "verify_iss": True, "verify_aud": True, "verify_exp": True},
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=LEEWAY,
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("invalid id_token") from error


class _OpenIdProvider(OpenIDConnectProvider):
    oauth2_adapter_class = _Adapter


def _authenticated_at(signed: dict[str, Any]) -> int:
    """When the user authenticated at the provider, in whole seconds since 1970; 0 if the ID token has no valid `auth_time`.

    A time in the future is replaced with the current time. Only `auth_time` proves that a user who had to authenticate again did so:
    the browser could strip `prompt` and `max_age` from the request.
    """
    sent = signed.get("auth_time")
    return min(int(sent), int(time.time())) if isinstance(sent, (int, float)) and math.isfinite(sent) else 0


def _provider(request: HttpRequest) -> _OpenIdProvider:
    chosen = _chosen()
    # The provider's id is its issuer, so that subjects of different providers are never confused.
    app = SocialApp(provider="openid_connect", provider_id=chosen.issuer, name=chosen.name[:40])
    app.client_id, app.secret = chosen.client_id, chosen.client_secret
    app.settings = {"server_url": chosen.issuer, "oauth_pkce_enabled": True, "scope": list(chosen.scopes)}
    return _OpenIdProvider(request, app=app)


def _read(response: requests.Response, deadline: float) -> requests.Response:
    """Read the response's body, and return the response. A read timeout would not be enough: it starts again with every piece received.

    Raises RequestException if the body is too large, breaks off or is still arriving after `deadline` (monotonic clock).
    """
    body = bytearray()
    while chunk := _piece(response):
        body += chunk
        if len(body) > LARGEST:
            raise requests.RequestException("the provider's answer is too large")
        if time.monotonic() > deadline:
            raise requests.ReadTimeout("the provider's answer takes too long")
    response._content = bytes(body)  # noqa: SLF001  (as requests itself keeps it)
    return response


def _piece(response: requests.Response) -> bytes:
    """The next piece of the body; b"" at the end. Raises RequestException if the body breaks off, stalls or cannot be decoded."""
    try:
        piece: bytes = response.raw.read1(LARGEST, decode_content=True)
    except HTTPError as error:
        raise requests.ConnectionError(f"the provider's answer broke off ({type(error).__name__})") from None
    return piece


class SocialAdapter(DefaultSocialAccountAdapter):
    """allauth's adapter for sign-in with the provider. It refuses users who may not sign in; allauth's own pages are never shown."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> _OpenIdProvider:
        return _provider(request)

    def get_requests_session(self) -> requests.Session:
        """An HTTP session whose requests raise RequestException if they take too long, or if the response is larger than LARGEST bytes.

        Unlike our CDP client, it uses the proxies and certificates set in the environment.
        """
        session = requests.Session()
        plain, timeouts = session.request, _chosen().timeouts

        def request(*args: Any, **kwargs: Any) -> requests.Response:
            deadline = time.monotonic() + sum(timeouts)
            give_back()  # the database connection, which others need meanwhile
            # In the server, this Timeout also ends a name look-up, a connection attempt or headers that take too long.
            with Timeout(sum(timeouts), False):
                return _read(plain(*args, **{**kwargs, "timeout": timeouts, "stream": True}), deadline)
            raise requests.ReadTimeout("the provider's answer takes too long")

        session.request = request  # type: ignore[method-assign]
        return session

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Raise NotSignedIn with the reason."""
        if error == AuthError.CANCELLED:
            kind = Kind.CANCELLED
        elif "state_id" in (extra_context or {}):
            kind = Kind.EXPIRED
        elif isinstance(exception, (requests.ConnectionError, requests.Timeout)):
            kind = Kind.UNREACHABLE
        else:
            kind = Kind.FAILED
        log.warning("provider_sign_in_failed", kind=kind.value, error=type(exception).__name__ if exception else "")
        raise NotSignedIn(kind)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Check the sign-in, and update the groups of an existing user. Raises NotSignedIn if the sign-in is refused.

        If the user was only confirming a sign-in, note the confirmation in the session, and raise ImmediateHttpResponse with the redirect.
        """
        begun = sociallogin.state.get("data") or {}
        if not begun.get("nonce") or sociallogin.signed.get("nonce") != begun["nonce"]:
            raise NotSignedIn(Kind.FAILED)
        person = sociallogin.user if sociallogin.is_existing else None
        confirms = sociallogin.state.get("process") == CONFIRM
        if confirms and (person is None or person.pk != request.user.pk):
            raise NotSignedIn(Kind.SOMEONE_ELSE, person=request.user.get_username())
        if person is None:
            sociallogin.user.username = membership.new_name(sociallogin.claims, _chosen())
        with account_events.acting_as(_chosen().as_actor):
            membership.check(sociallogin.claims, _chosen(), person)
        proved = _authenticated_at(sociallogin.signed)
        if confirms:
            if proved < begun.get("begun", time.time()) - LEEWAY:
                log.warning("provider_did_not_ask_again", auth_time_sent=bool(proved))
                raise NotSignedIn(Kind.NOT_ASKED_AGAIN, person=request.user.get_username())
            note_confirmed(request)
            raise ImmediateHttpResponse(redirect(own_path(sociallogin.state.get("next", ""))))
        note(request, SignIn(Method.PROVIDER, authenticated_at=proved))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Add the user, with the groups that the claims map to. Raises NotSignedIn if the user name is taken or unusable.

        Of the claims, only the user name and the subject are stored.
        """
        person: User = sociallogin.user
        person.username = membership.new_name(sociallogin.claims, _chosen())
        person.set_unusable_password()
        try:
            with transaction.atomic(), account_events.acting_as(_chosen().as_actor):
                sociallogin.save(request)
                membership.follow(sociallogin.claims, _chosen(), person)
        except IntegrityError:
            raise NotSignedIn(Kind.NAME_TAKEN, person=person.username) from None
        return person
