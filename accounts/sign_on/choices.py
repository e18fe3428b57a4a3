"""The operator's settings for sign-in. This module does not use Django."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class Passwords(StrEnum):
    """Who may sign in with a password stored here: everybody, only staff, or nobody."""

    ON = "on"
    STAFF = "staff"
    OFF = "off"


class SecondFactor(StrEnum):
    """When a second step follows a password: never if OFF, otherwise whenever the user has a second factor.

    With REQUIRED, a user without a second factor must add one right after signing in with a password.
    """

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Provider:
    """The company's OpenID Connect provider. `groups` maps the names of its groups to the names of ours.

    `origins` lists the origins, besides the issuer's, that a sign-in may pass through. `timeouts` holds two limits in seconds: for
    connecting, and for the wait between two pieces of a response. Their sum is the limit for a whole request.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    username_claim: str = "preferred_username"
    groups_claim: str = "groups"
    groups: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ("openid", "profile")
    origins: tuple[str, ...] = ()
    timeouts: tuple[float, float] = (2.0, 4.0)

    @property
    def as_actor(self) -> str:
        """The name of the actor ("provider …") in records of the changes that the provider causes at a sign-in."""
        return f"provider {self.name}"

    def form_origins(self) -> list[str]:
        """The origins to which the form that starts a sign-in may be redirected: the issuer's, then `origins`."""
        return list(dict.fromkeys([origin(self.issuer), *self.origins]))


@dataclass(frozen=True, slots=True)
class Directory:
    """The company's LDAP directory. `groups` maps the names (cn) of its groups to the names of ours.

    `timeout` is the limit in seconds for each request.
    """

    url: str
    bind_dn: str
    bind_password: str = field(repr=False)
    people: str
    groups_base: str
    groups: Mapping[str, str]
    people_filter: str = "(uid=%(user)s)"
    start_tls: bool = False
    ca_file: str = ""
    timeout: float = 4.0

    @property
    def name_attribute(self) -> str:
        """The attribute that holds the user name: the first that `people_filter` compares with the typed name; "" if there is none."""
        match = re.search(r"\(([A-Za-z][\w.;-]*)=%\(user\)s\)", self.people_filter)
        return match[1] if match else ""

    @property
    def as_actor(self) -> str:
        """The name of the actor ("directory …") in records of the changes that the directory causes at a sign-in."""
        return f"directory {urlsplit(self.url).hostname}"


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """A proxy that signs users in: it sends the user name in `header`, and authenticates itself with `secret` in `secret_header`."""

    header: str
    secret_header: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignOn:
    """The settings for how users sign in.

    For `confirm_after` seconds after authenticating, a user may change rights or credentials, or reveal hidden data, without confirming
    the sign-in; with 0, none of these needs a confirmation. Changes to second factors have a separate limit.

    `provider`, `directory` and `proxy` are None if they are not set up.
    """

    provider: Provider | None = None
    passwords: Passwords = Passwords.ON
    second_factor: SecondFactor = SecondFactor.OFF
    confirm_after: int = 0
    directory: Directory | None = None
    proxy: ProxyHeader | None = None


def origin(url: str) -> str:
    """The origin of a URL: its scheme and host, with the port if the URL has one. Raises ValueError if the URL cannot be parsed."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
