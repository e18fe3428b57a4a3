"""A table of the reasons why a sign-in can be refused, the page that explains a refusal, and the record of one by a directory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rights import sign_in_failed
from orders.privacy import outcomes
from orders.privacy.record_kinds import Action


class Kind(StrEnum):
    """Why a sign-in was refused; the value appears in access records and logs."""

    UNREACHABLE = "unreachable"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_GROUP = "no-group"
    NAME_TAKEN = "name-taken"
    NAME_UNUSABLE = "name-unusable"
    INACTIVE = "inactive"
    SOMEONE_ELSE = "someone-else"
    NOT_ASKED_AGAIN = "not-asked-again"
    PASSWORD_USED = "password-used"  # noqa: S105  # pragma: allowlist secret  (no password)


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a refusal: title, reason and next step.

    In a row of `REFUSALS`, `%(name)s` is the name of the provider or directory, `%(person)s` the user name, and `%(result)s` says that
    the sign-in failed or that nothing was confirmed.
    """

    title: str | Promise
    text: str | Promise
    step: str | Promise


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of `REFUSALS`: the HTTP status of the page and its texts. `directory_step` replaces the next step if a directory is used."""

    status: int
    words: Words
    directory_step: str | Promise = ""


_RESULT = "%(result)s"
_AGAIN = gettext_lazy("Try again.")
_AGAIN_OR_ADMINISTRATOR = gettext_lazy("Try again. If this keeps happening, contact your cdpviewer administrator.")
_ADMINISTRATOR = gettext_lazy("Contact your cdpviewer administrator.")

REFUSALS: dict[Kind, Refusal] = {
    Kind.UNREACHABLE: Refusal(
        503,
        Words(
            gettext_lazy("%(name)s is not available"),
            gettext_lazy("%(name)s could not be reached. This is not a problem with your account."),
            gettext_lazy("Try again in a minute."),
        ),
    ),
    Kind.FAILED: Refusal(
        502,
        Words(gettext_lazy("%(name)s did not send a usable answer"), f"{_RESULT}.", _AGAIN_OR_ADMINISTRATOR),
    ),
    Kind.CANCELLED: Refusal(
        403,
        Words(_RESULT, gettext_lazy("The sign-in was cancelled, or %(name)s did not allow it."), _AGAIN),
    ),
    Kind.EXPIRED: Refusal(
        400,
        Words(
            gettext_lazy("This sign-in is no longer valid"),
            gettext_lazy(
                "It took more than 10 minutes, had already been completed, or was started in another browser."
            ),
            _AGAIN,
        ),
    ),
    Kind.NO_GROUP: Refusal(
        403,
        Words(
            gettext_lazy("You don’t have access to cdpviewer"),
            gettext_lazy("%(name)s accepted your sign-in, but you are not in a group that has access to cdpviewer."),
            gettext_lazy("Ask your cdpviewer administrator for access, then sign in again."),
        ),
    ),
    Kind.NAME_TAKEN: Refusal(
        409,
        Words(
            gettext_lazy("There is already a user called %(person)s"),
            gettext_lazy("%(name)s cannot confirm that this account is yours. You are not signed in."),
            gettext_lazy("If the account is yours, ask your cdpviewer administrator to link it to %(name)s."),
        ),
        directory_step=_ADMINISTRATOR,
    ),
    Kind.NAME_UNUSABLE: Refusal(
        403,
        Words(
            gettext_lazy("Your user name cannot be used here"),
            gettext_lazy(
                "%(name)s sent no user name, or one that is too long or contains characters other than letters, digits and these: @ . + - _"
            ),
            _ADMINISTRATOR,
        ),
    ),
    Kind.INACTIVE: Refusal(
        403,
        Words(
            gettext_lazy("Your account is deactivated"),
            gettext_lazy("You can no longer sign in to cdpviewer."),
            _ADMINISTRATOR,
        ),
    ),
    Kind.SOMEONE_ELSE: Refusal(
        403,
        Words(
            gettext_lazy("That was a different account"),
            gettext_lazy("You confirmed with a different %(name)s account from the one you are signed in with here."),
            _AGAIN,
        ),
    ),
    Kind.NOT_ASKED_AGAIN: Refusal(
        403,
        Words(
            gettext_lazy("%(name)s did not confirm a new sign-in"),
            gettext_lazy("Nothing was confirmed: %(name)s did not report that you had just signed in there."),
            _AGAIN_OR_ADMINISTRATOR,
        ),
    ),
    Kind.PASSWORD_USED: Refusal(
        403,
        Words(
            gettext_lazy("Sign-in failed"),
            gettext_lazy("This password works only once and has already been used."),
            gettext_lazy("Ask your cdpviewer administrator for a new password."),
        ),
    ),
}


class NotSignedIn(Exception):
    """A sign-in, or the confirmation of one, was refused or failed.

    `kind` is the reason, `person` the user name, and `page` the page to go to after the next sign-in. The last two may be "".
    """

    by_directory = False  # True in `directory.Refused`

    def __init__(self, kind: Kind, *, person: str = "", page: str = "") -> None:
        super().__init__(kind)
        self.kind, self.person, self.page = kind, person, page


def words(refused: NotSignedIn, *, confirming: bool = False) -> Words:
    """The texts that explain a refusal, in the current language; `confirming` means that the user is already signed in."""
    refusal = REFUSALS[refused.kind]
    name, step = settings.SIGN_ON.provider.name if settings.SIGN_ON.provider else "", refusal.words.step
    if refused.by_directory:
        name, step = _("Your company’s directory"), refusal.directory_step or step
    result = _("Nothing was confirmed") if confirming else _("Sign-in failed")
    values = {"name": name, "person": refused.person, "result": result}
    return Words(*(str(text) % values for text in (refusal.words.title, refusal.words.text, step)))


def page(request: HttpRequest, refused: NotSignedIn) -> HttpResponse:
    """The page that explains the refusal, with the status from `REFUSALS`, and Retry-After if the provider cannot be reached."""
    context = {
        "words": words(refused, confirming=request.user.is_authenticated),
        "next": refused.page,
        "request_id": getattr(request, "id", ""),
    }
    response = render(request, "registration/not_signed_in.html", context, status=REFUSALS[refused.kind].status)
    if refused.kind is Kind.UNREACHABLE:
        response["Retry-After"] = "60"
    return response


def not_let_in(request: HttpRequest, refused: NotSignedIn) -> HttpResponse:
    """Record that the directory accepted the password but the user may not sign in, and return a page with the reason."""
    sign_in_failed(Action.SIGN_IN_FAILED, refused.person, outcomes.refused_by_directory(refused.kind))
    return page(request, refused)
