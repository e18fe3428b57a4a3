"""Which failed attempts are retried, and when; also, the error for each kind of failure."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from requests.exceptions import ConnectTimeout, ReadTimeout
from urllib3.exceptions import ReadTimeoutError

from orders.cdp import errors, outbound
from orders.cdp.errors import CdpError
from orders.cdp.limits import Limits
from orders.cdp.transport.deadline import Deadline

_ERRORS: dict[int, type[CdpError]] = {401: errors.CredentialRefused, 403: errors.NotPermitted, 404: errors.NotFound}
LEAST = 0.05  # seconds; an attempt with less time cannot succeed


class Failure(NamedTuple):
    """A failed attempt. `again` is whether to retry; `wait` is the number of seconds that the CDP asked us to wait, or None.

    If `at_once` is True, the first retry is made without a pause, unless `wait` is set.
    """

    error: CdpError
    again: bool = False
    wait: float | None = None
    at_once: bool = False


def pause_after(failure: Failure, tries: int, deadline: Deadline, limits: Limits) -> float | None:
    """The seconds to wait before the next attempt, after `tries` attempts; None if there must not be another."""
    if not failure.again or tries > limits.retries:
        return None
    if failure.wait is not None:
        pause = failure.wait
    elif failure.at_once and tries == 1:
        pause = 0.0
    else:
        # full jitter; nothing secret depends on it
        pause = random.uniform(0, limits.backoff * 2 ** (tries - 1))  # noqa: S311
    return pause if pause + LEAST < deadline.left() else None


def failure_of(error: Exception) -> Failure:
    """The Failure for an exchange that raised `error`. The message of its CdpError never repeats the text of `error`."""
    if known := outbound.failure(error):
        return Failure(*known)
    if isinstance(error, ConnectTimeout):
        return Failure(errors.Unreachable("no connection within the time for it"), again=True)
    if isinstance(error, ReadTimeout | ReadTimeoutError | TimeoutError):
        return Failure(errors.TimedOut("the answer did not come in time"))
    return Failure(errors.Unreachable(f"the connection failed or broke off ({type(error).__name__})"), again=True)


def refusal(status: int, retry_after: str | None) -> Failure:
    """The Failure for an HTTP status other than 2xx. The message of its CdpError contains the status but nothing from the body."""
    message = f"HTTP {status}"
    if status in (429, 500, 502, 503, 504):
        wait = seconds_of(retry_after)
        error = errors.RateLimited(message, wait) if status == 429 else errors.Broken(message, wait)
        return Failure(error, again=True, wait=wait, at_once=status == 503)
    if 300 <= status < 400:
        return Failure(errors.Broken(f"{message}: a redirect, which the API does not document"))
    return Failure(_ERRORS.get(status, errors.RequestRefused if 400 <= status < 500 else errors.Broken)(message))


def seconds_of(retry_after: str | None) -> float | None:
    """The wait in seconds that a Retry-After header (a number or an HTTP date) asks for; None if it is missing or unreadable."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
