"""Settings for outbound connections (a proxy and additional certificate authorities), and the errors for TLS and proxy failures."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

from orders.cdp.errors import CdpError, Unreachable, Untrusted

TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
# OpenSSL's codes for what is wrong with a certificate.
NOT_YET, EXPIRED, OTHER_HOST, REVOKED = {9}, {10}, {62, 64}, {23}
NOBODY_KNOWN = {2, 18, 19, 20, 21}


@dataclass(frozen=True, slots=True)
class Outbound:
    """Settings for outbound connections, each "" if not set.

    `proxy` is `http://host:port`, `credentials` the proxy's user:password, and `ca_file` the path of a PEM file with additional
    certificate authorities.
    """

    proxy: str = ""
    credentials: str = field(default="", repr=False)
    ca_file: str = ""


def failure(error: BaseException) -> tuple[CdpError, bool] | None:
    """The CdpError for a TLS failure or a proxy's error status, and whether a retry may help; None for any other error.

    The message of the CdpError never repeats the text of `error`, which may contain host names.
    """
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(_of_certificate(cause.verify_code)), False
        if refused := TUNNEL.search(str(cause)) if isinstance(cause, OSError) else None:
            return _of_proxy(int(refused[1]))
    if any(isinstance(cause, ssl.SSLError) for cause in _chain(error)):
        return Unreachable(
            "the TLS handshake failed: it needs TLS 1.2 or newer, and nothing in between that breaks it"
        ), False
    return None


def _of_certificate(code: int) -> str:
    if code in EXPIRED:
        return "TLS: the certificate has expired, or this machine's clock is wrong"
    if code in NOT_YET:
        return "TLS: the certificate is not valid yet, or this machine's clock is wrong"
    if code in OTHER_HOST:
        return "TLS: the certificate is for another host"
    if code in NOBODY_KNOWN:
        return "TLS: the certificate's issuer is unknown; one of your own belongs in CDPVIEWER_CA_FILE"
    return "TLS: the certificate was revoked" if code in REVOKED else f"TLS: the certificate is not trusted ({code})"


def _of_proxy(status: int) -> tuple[CdpError, bool]:
    if status == 407:
        return Unreachable("the outbound proxy does not accept CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS (407)"), False
    if status in (502, 503, 504):
        return Unreachable(f"the outbound proxy does not reach the CDP ({status})"), True
    return Unreachable(f"the outbound proxy does not let this host through ({status})"), False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and all errors that led to it, each once. They are found in `__cause__`, `__context__`, `reason` and `args`."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
