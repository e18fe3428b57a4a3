"""Failures as users see them: faults of the CDP, and other reasons why a page cannot be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from orders.cdp import errors
from orders.privacy import outcomes
from orders.privacy.outcomes import Outcome
from orders.problems.faults import FAULTS, Code, LastResult, NextStep, Row

DATABASE_AWAY = 5  # seconds to wait before the next attempt if the database is unavailable


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as a page or a panel shows it.

    `retry_after` is in seconds, None if unknown; `technical` is safe to show to anybody (no key, token or personal data). `panel` is the
    id of the element that the problem's button reloads; "" if the button loads a whole page. `typed` holds the form fields (name, value)
    that the button posts again; they may be personal, so they are not in the repr.
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

    @property
    def outcome(self) -> Outcome:
        """The outcome for an access record, such as "failed: slow"."""
        return outcomes.failed(self.code)


_NO_CONNECTION = Row(
    Code.NO_CONNECTION,
    409,
    _("You have no CDP connection yet"),
    _("A connection holds the client key and API token used to read orders."),
    _(
        "Add one; it takes only a minute. Your CDP administrator can find the key and token in Sitecore CDP under Settings → API access."
    ),
    icon="plug",
)
_UNKNOWN_CONNECTION = Row(
    Code.UNKNOWN_CONNECTION,
    404,
    _("You have no connection named “%(name)s”"),
    _("The link names this connection. Any other may belong to a different tenant, so nothing was sent to the CDP."),
    _("Choose one of your connections, or add one with this name."),
    icon="plug",
)
_UNCONFIRMED = Row(
    Code.UNCONFIRMED,
    409,
    _("Confirm your connection “%(name)s” first"),
    _("Your password was reset, so this connection cannot be used until you confirm it. Nothing was sent to the CDP."),
    _("Confirm only the connections that are yours."),
)
_NOT_RECORDED = Row(
    Code.NOT_RECORDED,
    503,
    _("Nothing is shown, because this view could not be logged"),
    _("Access must be logged before anything is shown, but the log entry could not be written."),
    _(
        "Try again. If this keeps happening, tell your cdpviewer administrator that the database is not accepting new records."
    ),
    retry_after=DATABASE_AWAY,
)
_VIEWS_LIMITED = Row(
    Code.VIEWS_LIMITED,
    429,
    _("View limit reached"),
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
    """The problem that the user sees for `error`."""
    wait: float | None = getattr(error, "retry_after", None)
    seconds = max(1, math.ceil(wait)) if wait is not None else None
    return _problem(FAULTS[type(error)], retry_after=seconds, technical=str(error))


def last_result(error: errors.CdpError) -> LastResult:
    """The last result to store for a connection when a request through it, other than a test, fails with `error`."""
    row = FAULTS[type(error)]
    return LastResult.ACCEPTED if row.accepted else row.result


def result_word(stored: str) -> str:
    """A stored last result in a few words, in the user's language; "not tested yet" for "". An unknown one is returned unchanged."""
    words = {str(row.result): str(row.word) for row in reversed(FAULTS.values()) if not row.accepted}
    return {"": gettext("not tested yet"), LastResult.ACCEPTED: gettext("accepted"), **words}.get(stored, stored)


def failure_word(code: str) -> str:
    """The name, in a few words, of the CDP failure with this code; any other code is returned unchanged."""
    return next((str(row.word) for row in FAULTS.values() if row.code == code), code)


def no_connection() -> Problem:
    """The problem for a user who has no CDP connection."""
    return _problem(_NO_CONNECTION)


def unknown_connection(name: str) -> Problem:
    """The problem for a link that names a connection the user does not have; no other connection is used instead."""
    return _problem(_UNKNOWN_CONNECTION, name=name)


def of_shared(problem: Problem, shared_by: str) -> Problem:
    """`problem` with the next step for a shared connection.

    The step is to contact `shared_by`, the user who entered the credential, or an administrator if `shared_by` is "".
    """
    step = gettext("This connection is shared. Contact %(person)s, who entered its credential.") % {"person": shared_by}
    unknown = gettext("This connection is shared. Contact your cdpviewer administrator.")
    return replace(problem, step=step if shared_by else unknown)


def unconfirmed(name: str) -> Problem:
    """The problem for a connection that the user has not confirmed since their password was reset."""
    return _problem(_UNCONFIRMED, name=name)


def not_recorded() -> Problem:
    """The problem for a view that could not be recorded, and so shows nothing personal."""
    return _problem(_NOT_RECORDED)


def views_limited(sentence: str, seconds: int) -> Problem:
    """The problem for a user who has exceeded a view limit and must wait `seconds`; `sentence` names the limit."""
    return _problem(_VIEWS_LIMITED, sentence=sentence, retry_after=seconds)


def may_not_reveal() -> Problem:
    """The problem for a user who asked for hidden data without the right to see it."""
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
