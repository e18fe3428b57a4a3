"""The reasons why a sign-in can be refused, with their HTTP statuses and texts, and the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

Kind = Literal[
    "unreachable",
    "failed",
    "cancelled",
    "expired",
    "no-group",
    "name-taken",
    "name-unusable",
    "inactive",
    "someone-else",
    "not-asked-again",
    "password-used",
]
STATUS: dict[Kind, int] = {
    "unreachable": 503,
    "failed": 502,
    "cancelled": 403,
    "expired": 400,
    "no-group": 403,
    "name-taken": 409,
    "name-unusable": 403,
    "inactive": 403,
    "someone-else": 403,
    "not-asked-again": 403,
    "password-used": 403,
}


class NotSignedIn(Exception):
    """A sign-in, or the confirmation of one, was refused or failed.

    `kind` is the reason, `person` the user name, and `page` the page to go to after the next sign-in. The last two are "" if not given.
    """

    by_directory = False  # True in `directory.Refused`

    def __init__(self, kind: Kind, *, person: str = "", page: str = "") -> None:
        super().__init__(kind)
        self.kind, self.person, self.page = kind, person, page


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a refusal: title, reason and next step."""

    title: str
    text: str
    step: str


def words(refused: NotSignedIn, *, confirming: bool = False) -> Words:
    """The texts that explain a refusal, in the current language; `confirming` means that the user is already signed in."""
    name = settings.SIGN_ON.provider.name if settings.SIGN_ON.provider else ""
    if refused.by_directory:
        name = _("Your company’s directory")
    again = _("Try again.")
    result = _("Nothing was confirmed") if confirming else _("Sign-in failed")
    administrator = _("Contact your cdpviewer administrator.")
    told: dict[Kind, tuple[str, str, str]] = {
        "unreachable": (
            _("%(name)s is not available"),
            _("%(name)s could not be reached. This is not a problem with your account."),
            _("Try again in a minute."),
        ),
        "failed": (
            _("%(name)s did not send a usable answer"),
            result + ".",
            _("Try again. If this keeps happening, contact your cdpviewer administrator."),
        ),
        "cancelled": (
            result,
            _("The sign-in was cancelled, or %(name)s did not allow it."),
            again,
        ),
        "expired": (
            _("This sign-in is no longer valid"),
            _("It took more than 10 minutes, had already been completed, or was started in another browser."),
            again,
        ),
        "no-group": (
            _("You don’t have access to cdpviewer"),
            _("%(name)s accepted your sign-in, but you are not in a group that has access to cdpviewer."),
            _("Ask your cdpviewer administrator for access, then sign in again."),
        ),
        "name-taken": (
            _("There is already a user called %(person)s"),
            _("%(name)s cannot confirm that this account is yours. You are not signed in."),
            administrator
            if refused.by_directory
            else _("If the account is yours, ask your cdpviewer administrator to link it to %(name)s."),
        ),
        "name-unusable": (
            _("Your user name cannot be used here"),
            _(
                "%(name)s sent no user name, or one that is too long or contains characters other than letters, digits and these: @ . + - _"
            ),
            administrator,
        ),
        "inactive": (_("Your account is deactivated"), _("You can no longer sign in to cdpviewer."), administrator),
        "someone-else": (
            _("That was a different account"),
            _("You confirmed with a different %(name)s account from the one you are signed in with here."),
            again,
        ),
        "not-asked-again": (
            _("%(name)s did not ask you to sign in again"),
            _("Nothing was confirmed: %(name)s did not report that you had just signed in there."),
            _("Try again. If this keeps happening, contact your cdpviewer administrator."),
        ),
        "password-used": (
            _("Sign-in failed"),
            _("This password works only once and has already been used."),
            _("Ask your cdpviewer administrator for a new password."),
        ),
    }
    return Words(*(text % {"name": name, "person": refused.person} for text in told[refused.kind]))


def page(request: HttpRequest, refused: NotSignedIn) -> HttpResponse:
    """The page that explains the refusal, with the status from STATUS, and Retry-After if the provider cannot be reached."""
    confirming = request.user.is_authenticated
    context = {
        "words": words(refused, confirming=confirming),
        "next": refused.page,
        "request_id": getattr(request, "id", ""),
    }
    response = render(request, "registration/not_signed_in.html", context, status=STATUS[refused.kind])
    if refused.kind == "unreachable":
        response["Retry-After"] = "60"
    return response
