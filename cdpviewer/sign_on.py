"""Settings for sign-in, such as the OpenID Connect provider, the second factor, the LDAP directory and the proxy's header."""

from __future__ import annotations

import re
import ssl
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

from accounts.sign_on.choices import Directory, Passwords, Provider, ProxyHeader, SecondFactor, SignOn
from cdpviewer.environment import Environment, address
from orders.cdp.regions import is_loopback

Choice = TypeVar("Choice", bound=StrEnum)


def read(env: Environment) -> SignOn:
    """Read the settings for sign-in.

    Raises ImproperlyConfigured if a setting is malformed or conflicts with another, or if it needs another setting or a package that is
    missing. Also raises it if nobody, or nobody except staff, could sign in.
    """
    sign_on = SignOn(
        provider=_provider(env),
        passwords=_one_of(Passwords, "CDPVIEWER_PASSWORD_SIGN_IN", env.text("CDPVIEWER_PASSWORD_SIGN_IN", "on")),
        second_factor=_one_of(SecondFactor, "CDPVIEWER_MFA", env.text("CDPVIEWER_MFA", "off")),
        confirm_after=env.number("CDPVIEWER_CONFIRM_AFTER_MINUTES", 0) * 60,
        directory=_directory(env),
        proxy=_proxy(env),
    )
    if sign_on.passwords is not Passwords.ON and not (sign_on.provider or sign_on.directory or sign_on.proxy):
        raise ImproperlyConfigured(
            "CDPVIEWER_PASSWORD_SIGN_IN is not on, and there is no other way in: set CDPVIEWER_OIDC_ISSUER or CDPVIEWER_LDAP_URL, or "
            "remove the setting."
        )
    return sign_on


def _provider(env: Environment) -> Provider | None:
    issuer = env.text("CDPVIEWER_OIDC_ISSUER").removesuffix("/.well-known/openid-configuration").rstrip("/")
    if not issuer:
        return None
    host = _host("CDPVIEWER_OIDC_ISSUER", issuer)
    origins = env.listed("CDPVIEWER_OIDC_ORIGINS")
    for origin in origins:
        _host("CDPVIEWER_OIDC_ORIGINS", origin, bare=True)
    groups = _groups("CDPVIEWER_OIDC_GROUPS", env.listed("CDPVIEWER_OIDC_GROUPS"))
    client_id = env.text("CDPVIEWER_OIDC_CLIENT_ID")
    secret = env.text("CDPVIEWER_OIDC_CLIENT_SECRET")
    for name, value in (("CLIENT_ID", client_id), ("CLIENT_SECRET", secret), ("GROUPS", groups)):
        if not value:
            raise ImproperlyConfigured(f"CDPVIEWER_OIDC_ISSUER is set, so CDPVIEWER_OIDC_{name} must be set too.")
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        name=env.text("CDPVIEWER_OIDC_NAME", host),
        username_claim=env.text("CDPVIEWER_OIDC_USERNAME_CLAIM", "preferred_username"),
        groups_claim=env.text("CDPVIEWER_OIDC_GROUPS_CLAIM", "groups"),
        groups=groups,
        scopes=tuple(env.text("CDPVIEWER_OIDC_SCOPES", "openid profile").split()),
        origins=origins,
    )


def _host(name: str, url: str, *, bare: bool = False) -> str:
    """The host of `url`. Raises ImproperlyConfigured unless `url` is an https address, or an http address on loopback.

    A port is allowed, and so is a path unless `bare` is true. A query, a fragment, a user name, spaces, quotes, commas and semicolons
    are refused.
    """
    parts = address(name, url)
    host = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    plain = not (parts.query or parts.fragment or "@" in parts.netloc) and set(url).isdisjoint(" ;,'\"")
    if not (host and safe and plain) or (bare and parts.path):
        example = "https://login.example.com" if bare else "https://login.example.com/company"
        raise ImproperlyConfigured(f"{name} must be an https address such as {example}, without a query.")
    return host


def _directory(env: Environment) -> Directory | None:
    url = env.text("CDPVIEWER_LDAP_URL")
    if not url:
        return None
    start_tls = env.switch("CDPVIEWER_LDAP_START_TLS", default=False)
    _check_directory_url(url, start_tls=start_tls)
    try:
        import django_auth_ldap  # noqa: F401  (only to see whether it is installed)
    except ImportError:
        raise ImproperlyConfigured(
            "CDPVIEWER_LDAP_URL needs the package django-auth-ldap: make setup LOCK=ldap, or leave it unset."
        ) from None
    directory = Directory(
        url=url,
        bind_dn=env.text("CDPVIEWER_LDAP_BIND_DN"),
        bind_password=env.text("CDPVIEWER_LDAP_BIND_PASSWORD"),
        people=env.text("CDPVIEWER_LDAP_PEOPLE"),
        groups_base=env.text("CDPVIEWER_LDAP_GROUPS_BASE"),
        groups=_groups("CDPVIEWER_LDAP_GROUPS", env.listed("CDPVIEWER_LDAP_GROUPS")),
        people_filter=env.text("CDPVIEWER_LDAP_PEOPLE_FILTER", "(uid=%(user)s)"),
        start_tls=start_tls,
        ca_file=env.text("CDPVIEWER_LDAP_CA"),
    )
    for name, value in (
        ("PEOPLE", directory.people),
        ("GROUPS_BASE", directory.groups_base),
        ("GROUPS", directory.groups),
    ):
        if not value:
            raise ImproperlyConfigured(f"CDPVIEWER_LDAP_URL is set, so CDPVIEWER_LDAP_{name} must be set too.")
    if bool(directory.bind_dn) != bool(directory.bind_password):
        raise ImproperlyConfigured(
            "CDPVIEWER_LDAP_BIND_DN and CDPVIEWER_LDAP_BIND_PASSWORD belong together: set both, or neither to search anonymously."
        )
    _check_filter(directory.people_filter)
    if directory.ca_file:
        _check_authority("CDPVIEWER_LDAP_CA", directory.ca_file)
    if not directory.name_attribute:
        raise ImproperlyConfigured(
            "CDPVIEWER_LDAP_PEOPLE_FILTER must compare an attribute with the user name, as in (uid=%(user)s)."
        )
    return directory


def _check_directory_url(url: str, *, start_tls: bool) -> None:
    parts = address("CDPVIEWER_LDAP_URL", url)
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname:
        raise ImproperlyConfigured("CDPVIEWER_LDAP_URL must be an address such as ldaps://ldap.example.com.")
    if parts.scheme == "ldaps" and start_tls:
        raise ImproperlyConfigured(
            "CDPVIEWER_LDAP_START_TLS is for ldap:// only: ldaps:// is TLS from the start. Remove one of the two."
        )
    if parts.scheme == "ldap" and not start_tls and not is_loopback(parts.hostname):
        raise ImproperlyConfigured(
            "CDPVIEWER_LDAP_URL would send passwords unencrypted: use ldaps://, or set CDPVIEWER_LDAP_START_TLS=on."
        )


def _check_filter(text: str) -> None:
    """Raise ImproperlyConfigured unless the filter contains %(user)s, no other % except %%, and as many opening as closing parentheses."""
    around = text.replace("%(user)s", "")
    if around == text or "%" in around.replace("%%", "") or around.count("(") != around.count(")"):
        raise ImproperlyConfigured(
            "CDPVIEWER_LDAP_PEOPLE_FILTER must be a filter such as (uid=%(user)s), with %(user)s where the user name goes and no other %."
        )


def _check_authority(name: str, path: str) -> None:
    """Raise ImproperlyConfigured unless the file at `path` can be read and contains a CA certificate in PEM format."""
    try:
        readable = bool(ssl.create_default_context(cafile=path).get_ca_certs())
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        readable = False
    if not readable:
        raise ImproperlyConfigured(f"{name} must name a readable file with certificates of authorities in PEM.")


def _groups(name: str, written: tuple[str, ...]) -> dict[str, str]:
    """A mapping from a provider's or directory's groups to ours, read from entries such as "cdp-agents=Agents".

    Raises ImproperlyConfigured if an entry has another form, or if two entries begin with the same group.
    """
    pairs = [tuple(part.strip() for part in text.rpartition("=")) for text in written]
    if not all(theirs and ours for theirs, _sign, ours in pairs):
        raise ImproperlyConfigured(f"{name} must list their groups with ours: cdp-agents=Agents,cdp-leads=Supervisors.")
    if len({theirs for theirs, _sign, _ours in pairs}) < len(pairs):
        raise ImproperlyConfigured(f"{name} names one of their groups twice: each stands for one group of ours.")
    return {theirs: ours for theirs, _sign, ours in pairs}


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
    secret_header = env.text("CDPVIEWER_PROXY_SECRET_HEADER", "X-Proxy-Secret")
    for setting, name in (("USER_HEADER", header), ("SECRET_HEADER", secret_header)):
        # gunicorn drops headers with an underscore in the name: in Django, they could not be told from those with a hyphen.
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ImproperlyConfigured(
                f"CDPVIEWER_PROXY_{setting} must be a header as the proxy sends it, such as X-Remote-User: letters, digits and hyphens."
            )
    if header.lower() == secret_header.lower():
        raise ImproperlyConfigured(
            "CDPVIEWER_PROXY_USER_HEADER and CDPVIEWER_PROXY_SECRET_HEADER must be different headers."
        )
    return ProxyHeader(header, secret_header, secret)


def _one_of(kind: type[Choice], name: str, value: str) -> Choice:
    try:
        return kind(value.lower())
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(kind)}.") from None
