"""How a user signs in, noted on the request from the first step of the sign-in until the session starts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest


class Method(StrEnum):
    """What proved who the user is: a password stored here, the company's directory or OpenID Connect provider, or a proxy."""

    PASSWORD = "password"  # noqa: S105  (no password)
    DIRECTORY = "directory"
    PROVIDER = "provider"
    PROXY = "proxy"

    @property
    def has_second_step(self) -> bool:
        """Whether our own second step follows a sign-in by this method. If not, any second step is up to the provider or the proxy."""
        return self in (Method.PASSWORD, Method.DIRECTORY)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in under way. `authenticated_at` is when the user authenticated at the provider (seconds since 1970; 0 if not known)."""

    method: Method = Method.PASSWORD
    second_step_done: bool = False
    authenticated_at: int = 0


def note(request: HttpRequest, sign_in: SignIn) -> None:
    """Note the sign-in on the request, for the receivers of Django's signal `user_logged_in`."""
    request.sign_in = sign_in  # type: ignore[attr-defined]  # read by `noted` alone


def noted(request: HttpRequest) -> SignIn:
    """The sign-in noted on the request; a sign-in with a password if none was noted, as for a session that a test starts."""
    sign_in: SignIn = getattr(request, "sign_in", SignIn())
    return sign_in
