"""Every failure in the words of the person who reads it: what happened, what to do next, and an honest HTTP status."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.cdp import errors

DATABASE_AWAY = 5  # seconds after which a database that does not serve is worth another question


@dataclass(frozen=True, slots=True)
class Problem:
    """What a page or a panel says about a failure.

    `code` is a stable word for tests, logs and the template's icon; `retry_after` is in seconds, None where nobody knows;
    `technical` is safe to show to anybody (no key, no token, no personal data). `panel` is the id of the element in whose place
    the action's answer belongs, "" for a whole page. `typed` are the fields a form must post again: perhaps personal, in no repr.
    """

    code: str
    status: int
    title: str
    sentence: str
    step: str = ""
    action_url: str = ""
    action_label: str = ""
    retry_after: int | None = None
    technical: str = ""
    panel: str = ""
    typed: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def describe(error: errors.CdpError) -> Problem:
    """The problem that `error` is for the person. Every class of the error tree has words of its own; a test says so."""
    for kind in type(error).__mro__:
        if make := WORDS.get(kind):
            return replace(make(error), technical=str(error))
    raise TypeError(f"{type(error).__name__} is not a CdpError")


def _refused(error: errors.CdpError) -> Problem:
    return Problem(
        "refused",
        403,
        _("The CDP refused this connection’s credential"),
        _(
            "The client key and token of this connection were not accepted (401). They may have been replaced or switched off."
        ),
        _("Ask your CDP administrator for a current API token and enter it on the connection page."),
    )


def _not_permitted(error: errors.CdpError) -> Problem:
    return Problem(
        "not-permitted",
        403,
        _("Not permitted: the CDP does not let this connection read that"),
        _("The credential is known to the CDP, but it may not read this (403)."),
        _("Ask your CDP administrator what this connection may read, or choose another connection."),
    )


def _credential_unreadable(error: errors.CdpError) -> Problem:
    return Problem(
        "credential-unreadable",
        409,
        _("This connection’s stored credential cannot be opened"),
        _("It was sealed with a key this server no longer has, or it was changed. Nothing was sent to the CDP."),
        _("Enter the client key and token again on the connection page."),
    )


def _you(error: errors.CdpError) -> Problem:
    return Problem(
        "connection",
        409,
        _("This connection needs your attention"),
        _("The CDP cannot be asked with it as it is."),
        _("Look at the connection page."),
    )


def _bad_reference(error: errors.CdpError) -> Problem:
    return Problem(
        "bad-reference",
        400,
        _("That cannot be an order reference"),
        _(
            "A reference has 1 to 128 letters, digits, dots, hyphens, underscores or tildes. Nothing was sent to the CDP."
        ),
        _("Check what was pasted, and search again."),
    )


def _not_found(error: errors.CdpError) -> Problem:
    return Problem(
        "not-found",
        404,
        _("Not found in the CDP"),
        _("The CDP answered, and it knows nothing under this reference (404)."),
        _("Check the reference. An order that was deleted in the CDP cannot be read any more."),
    )


def _too_many(error: errors.CdpError) -> Problem:
    return Problem(
        "too-many",
        400,
        _("More people fit than are shown: narrow the search"),
        _("Only the first ones were read, each with their orders."),
        _("Add the first name, or search for the e-mail address."),
    )


def _request_refused(error: errors.CdpError) -> Problem:
    return Problem(
        "request-refused",
        400,
        _("The CDP refused this request"),
        _(
            "It answered that it will not take the request as it was made (4xx). There may well be such an order or person."
        ),
        _("Check what you searched for. If it is right, contact your cdpviewer administrator."),
    )


def _rate_limited(error: errors.CdpError) -> Problem:
    seconds = _wait_said(error)
    return Problem(
        "rate-limited",
        429,
        _("Too many requests: the CDP asks us to wait"),
        _(
            "The CDP limits how often it may be asked, and that limit is reached (429). This says nothing about the order."
        ),
        _("Try again in %(time)s.") % {"time": spoken(seconds)} if seconds else _("Try again in a minute."),
        retry_after=seconds,
    )


def _too_busy(error: errors.CdpError) -> Problem:
    return Problem(
        "busy",
        503,
        _("The CDP is slow at the moment"),
        _("Many people are waiting for its answers, so this request was not even sent."),
        _("Try again in a few seconds."),
        retry_after=5,
    )


def _unreachable(error: errors.CdpError) -> Problem:
    return Problem(
        "unreachable",
        502,
        _("The CDP is down or cannot be reached"),
        _("The connection to it was refused, or broke off. This says nothing about the order."),
        _("Try again. If it stays so, look at the vendor’s status page and tell whoever runs this program."),
    )


def _untrusted(error: errors.CdpError) -> Problem:
    return Problem(
        "untrusted",
        502,
        _("The CDP’s certificate is not trusted"),
        _("Nothing was sent: what answered could not prove that it is the CDP. This says nothing about the order."),
        _("Contact your cdpviewer administrator with the technical detail below."),
    )


def _timed_out(error: errors.CdpError) -> Problem:
    return Problem(
        "slow",
        504,
        _("The CDP is too slow: no answer in time"),
        _("We stopped waiting so that you do not have to. This says nothing about the order."),
        _("Try again."),
    )


def _broken(error: errors.CdpError) -> Problem:
    seconds = _wait_said(error)
    return Problem(
        "broken",
        502,
        _("The CDP is down: it answered with a fault"),
        _("The CDP answered, but with a fault of its own instead of data. This says nothing about the order."),
        _("It asks us to come back: try again in %(time)s.") % {"time": spoken(seconds)}
        if seconds
        else _("Try again. If it stays so, look at the vendor’s status page."),
        retry_after=seconds,
    )


def _unreadable(error: errors.CdpError) -> Problem:
    return Problem(
        "unreadable",
        502,
        _("The CDP’s answer is unreadable"),
        _("Something came back that is not what the CDP documents. This says nothing about the order."),
        _("Try again. If it stays so, tell whoever runs this program."),
    )


def _too_large(error: errors.CdpError) -> Problem:
    return Problem(
        "too-large",
        502,
        _("The CDP sent more than a page reads"),
        _(
            "What it has under this reference is far larger than an order. What was read up to there is shown, if anything."
        ),
        _("Look at the order in the CDP itself, and tell your CDP administrator: a feed may be repeating itself."),
    )


def _wait(error: errors.CdpError) -> Problem:
    return replace(_too_busy(error), code="wait")


WORDS: dict[type, Callable[[errors.CdpError], Problem]] = {
    errors.CredentialRefused: _refused,
    errors.NotPermitted: _not_permitted,
    errors.CredentialUnreadable: _credential_unreadable,
    errors.YouMustAct: _you,
    errors.BadReference: _bad_reference,
    errors.NotFound: _not_found,
    errors.TooMany: _too_many,
    errors.RequestRefused: _request_refused,
    errors.ReferenceProblem: _request_refused,
    errors.RateLimited: _rate_limited,
    errors.TooBusy: _too_busy,
    errors.Wait: _wait,
    errors.Unreachable: _unreachable,
    errors.Untrusted: _untrusted,
    errors.TimedOut: _timed_out,
    errors.Broken: _broken,
    errors.Unreadable: _unreadable,
    errors.TooLarge: _too_large,
    errors.TheyMustAct: _broken,
    errors.CdpError: _broken,
}


def no_connection() -> Problem:
    """The person has no CDP connection at all."""
    return Problem(
        "no-connection",
        409,
        _("You have no CDP connection yet"),
        _("A connection holds the client key and API token that orders are read with."),
        _("Add one: it takes a minute. Your CDP administrator has the values under Settings, API access."),
    )


def unknown_connection(name: str) -> Problem:
    """A link asked for a connection by a name the person does not have; it is never replaced by another."""
    return Problem(
        "unknown-connection",
        404,
        _("You have no connection named “%(name)s”") % {"name": name[:80]},
        _(
            "The link asks for this connection by name. Nothing was sent to the CDP: another connection may be another tenant."
        ),
        _("Choose one of your connections, or add one with this name."),
    )


def unconfirmed(name: str) -> Problem:
    """Somebody else set the person's password, and they have not confirmed this connection since."""
    return Problem(
        "unconfirmed",
        409,
        _("“%(name)s” waits for you to confirm it") % {"name": name[:80]},
        _("Your password was set anew by somebody else. Nothing was sent to the CDP."),
        _("Confirm the connections that are yours; orders can be read with them again at once."),
    )


def not_recorded() -> Problem:
    """The access record could not be written, so nothing personal is shown."""
    return Problem(
        "not-recorded",
        503,
        _("Not shown, because the look could not be recorded"),
        _(
            "Whoever looks at a customer’s data is recorded first. The record could not be written, so nothing is shown."
        ),
        _("Try again. If it stays so, tell whoever runs this program: its database does not take new records."),
        retry_after=DATABASE_AWAY,
    )


def _wait_said(error: errors.CdpError) -> int | None:
    """Whole seconds of the CDP's own Retry-After, at least one; None where it said nothing."""
    wait: float | None = getattr(error, "retry_after", None)
    return max(1, math.ceil(wait)) if wait is not None else None


def spoken(seconds: int) -> str:
    """A wait in words: "40 seconds", "12 minutes", "6 hours"."""
    if seconds < 90:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    if seconds < 5400:
        minutes = round(seconds / 60)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(seconds / 3600)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
