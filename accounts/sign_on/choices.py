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
    """Whether a second step follows a password. OPTIONAL: if the user has a second factor. REQUIRED: a user without one must add one."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Provider:
    """The company's OpenID Connect provider. `groups` maps its groups to ours.

    `origins` are the origins that a sign-in passes through in addition to the issuer's. `timeouts` are in seconds: one to connect, one
    between two pieces of a response; a whole request may take as long as both together.
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
        """The origins that the form for starting the sign-in may redirect to: the issuer's, then `origins`."""
        return list(dict.fromkeys([origin(self.issuer), *self.origins]))


@dataclass(frozen=True, slots=True)
class Directory:
    """The company's LDAP directory. `groups` maps the names (cn) of its groups to ours; `timeout` is in seconds per request."""

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
        """The first attribute that `people_filter` compares with the typed name; it holds the user name. "" if the filter compares none."""
        found = re.search(r"\(([A-Za-z][\w.;-]*)=%\(user\)s\)", self.people_filter)
        return found[1] if found else ""

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
    """All settings for sign-in.

    A sign-in older than `confirm_after` seconds must be confirmed before rights or credentials are changed or hidden data is revealed;
    with 0, only changes to second factors require a confirmation.
    """

    provider: Provider | None = None
    passwords: Passwords = Passwords.ON
    second_factor: SecondFactor = SecondFactor.OFF
    confirm_after: int = 0
    directory: Directory | None = None
    proxy: ProxyHeader | None = None


def origin(url: str) -> str:
    """The origin of a URL: its scheme and host, with the port if the URL has one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
