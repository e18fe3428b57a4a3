"""Every failure as a row: status, words, next step, icon, and its effect on the connection's last result.

A new fault is a class in `orders.cdp.errors` and a row in FAULTS; a test goes over the whole tree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from orders.cdp import errors

DATABASE_AWAY = 5  # seconds after which a database that does not serve is worth another request
Words = str | Promise

NOT_TESTED = _("The CDP returned an error, so the credential is not tested yet.")


class Code(StrEnum):
    """Names of problems: for tests, logs and access records ("failed: slow"), so they stay as they are."""

    REFUSED = "refused"
    NOT_PERMITTED = "not-permitted"
    CREDENTIAL_UNREADABLE = "credential-unreadable"
    BAD_REFERENCE = "bad-reference"
    NOT_FOUND = "not-found"
    TOO_MANY = "too-many"
    REQUEST_REFUSED = "request-refused"
    RATE_LIMITED = "rate-limited"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    SLOW = "slow"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    NO_CONNECTION = "no-connection"
    UNKNOWN_CONNECTION = "unknown-connection"
    UNCONFIRMED = "unconfirmed"
    NOT_RECORDED = "not-recorded"
    VIEWS_LIMITED = "views-limited"


class NextStep(StrEnum):
    """Where the button of a problem leads."""

    RETRY = "retry"
    CONNECTIONS = "connections"
    NONE = ""  # the same request would get the same answer


class LastResult(StrEnum):
    """The result of a connection's last use, as stored in `Connection.last_result` and in access records."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_PERMITTED = "not permitted"
    UNREADABLE = "unreadable"
    RATE_LIMITED = "rate limited"
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of problem. `word` is short enough for a table; `step_at` takes the place of `step` if the CDP said when to retry.

    `result` is what a failed test leaves as the connection's last result, and `tested` the sentence about it. `accepted` marks a fault
    of an answer that only an accepted credential gets, which counts as a successful use.
    """

    code: Code
    status: int
    title: Words
    sentence: Words
    step: Words
    icon: str = "warning"
    word: Words = ""
    action: NextStep = NextStep.RETRY
    step_at: Words = ""
    retry_after: int | None = None
    accepted: bool = False
    result: LastResult = LastResult.BROKEN
    tested: Words = NOT_TESTED


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as a page or a panel shows it.

    `retry_after` is in seconds, None if unknown; `technical` is safe to show to anybody (no key, token or personal data). `panel` is the
    id of the element that the next step replaces, "" for a whole page. `typed` are the fields a form must post again: perhaps
    personal, so in no repr.
    """

    code: Code
    status: int
    title: str
    sentence: str
    step: str = ""
    icon: str = "warning"
    action: NextStep = NextStep.NONE
    action_url: str = ""
    action_label: str = ""
    retry_after: int | None = None
    technical: str = ""
    panel: str = ""
    typed: tuple[tuple[str, str], ...] = field(default=(), repr=False)


FAULTS: dict[type[errors.CdpError], Row] = {
    errors.CredentialRefused: Row(
        Code.REFUSED,
        403,
        _("The CDP refused this connection’s credential"),
        _("The CDP did not accept the client key and token (401). They may have been replaced or switched off."),
        _("Ask your CDP administrator for a current API token and enter it on the connection page."),
        icon="key",
        word=_("credential refused"),
        action=NextStep.CONNECTIONS,
        result=LastResult.REFUSED,
        tested=_("The CDP refused the credential: the client key or token is wrong or switched off."),
    ),
    errors.NotPermitted: Row(
        Code.NOT_PERMITTED,
        403,
        _("Not permitted: the CDP does not let this connection read that"),
        _("The CDP accepted the credential, but it does not permit this (403)."),
        _("Ask your CDP administrator what this connection may read, or choose another connection."),
        icon="key",
        word=_("not permitted"),
        action=NextStep.CONNECTIONS,
        result=LastResult.NOT_PERMITTED,
        tested=_("The CDP accepted the credential, but does not permit it to read orders."),
    ),
    errors.CredentialUnreadable: Row(
        Code.CREDENTIAL_UNREADABLE,
        409,
        _("This connection’s stored credential cannot be opened"),
        _("It was encrypted with a key this server no longer has, or it was changed. Nothing was sent to the CDP."),
        _("Enter the client key and token again on the connection page."),
        icon="key",
        word=_("credential cannot be opened"),
        action=NextStep.CONNECTIONS,
        result=LastResult.UNREADABLE,
        tested=_("The stored credential cannot be opened; enter it again."),
    ),
    errors.BadReference: Row(
        Code.BAD_REFERENCE,
        400,
        _("That cannot be an order reference"),
        _(
            "A reference has 1 to 128 letters, digits, dots, hyphens, underscores or tildes. Nothing was sent to the CDP."
        ),
        _("Check what was pasted, and search again."),
        word=_("not a reference"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.NotFound: Row(
        Code.NOT_FOUND,
        404,
        _("Not found in the CDP"),
        _("The CDP answered that it has nothing under this reference (404)."),
        _("Check the reference. An order that was deleted in the CDP can no longer be read."),
        icon="not-found",
        word=_("not found"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.TooMany: Row(
        Code.TOO_MANY,
        400,
        _("Too many people found: narrow the search"),
        _("Only the first ones were read, each with their orders."),
        _("Add the first name, or search for the e-mail address."),
        word=_("too many found"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.RequestRefused: Row(
        Code.REQUEST_REFUSED,
        400,
        _("The CDP refused this request"),
        _("The CDP did not accept the request (4xx). The order or person may still exist."),
        _("Check what you searched for. If it is right, contact your cdpviewer administrator."),
        word=_("request refused"),
        accepted=True,
    ),
    errors.RateLimited: Row(
        Code.RATE_LIMITED,
        429,
        _("Too many requests: the CDP asks us to wait"),
        _("The CDP limits the number of requests, and the limit is reached (429). The order may still exist."),
        _("Try again in a minute."),
        icon="hourglass",
        word=_("asked to wait"),
        step_at=_("Try again in %(time)s."),
        result=LastResult.RATE_LIMITED,
        tested=_("The CDP asks us to wait, so the credential is not tested yet."),
    ),
    errors.TooBusy: Row(
        Code.BUSY,
        503,
        _("The CDP is slow at the moment"),
        _("Many requests are waiting for the CDP, so this one was not sent."),
        _("Try again in a few seconds."),
        icon="hourglass",
        word=_("CDP too busy"),
        retry_after=5,
        result=LastResult.SLOW,
        tested=_("The CDP is slow at the moment, so the credential is not tested yet."),
    ),
    errors.Unreachable: Row(
        Code.UNREACHABLE,
        502,
        _("The CDP is down or cannot be reached"),
        _("The connection to the CDP was refused or broke off. The order may still exist."),
        _(
            "Try again. If this keeps happening, check the vendor’s status page and contact your cdpviewer administrator."
        ),
        icon="unplug",
        word=_("CDP not reachable"),
        result=LastResult.UNREACHABLE,
        tested=_("The CDP could not be reached, so the credential is not tested yet."),
    ),
    errors.Untrusted: Row(
        Code.UNTRUSTED,
        502,
        _("The CDP’s certificate is not trusted"),
        _(
            "The server that answered could not prove that it is the CDP, so nothing was sent. The order may still exist."
        ),
        _("Contact your cdpviewer administrator with the technical detail below."),
        icon="unplug",
        word=_("certificate not trusted"),
        result=LastResult.UNTRUSTED,
        tested=_("The CDP’s certificate is not trusted, so nothing was sent."),
    ),
    errors.TimedOut: Row(
        Code.SLOW,
        504,
        _("The CDP is too slow: no answer in time"),
        _("We stopped waiting. The order may still exist."),
        _("Try again."),
        icon="hourglass",
        word=_("no answer in time"),
        result=LastResult.SLOW,
        tested=_("The CDP did not answer in time, so the credential is not tested yet."),
    ),
    errors.Broken: Row(
        Code.BROKEN,
        502,
        _("The CDP returned an error"),
        _("The CDP answered with an error instead of data. The order may still exist."),
        _("Try again. If this keeps happening, check the vendor’s status page."),
        word=_("error in the CDP"),
        step_at=_("The CDP asks us to wait: try again in %(time)s."),
    ),
    errors.Unreadable: Row(
        Code.UNREADABLE,
        502,
        _("The CDP’s answer is unreadable"),
        _("The answer is not in the documented form. The order may still exist."),
        _("Try again. If this keeps happening, contact your cdpviewer administrator."),
        word=_("answer not readable"),
    ),
    errors.TooLarge: Row(
        Code.TOO_LARGE,
        502,
        _("The CDP sent more than a page reads"),
        _("The data under this reference is far larger than an order. What was read so far is shown, if anything."),
        _("Open the order in the CDP itself, and tell your CDP administrator: a feed may be repeating itself."),
        word=_("more than a page reads"),
        accepted=True,
        action=NextStep.NONE,
    ),
}

_NO_CONNECTION = Row(
    Code.NO_CONNECTION,
    409,
    _("You have no CDP connection yet"),
    _("A connection holds the client key and API token that orders are read with."),
    _("Add one: it takes a minute. Your CDP administrator has the values under Settings, API access."),
    icon="plug",
)
_UNKNOWN_CONNECTION = Row(
    Code.UNKNOWN_CONNECTION,
    404,
    _("You have no connection named “%(name)s”"),
    _("The link names this connection. Nothing was sent to the CDP, because another connection may be another tenant."),
    _("Choose one of your connections, or add one with this name."),
    icon="plug",
)
_UNCONFIRMED = Row(
    Code.UNCONFIRMED,
    409,
    _("Please confirm “%(name)s” first"),
    _("Somebody else set your password. Nothing was sent to the CDP."),
    _("Confirm the connections that are yours; you can read orders with them again at once."),
)
_NOT_RECORDED = Row(
    Code.NOT_RECORDED,
    503,
    _("Not shown, because this view could not be logged"),
    _("Every view of customer data is logged first. The log could not be written, so nothing is shown."),
    _(
        "Try again. If this keeps happening, contact your cdpviewer administrator: the database does not take new records."
    ),
    retry_after=DATABASE_AWAY,
)
_VIEWS_LIMITED = Row(
    Code.VIEWS_LIMITED,
    429,
    _("Too many views in a short time"),
    "",
    "",
    icon="hourglass",
    step_at=_("Try again in %(time)s. Auditors can see that you reached the limit."),
)
_MAY_NOT_REVEAL = Row(
    Code.NOT_PERMITTED,
    403,
    _("Not allowed"),
    _("You don’t have permission to see hidden fields. Your request was logged. Ask a supervisor."),
    "",
    icon="key",
    action=NextStep.NONE,
)


def describe(error: errors.CdpError) -> Problem:
    """The problem that `error` is for the user."""
    wait: float | None = getattr(error, "retry_after", None)
    seconds = max(1, math.ceil(wait)) if wait is not None else None
    return _problem(FAULTS[type(error)], retry_after=seconds, technical=str(error))


def last_result(error: errors.CdpError) -> LastResult:
    """The connection's last result after a use that ended in `error`."""
    row = FAULTS[type(error)]
    return LastResult.ACCEPTED if row.accepted else row.result


def result_word(stored: str) -> str:
    """A stored last result in a word or two; one that is unknown as it was stored."""
    words = {str(row.result): str(row.word) for row in reversed(FAULTS.values()) if not row.accepted}
    return {"": gettext("not used yet"), LastResult.ACCEPTED: gettext("accepted"), **words}.get(stored, stored)


def failure_word(code: str) -> str:
    """The short word for the code of a failure; a code that is unknown as it is."""
    return next((str(row.word) for row in FAULTS.values() if row.code == code), code)


def no_connection() -> Problem:
    """The user has no CDP connection at all."""
    return _problem(_NO_CONNECTION)


def unknown_connection(name: str) -> Problem:
    """A link names a connection that the user does not have; it is never replaced by another."""
    return _problem(_UNKNOWN_CONNECTION, name=name)


def of_shared(problem: Problem, shared_by: str) -> Problem:
    """The same about a shared connection: only those who share it can put it right. `shared_by` is a user name, or ""."""
    step = gettext("This connection is shared. Ask %(person)s, who entered its credential.") % {"person": shared_by}
    unknown = gettext("This connection is shared. Ask your cdpviewer administrator.")
    return replace(problem, step=step if shared_by else unknown)


def unconfirmed(name: str) -> Problem:
    """Somebody else set the user's password, and the user has not confirmed this connection since."""
    return _problem(_UNCONFIRMED, name=name)


def not_recorded() -> Problem:
    """The access record could not be written, so nothing personal is shown."""
    return _problem(_NOT_RECORDED)


def views_limited(sentence: str, seconds: int) -> Problem:
    """The user has reached a limit on views, which ends in `seconds`; nothing was sent to the CDP."""
    return _problem(_VIEWS_LIMITED, sentence=sentence, retry_after=seconds)


def may_not_reveal() -> Problem:
    """The user asked for a hidden field without the right to see it."""
    return _problem(_MAY_NOT_REVEAL)


def _problem(
    row: Row, *, name: str = "", sentence: str = "", retry_after: int | None = None, technical: str = ""
) -> Problem:
    step = str(row.step)
    if retry_after is not None and row.step_at:
        step = str(row.step_at) % {"time": duration_words(retry_after)}
    return Problem(
        code=row.code,
        status=row.status,
        title=str(row.title) % {"name": name[:80]} if name else str(row.title),
        sentence=sentence or str(row.sentence),
        step=step,
        icon=row.icon,
        action=row.action,
        retry_after=row.retry_after if retry_after is None else retry_after,
        technical=technical,
    )


def duration_words(seconds: int) -> str:
    """A wait in words: "40 seconds", "12 minutes", "6 hours"."""
    if seconds < 90:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    if seconds < 5400:
        minutes = round(seconds / 60)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(seconds / 3600)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
