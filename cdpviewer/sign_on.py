"""What the operator may set about signing in: a provider, a second factor, a directory, a proxy."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.sign_on.choices import Passwords, Provider, ProxyHeader, SecondFactor, SignOn
from cdpviewer.environment import Environment
from orders.cdp.regions import is_loopback

Choice = TypeVar("Choice", bound=StrEnum)


def read(env: Environment) -> SignOn:
    """The choices; ImproperlyConfigured for those that fit no server or let nobody in."""
    found = SignOn(
        provider=_provider(env),
        passwords=_one_of(Passwords, "CDPVIEWER_PASSWORD_SIGN_IN", env.text("CDPVIEWER_PASSWORD_SIGN_IN", "on")),
        second_factor=_one_of(SecondFactor, "CDPVIEWER_MFA", env.text("CDPVIEWER_MFA", "off")),
        confirm_after=env.number("CDPVIEWER_CONFIRM_AFTER_MINUTES", 0) * 60,
        directory=bool(env.text("CDPVIEWER_LDAP_URL")),
        proxy=_proxy(env),
    )
    if found.passwords is not Passwords.ON and not (found.provider or found.proxy):
        raise ImproperlyConfigured(
            "CDPVIEWER_PASSWORD_SIGN_IN is not on, and there is no other way in: set CDPVIEWER_OIDC_ISSUER, or remove the setting."
        )
    return found


def _provider(env: Environment) -> Provider | None:
    issuer = env.text("CDPVIEWER_OIDC_ISSUER").removesuffix("/.well-known/openid-configuration").rstrip("/")
    if not issuer:
        return None
    _check_address("CDPVIEWER_OIDC_ISSUER", issuer)
    origins = env.listed("CDPVIEWER_OIDC_ORIGINS")
    for one in origins:
        _check_address("CDPVIEWER_OIDC_ORIGINS", one, bare=True)
    groups = dict(_pair(text) for text in env.listed("CDPVIEWER_OIDC_GROUPS"))
    client_id = env.text("CDPVIEWER_OIDC_CLIENT_ID")
    secret = env.text("CDPVIEWER_OIDC_CLIENT_SECRET")
    for name, value in (("CLIENT_ID", client_id), ("CLIENT_SECRET", secret), ("GROUPS", groups)):
        if not value:
            raise ImproperlyConfigured(f"CDPVIEWER_OIDC_ISSUER is set, so CDPVIEWER_OIDC_{name} must be set too.")
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        name=env.text("CDPVIEWER_OIDC_NAME", str(urlsplit(issuer).hostname)),
        username_claim=env.text("CDPVIEWER_OIDC_USERNAME_CLAIM", "preferred_username"),
        groups_claim=env.text("CDPVIEWER_OIDC_GROUPS_CLAIM", "groups"),
        groups=groups,
        scopes=tuple(env.text("CDPVIEWER_OIDC_SCOPES", "openid profile").split()),
        origins=origins,
    )


def _check_address(name: str, url: str, *, bare: bool = False) -> None:
    """ImproperlyConfigured for an address that is not https; plain http is for loopback."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    plain = not (parts.query or parts.fragment or parts.username) and set(url).isdisjoint(" ;,'\"")
    if not (host and safe and plain) or (bare and parts.path):
        example = "https://login.example.com" if bare else "https://login.example.com/company"
        raise ImproperlyConfigured(f"{name} must be an https address such as {example}, without a query.")


def _pair(text: str) -> tuple[str, str]:
    theirs, sign, ours = (part.strip() for part in text.rpartition("="))
    if not (theirs and sign and ours):
        raise ImproperlyConfigured(
            "CDPVIEWER_OIDC_GROUPS must list groups of the provider with those of cdpviewer: cdp-agents=Agents,cdp-leads=Supervisors."
        )
    return theirs, ours


def _proxy(env: Environment) -> ProxyHeader | None:
    header = env.text("CDPVIEWER_PROXY_USER_HEADER")
    if not header:
        return None
    secret = env.text("CDPVIEWER_PROXY_SECRET")
    if len(secret) < 32:
        raise ImproperlyConfigured(
            "CDPVIEWER_PROXY_USER_HEADER is set, so CDPVIEWER_PROXY_SECRET must be set too, with 32 characters or more."
        )
    if not env.number("CDPVIEWER_TRUSTED_PROXIES", 0):
        raise ImproperlyConfigured(
            "CDPVIEWER_PROXY_USER_HEADER needs CDPVIEWER_TRUSTED_PROXIES: the number of proxies in front."
        )
    return ProxyHeader(header, env.text("CDPVIEWER_PROXY_SECRET_HEADER", "X-Proxy-Secret"), secret)


def _one_of(kind: type[Choice], name: str, value: str) -> Choice:
    try:
        return kind(value.lower())
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(kind)}.") from None
