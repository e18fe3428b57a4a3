"""All CDP errors in one table: HTTP status, wording, next step, icon, and the effect on the connection's last result.

A new error needs a class in the tree of `orders.cdp.errors`, a code, and a row in FAULTS; a test checks the whole tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.cdp import errors
from orders.privacy.sealing import CredentialUnreadable

Words = str | Promise

NOT_TESTED = _("The CDP did not answer as expected, so the credential could not be tested.")


class Code(StrEnum):
    """Names of problems. Tests, logs and stored access records use them ("failed: slow"), so they must not change."""

    REFUSED = "refused"
    NOT_PERMITTED = "not-permitted"
    CREDENTIAL_UNREADABLE = "credential-unreadable"
    BAD_REFERENCE = "bad-reference"
    NOT_FOUND = "not-found"
    NOT_ON_ORDER = "not-on-order"
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
    """What a problem's button does."""

    RETRY = "retry"
    CONNECTIONS = "connections"
    NONE = ""  # no button: the same request would get the same answer


class LastResult(StrEnum):
    """The result of a connection's last use, as stored in its `last_result` and in the access records of connection tests."""

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
    """A kind of problem. `word` is its name in a few words, for tables; `step_at` replaces `step` if the time until a retry is known.

    If a connection test fails in this way, its result is `result`, and `tested` is the sentence shown. If any other use of the
    connection fails in this way, its last result is `result` too, unless `accepted` is True: the failure then casts no doubt on the
    credential, and the last result is ACCEPTED.
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


FAULTS: dict[type[errors.CdpError], Row] = {
    errors.CredentialRefused: Row(
        Code.REFUSED,
        403,
        _("The CDP refused this connection’s credential"),
        _("The CDP did not accept the client key and token (401). They may have been replaced or disabled."),
        _(
            "Ask your CDP administrator for a valid client key and API token, then replace the credential on the Connections page."
        ),
        icon="key",
        word=_("credential refused"),
        action=NextStep.CONNECTIONS,
        result=LastResult.REFUSED,
        tested=_(
            "The CDP refused the credential: the client key or token is wrong, disabled or for a different region."
        ),
    ),
    errors.NotPermitted: Row(
        Code.NOT_PERMITTED,
        403,
        _("Not permitted: this connection has no access to this data"),
        _("The credential is valid, but it does not permit this request (403)."),
        _("Ask your CDP administrator what this connection has access to, or choose a different connection."),
        icon="key",
        word=_("not permitted"),
        action=NextStep.CONNECTIONS,
        result=LastResult.NOT_PERMITTED,
        tested=_("The credential is valid, but it does not permit reading orders."),
    ),
    CredentialUnreadable: Row(
        Code.CREDENTIAL_UNREADABLE,
        409,
        _("This connection’s stored credential cannot be used"),
        _(
            "The encryption key or region is no longer set up on this server, or the stored data was altered. Nothing was sent to the CDP."
        ),
        _("Replace the credential on the Connections page: check the region and enter the client key and token again."),
        icon="key",
        word=_("stored credential cannot be used"),
        action=NextStep.CONNECTIONS,
        result=LastResult.UNREADABLE,
        tested=_("The stored credential cannot be used; enter it again."),
    ),
    errors.BadReference: Row(
        Code.BAD_REFERENCE,
        400,
        _("This is not a valid ref or search term"),
        _(
            "A ref has at most 128 letters, digits, dots, hyphens, underscores or tildes; "
            "a search term has at most 256 visible characters. Nothing was sent to the CDP."
        ),
        _("Check the text and search again."),
        word=_("not a valid ref or search term"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.NotFound: Row(
        Code.NOT_FOUND,
        404,
        _("Not found in the CDP"),
        _("The CDP has nothing under this reference (404)."),
        _("Check the reference. An order that was deleted in the CDP can no longer be read."),
        icon="not-found",
        word=_("not found"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.NotOnOrder: Row(
        Code.NOT_ON_ORDER,
        404,
        _("Not on this order"),
        _("There is no such person or hidden field on this order."),
        _("Open the order again: it may have changed."),
        icon="not-found",
        word=_("not on this order"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.TooMany: Row(
        Code.TOO_MANY,
        400,
        _("Too many people found: narrow the search"),
        _("Only the first matches are shown, with their orders."),
        _("Search by first and last name, or by e-mail address."),
        word=_("too many found"),
        accepted=True,
        action=NextStep.NONE,
    ),
    errors.RequestRefused: Row(
        Code.REQUEST_REFUSED,
        400,
        _("The CDP refused this request"),
        _("The CDP did not accept the request. The order or person may still exist."),
        _("Check the reference or search term. If it is correct, contact your cdpviewer administrator."),
        word=_("request refused"),
        accepted=True,
    ),
    errors.RateLimited: Row(
        Code.RATE_LIMITED,
        429,
        _("Too many requests: the CDP asked us to wait"),
        _(
            "The CDP limits the number of requests, and the limit has been reached (429). The order or person may still exist."
        ),
        _("Try again in a minute."),
        icon="hourglass",
        word=_("the CDP asked us to wait"),
        step_at=_("Try again in %(time)s."),
        result=LastResult.RATE_LIMITED,
        tested=_("The CDP asked us to wait, so the credential could not be tested."),
    ),
    errors.TooBusy: Row(
        Code.BUSY,
        503,
        _("The CDP is slow at the moment"),
        _("Too many requests are already waiting for the CDP, so this one was not sent."),
        _("Try again in a few seconds."),
        icon="hourglass",
        word=_("CDP too busy"),
        retry_after=5,
        result=LastResult.SLOW,
        tested=_("Too many requests are already waiting for the CDP, so the credential could not be tested."),
    ),
    errors.Unreachable: Row(
        Code.UNREACHABLE,
        502,
        _("The CDP is down or cannot be reached"),
        _("cdpviewer could not connect to the CDP, or the connection was lost. The order or person may still exist."),
        _("Try again. If this keeps happening, check Sitecore’s status page and contact your cdpviewer administrator."),
        icon="unplug",
        word=_("CDP not reachable"),
        result=LastResult.UNREACHABLE,
        tested=_("The CDP could not be reached, so the credential could not be tested."),
    ),
    errors.Untrusted: Row(
        Code.UNTRUSTED,
        502,
        _("The CDP’s certificate is not trusted"),
        _(
            "The server that answered could not prove that it is the CDP, so nothing was sent. The order or person may still exist."
        ),
        _("Contact your cdpviewer administrator, who can check the certificate."),
        icon="unplug",
        word=_("certificate not trusted"),
        result=LastResult.UNTRUSTED,
        tested=_("The CDP’s certificate is not trusted, so nothing was sent."),
    ),
    errors.TimedOut: Row(
        Code.SLOW,
        504,
        _("The CDP did not answer in time"),
        _("We stopped waiting. The order or person may still exist."),
        _("Try again."),
        icon="hourglass",
        word=_("no answer in time"),
        result=LastResult.SLOW,
        tested=_("The CDP did not answer in time, so the credential could not be tested."),
    ),
    errors.Broken: Row(
        Code.BROKEN,
        502,
        _("The CDP returned an error"),
        _("The CDP answered with an error instead of data. The order or person may still exist."),
        _("Try again. If this keeps happening, check Sitecore’s status page."),
        word=_("error from the CDP"),
        step_at=_("Try again in %(time)s."),
    ),
    errors.Unreadable: Row(
        Code.UNREADABLE,
        502,
        _("The CDP’s answer could not be read"),
        _(
            "The CDP’s answer is incomplete, too large or not in the expected format. The order or person may still exist."
        ),
        _("Try again. If this keeps happening, contact your cdpviewer administrator."),
        word=_("answer not readable"),
    ),
    errors.TooLarge: Row(
        Code.TOO_LARGE,
        502,
        _("The CDP sent too much data for one page"),
        _("This is far more data than usual, so we stopped reading it."),
        _(
            "Look in Sitecore CDP instead, and tell your CDP administrator that a feed may be sending the same data repeatedly."
        ),
        word=_("too much data for one page"),
        accepted=True,
        action=NextStep.NONE,
    ),
}
