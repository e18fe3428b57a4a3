"""What can go wrong between us and the CDP, by who must act.

CdpError
├── YouMustAct               the person or their administrator
│   ├── CredentialRefused    401: client key or token wrong or switched off
│   ├── NotPermitted         403: the credential may not read this
│   └── CredentialUnreadable the stored credential cannot be opened here
├── ReferenceProblem         the reference the person gave
│   ├── BadReference         refused before any call
│   ├── NotFound             404, or an empty list
│   ├── TooMany              more fit than one page shows
│   └── RequestRefused       400 and other 4xx: the CDP will not take the request
├── Wait                     the same call may succeed later
│   ├── RateLimited          429, with how long where it is known
│   └── TooBusy              our own waiting places are taken
└── TheyMustAct              the CDP, or the way to it
    ├── Unreachable          no connection, refused, reset, name not found
    │   └── Untrusted        somebody answers, and its certificate does not prove that it is the CDP
    ├── TimedOut             not within the deadline
    ├── Broken               5xx, or a redirect
    ├── Unreadable           an answer that is not what the API documents
    └── TooLarge             more than one page reads

No message of these ever holds a key, a token, a body or a person's data.
"""

from __future__ import annotations


class CdpError(Exception):
    """Root of the tree. `str(error)` is a short technical sentence that is safe to log."""


class YouMustAct(CdpError):
    """The person, or whoever administers their connection, has to change something."""


class CredentialRefused(YouMustAct):
    """401: the CDP does not accept the client key and token."""


class NotPermitted(YouMustAct):
    """403: the CDP knows the credential, and it may not read this."""


class CredentialUnreadable(YouMustAct):
    """The sealed credential cannot be opened or belongs to another row; nothing was sent."""


class ReferenceProblem(CdpError):
    """The reference is the thing to look at."""


class BadReference(ReferenceProblem):
    """Not a reference the API could know; refused before any call."""


class NotFound(ReferenceProblem):
    """404: the CDP knows no such resource."""


class TooMany(ReferenceProblem):
    """More records fit than one page reads; what was read is shown."""


class RequestRefused(ReferenceProblem):
    """400 or another 4xx: the CDP will not take this request."""


class Wait(CdpError):
    """The same call may succeed later."""


class RateLimited(Wait):
    """429. `retry_after` is in seconds, or None when the CDP did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooBusy(Wait):
    """Every place for waiting on the CDP is taken; nothing was sent."""


class TheyMustAct(CdpError):
    """The CDP or the network to it is at fault."""


class Unreachable(TheyMustAct):
    """No connection to the CDP, or it broke off."""


class Untrusted(Unreachable):
    """Somebody answers in the CDP's place, or its certificate is out of order; nothing was sent."""


class TimedOut(TheyMustAct):
    """The deadline passed first."""


class Broken(TheyMustAct):
    """5xx or a redirect: the CDP is not working as documented. `retry_after` is in seconds, None when it did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreadable(TheyMustAct):
    """An answer that cannot be read: not JSON, not the documented shape, or too large."""


class TooLarge(TheyMustAct):
    """The answers hold more than one page reads; what was read is shown."""
