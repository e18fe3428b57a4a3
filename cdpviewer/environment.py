"""Settings from the environment: NAME holds the value, or NAME_FILE names a file that holds it.

The environment takes precedence over the settings file (`.env`, or the file named by CDPVIEWER_ENV_FILE). Error messages name
the setting or the file, and never repeat a value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

from cdpviewer import settings_file

YES = frozenset({"on", "yes", "true", "1"})
NO = frozenset({"off", "no", "false", "0"})


def load(path: Path) -> dict[str, str]:
    """The values in a settings file, by name; {} if there is no such file. Raises ImproperlyConfigured if the file cannot be read.

    The format is described at `settings_file.values`.
    """
    try:
        return settings_file.values(settings_file.decoded(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except settings_file.BadLine as error:
        problem = f"The settings file {path.name}: {error}"
    except settings_file.NotUtf8 as error:
        problem = f"The settings file {path.name} cannot be read: {error}."
    except OSError as error:
        problem = f"The settings file {path.name} cannot be read ({type(error).__name__}): check who owns it and who may read it."
    raise ImproperlyConfigured(problem)


class Environment:
    """Settings by name, from the environment first and the settings file second.

    A setting that is in neither, or is empty, has its default. An unusable value raises ImproperlyConfigured, and so does
    setting both NAME and NAME_FILE in the same source.
    """

    def __init__(self, environ: Mapping[str, str], local: Mapping[str, str]) -> None:
        self._sources = (environ, local)

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding white space; `default` if neither NAME nor NAME_FILE is set, or the value is empty."""
        for source in self._sources:
            if name in source and source.get(f"{name}_FILE"):
                raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set: remove one of them.")
            if source.get(f"{name}_FILE"):
                return _content(name, source[f"{name}_FILE"]) or default
            if name in source:
                return source[name].strip() or default
        return default

    def switch(self, name: str, default: bool) -> bool:
        """The value as a boolean: on or off (also yes/no, true/false, 1/0)."""
        value = self.text(name).lower()
        if not value:
            return default
        if value not in YES | NO:
            raise ImproperlyConfigured(f"{name} must be on or off.")
        return value in YES

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """The value as a whole number, `least` or more."""
        value = self.text(name)
        if not value:
            return default
        if not (value.isascii() and value.isdigit()) or int(value) < least:
            raise ImproperlyConfigured(f"{name} must be a whole number, {least} or more.")
        return int(value)

    def seconds(self, name: str, default: float) -> float:
        """The value as a number of seconds, more than 0 and less than 3600; fractions are allowed."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number < 3600:
            raise ImproperlyConfigured(f"{name} must be a number of seconds, more than 0 and less than 3600.")
        return number

    def pattern(self, name: str, default: str) -> re.Pattern[str]:
        """The value as a compiled regular expression."""
        try:
            return re.compile(self.text(name, default))
        except re.error as error:
            raise ImproperlyConfigured(
                f"{name} is not a regular expression, from character {(error.pos or 0) + 1} on."
            ) from None

    def listed(self, name: str) -> tuple[str, ...]:
        """The parts of a comma-separated value, in order; empty parts are left out."""
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())


def address(name: str, url: str) -> SplitResult:
    """The parts of `url`, which is all or part of the value of the setting `name`. `.port` can be read without an error.

    Raises ImproperlyConfigured if the URL is malformed. The parser's message is left out: it quotes the user name and the password.
    """
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises ValueError too, if it is not a number up to 65535
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} cannot be read as a URL: its host or port is malformed. In a user name or password, write # / ? @ [ ] as %23 %2F "
            "%3F %40 %5B %5D, and write any character that is not ASCII in the same way."
        ) from None
    return parts


def _content(name: str, path: str) -> str:
    try:
        return settings_file.decoded(Path(path).read_bytes()).strip()
    except settings_file.NotUtf8 as error:
        problem = f"The file that {name}_FILE names cannot be read: {error}."
    except (OSError, ValueError) as error:
        problem = f"The file that {name}_FILE names cannot be read ({type(error).__name__}): check the path and who may read it."
    raise ImproperlyConfigured(problem)


def find(base: Path) -> Environment:
    """This process's environment, with the settings file `.env` in `base` as a fallback.

    CDPVIEWER_ENV_FILE names another file; an empty value means no file. Raises ImproperlyConfigured if the file cannot be read.
    """
    chosen = os.environ.get("CDPVIEWER_ENV_FILE")
    if chosen is None:
        return Environment(os.environ, load(base / ".env"))
    return Environment(os.environ, load(Path(chosen)) if chosen else {})


SECRETS = (
    "CDPVIEWER_SECRET_KEY",
    "CDPVIEWER_CREDENTIAL_KEYS",
    "CDPVIEWER_RECORD_KEYS",
    "CDPVIEWER_SENTRY_DSN",
    "CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS",
    "CDPVIEWER_OIDC_CLIENT_SECRET",
    "CDPVIEWER_LDAP_BIND_PASSWORD",
    "CDPVIEWER_PROXY_SECRET",
    "CDPVIEWER_REDIS_URL",
    "DATABASE_URL",
    "CDPVIEWER_OWNER_DATABASE_URL",
)


def files(base: Path) -> list[Path]:
    """The files that may contain secrets: the settings file, and any file that `<name>_FILE` points to for a name in SECRETS.

    Some may not exist. Raises ImproperlyConfigured if the settings file cannot be read.
    """
    chosen = os.environ.get("CDPVIEWER_ENV_FILE", str(base / ".env"))
    local = load(Path(chosen)) if chosen else {}
    named = [source.get(f"{name}_FILE") for name in SECRETS for source in (os.environ, local)]
    return [Path(path) for path in (chosen, *named) if path]
