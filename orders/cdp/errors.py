"""Errors that can occur when a page reads from the CDP, in four groups that call for different actions.

CdpError
├── ClientActionNeeded               the user or their administrator has to act
│   ├── CredentialRefused    401: client key or token wrong or switched off
│   ├── NotPermitted         403: the credential may not read this
│   └── CredentialUnreadable the stored credential cannot be opened (defined in `orders.privacy.sealing`)
├── ReferenceProblem         the reference that the user gave is at fault
│   ├── BadReference         refused before any call
│   ├── Missing              what was requested does not exist
│   │   ├── NotFound         404
│   │   └── NotOnOrder       no such person or hidden field on the order
│   ├── TooMany              more records match than one page reads
│   └── RequestRefused       400 and other 4xx: the CDP does not accept the request
├── RetryLater                   the same call may succeed later
│   ├── RateLimited          429, with the wait if known
│   └── TooBusy              all our slots for waiting pages are taken
└── UpstreamFailure              the CDP, or the network to it, is at fault
    ├── Unreachable          no connection, refused, reset, name not found
    ├── Untrusted            the server's certificate is not the CDP's, or is not valid
    ├── TimedOut             the deadline passed before the answer was received and processed
    ├── Broken               5xx, a redirect or another unexpected status
    ├── Unreadable           an answer that is damaged, too large or not what the API documents
    └── TooLarge             more data than a page may read

No message holds a key, a token, a response body or personal data.
"""

from __future__ import annotations


class CdpError(Exception):
    """Base class of these errors. `str(error)` is a short technical message that is safe to log."""


class ClientActionNeeded(CdpError):
    """The user, or the administrator of their connection, has to change something."""


class CredentialRefused(ClientActionNeeded):
    """401: the CDP does not accept the client key and token."""


class NotPermitted(ClientActionNeeded):
    """403: the CDP accepts the credential, but does not permit this request."""


class ReferenceProblem(CdpError):
    """The reference or search term that the user gave is at fault; the user has to check it."""


class BadReference(ReferenceProblem):
    """Text that does not have the form of a reference or a search term; refused before any call."""


class Missing(ReferenceProblem):
    """The CDP answered, but what was requested does not exist."""


class NotFound(Missing):
    """404: the CDP has no such resource."""


class NotOnOrder(Missing):
    """The CDP answered, but the order has no such person or no such hidden field."""


class TooMany(ReferenceProblem):
    """More records match than one page reads; those that were read are shown."""


class RequestRefused(ReferenceProblem):
    """400, or another 4xx status that has no error class of its own: the CDP does not accept this request."""


class RetryLater(CdpError):
    """The same call may succeed later."""


class RateLimited(RetryLater):
    """429: too many requests. `retry_after` is in seconds; None if the CDP sent no usable Retry-After header."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooBusy(RetryLater):
    """All slots for pages that wait for the CDP are taken; no call was made."""


class UpstreamFailure(CdpError):
    """The CDP or the network to it is at fault."""


class Unreachable(UpstreamFailure):
    """The connection to the CDP could not be made, or was lost."""


class Untrusted(UpstreamFailure):
    """The certificate of the server that answered is not the CDP's, or is not valid; no request was sent."""


class TimedOut(UpstreamFailure):
    """The deadline passed before the answer was received and processed."""


class Broken(UpstreamFailure):
    """A 5xx, a redirect or another unexpected status: the CDP failed, or does not behave as documented.

    `retry_after` is in seconds. It is None if the CDP sent no usable Retry-After header, or if a request is not retried after this
    status.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreadable(UpstreamFailure):
    """An answer that cannot be used, for example because it is not JSON, not of the documented shape, or larger than one answer may be."""


class TooLarge(UpstreamFailure):
    """More data than a page may read, in one list or in all answers together."""
