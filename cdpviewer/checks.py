"""Django system checks for missing or unsafe settings. Each message has a hint for the operator.

The server does not start if a check tagged "keys" fails. The other checks are for production: `manage.py check --deploy` runs them.
"""

from __future__ import annotations

import stat
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from cdpviewer import environment, modes
from orders.cdp.regions import is_loopback

LEAST_SECRET_KEY = 50  # characters, as Django's own deploy check has it
LEAST_RECORD_KEY = 32
NEW_SIGNING_KEY = 'To make one: python3 -c "import secrets; print(secrets.token_urlsafe(50))".'
NEW_KEYS = "To make one: .venv/bin/python manage.py new_key."


@register("keys")
def secret_key(**_kwargs: Any) -> list[CheckMessage]:
    """CDPVIEWER_SECRET_KEY, which signs sessions and forms, must be set, and must be neither too short nor too simple."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own error for an empty one does not say what to do
        key = ""
    if not key:
        return [
            Error(
                "CDPVIEWER_SECRET_KEY is not set.",
                hint=f"Set it, or CDPVIEWER_SECRET_KEY_FILE. {NEW_SIGNING_KEY}",
                id="cdpviewer.E001",
            )
        ]
    if len(key) < LEAST_SECRET_KEY or len(set(key)) < 5:
        return [
            Error(
                f"CDPVIEWER_SECRET_KEY is too short or too simple: it needs {LEAST_SECRET_KEY} random characters.",
                hint=f"Replace it; everybody has to sign in again, nothing else is lost. {NEW_SIGNING_KEY}",
                id="cdpviewer.E002",
            )
        ]
    return []


@register("keys")
def credential_keys(**_kwargs: Any) -> list[CheckMessage]:
    """CDPVIEWER_CREDENTIAL_KEYS must be one or more Fernet keys, all different.

    The first encrypts stored credentials and other secrets; all are tried when decrypting them.
    """
    keys: tuple[str, ...] = settings.CREDENTIAL_KEYS
    if not keys:
        return [
            Error(
                "CDPVIEWER_CREDENTIAL_KEYS is not set.",
                hint=f"Set it, or CDPVIEWER_CREDENTIAL_KEYS_FILE: Fernet keys, separated by commas. {NEW_KEYS}",
                id="cdpviewer.E003",
            )
        ]
    problems: list[CheckMessage] = []
    for position, key in enumerate(keys, start=1):
        # A Fernet key is 32 bytes, which is 44 characters in base64.
        if len(key) < 44:
            problems.append(_bad_key(position, f"is too short ({len(key)} of 44 characters)", "cdpviewer.E004"))
        elif len(key) > 44 or not _is_fernet(key):
            problems.append(_bad_key(position, "is not a Fernet key", "cdpviewer.E005"))
        elif key in keys[: position - 1]:
            problems.append(_bad_key(position, f"is the same as key {keys.index(key) + 1}", "cdpviewer.E006"))
    return problems


def _is_fernet(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _bad_key(position: int, what: str, identity: str) -> CheckMessage:
    return Error(
        f"Key {position} of CDPVIEWER_CREDENTIAL_KEYS {what}.",
        hint=f"Fix or remove it. Credentials that were sealed with it stay unreadable until it is back. {NEW_KEYS}",
        id=identity,
    )


@register(deploy=True)
def database_over_tls(**_kwargs: Any) -> list[CheckMessage]:
    """A database on another host must be reached over TLS with a verified certificate."""
    return [
        checks.Warning(
            f"The database on another host is reached with sslmode={mode}: "
            "records and sessions may be sent unencrypted, or to somebody else.",
            hint="Add ?sslmode=verify-full to DATABASE_URL, and &sslrootcert=/path/of/ca.pem for an authority of your own.",
            id="cdpviewer.W007",
        )
        for database in settings.DATABASES.values()
        if _is_elsewhere(str(database.get("HOST", "")))
        and (mode := database.get("OPTIONS", {}).get("sslmode", "prefer")) != "verify-full"
    ]


def _is_elsewhere(host: str) -> bool:
    """Whether `host` is another machine. False for "", the path of a socket, "localhost" and loopback addresses."""
    return bool(host) and not host.startswith("/") and not is_loopback(host)


@register(deploy=True)
def served_safely(**_kwargs: Any) -> list[CheckMessage]:
    """The settings must suit production: HTTPS on, demo off, a proxy trusted, no "*" host, https for the CDP and the sign-on provider."""
    problems: list[CheckMessage] = []
    if not settings.HTTPS:
        problems.append(
            checks.Warning(
                "CDPVIEWER_HTTPS is off: cookies and passwords travel unencrypted.",
                hint="That is for loopback only. Remove the setting and put a TLS proxy in front (docs/operating.md).",
                id="cdpviewer.W001",
            )
        )
    if settings.DEMO:
        problems.append(
            checks.Warning("CDPVIEWER_DEMO is on.", hint="Remove it: it is for `make demo` only.", id="cdpviewer.W002")
        )
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        problems.append(
            checks.Warning(
                "CDPVIEWER_TRUSTED_PROXIES is 0: no proxy is believed when it says that a request came over https, so every page "
                "redirects to itself.",
                hint="Set it to the number of proxies in front of this server, usually 1 (docs/operating.md).",
                id="cdpviewer.W003",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        problems.append(
            checks.Warning(
                "CDPVIEWER_ALLOWED_HOSTS allows every name.", hint="List the names people use.", id="cdpviewer.W004"
            )
        )
    problems += [
        checks.Warning(
            f"The region {name} is reached over plain http: credentials and orders travel unencrypted.",
            hint="Take it out of CDPVIEWER_EXTRA_REGIONS, or give it an https address.",
            id="cdpviewer.W005",
        )
        for name, url in settings.CDP_REGIONS.items()
        if not url.startswith("https:")
    ]
    provider = settings.SIGN_ON.provider
    if provider and not provider.issuer.startswith("https:"):
        problems.append(
            checks.Warning(
                "CDPVIEWER_OIDC_ISSUER is reached over plain http: somebody on the network could sign in as anybody.",
                hint="That is for loopback only. Give the provider's https address.",
                id="cdpviewer.W010",
            )
        )
    return problems


@register(deploy=True)
def mapped_groups(**_kwargs: Any) -> list[CheckMessage]:
    """The groups that CDPVIEWER_OIDC_GROUPS and CDPVIEWER_LDAP_GROUPS map to must exist. Nothing is reported if the database fails."""
    from accounts.sign_on import membership

    problems: list[CheckMessage] = []
    for name, chosen in (("OIDC", settings.SIGN_ON.provider), ("LDAP", settings.SIGN_ON.directory)):
        try:
            absent = membership.missing(chosen.groups.values()) if chosen else set()
        except DatabaseError:
            return []
        problems += [
            Error(
                f"CDPVIEWER_{name}_GROUPS names {group}, and there is no such group: people who are only in that one cannot sign in.",
                hint="Correct the name, or add the group under /admin/auth/group/.",
                id="cdpviewer.E008",
            )
            for group in sorted(absent)
        ]
    return problems


@register("keys")
def record_keys(**_kwargs: Any) -> list[CheckMessage]:
    """The keys in CDPVIEWER_RECORD_KEYS, which prove that access records are unchanged, must be long enough.

    The secret key, which is used if the setting is empty, is checked by `secret_key`.
    """
    return [
        Error(
            f"Key {position} of CDPVIEWER_RECORD_KEYS is too short ({len(key)} of {LEAST_RECORD_KEY} characters).",
            hint=f"Replace it, or remove the setting: records are then proved by the secret key. {NEW_SIGNING_KEY}",
            id="cdpviewer.E007",
        )
        for position, key in enumerate(settings.RECORD_KEYS, start=1)
        if key and len(key) < LEAST_RECORD_KEY and key != settings.SECRET_KEY
    ]


@register(deploy=True)
def files_for_the_owner_alone(**_kwargs: Any) -> list[CheckMessage]:
    """The files with the database, the settings and the secrets must be accessible only to their owner."""
    paths = [path for database in settings.DATABASES.values() for path in modes.database_files(database)]
    return [
        checks.Warning(
            f"{path.name} can be read or written by others than its owner ({stat.S_IMODE(path.stat().st_mode):04o}).",
            hint=f"chmod 600 {path}",
            id="cdpviewer.W006",
        )
        for path in modes.open_to_others([*paths, *environment.files(settings.BASE_DIR)])
    ]


def refusal() -> str:
    """The reasons why the server must not start, one line each, to show to the operator; "" if it may start."""
    problems = [message for message in run_checks(tags=["keys"]) if message.is_serious()]
    return "\n".join(f"{problem.msg} {problem.hint}" for problem in problems)
