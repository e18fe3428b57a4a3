"""The provider's discovery document, cached for an hour. https://openid.net/specs/openid-connect-discovery-1_0.html"""

from __future__ import annotations

import time
from typing import Any

import requests
import structlog
from allauth.socialaccount.adapter import get_adapter

from accounts.sign_on.choices import Provider, origin
from accounts.sign_on.refusals import Kind, NotSignedIn

FRESH_SECONDS = 3600
NEEDED = {"issuer": str, "authorization_endpoint": str, "token_endpoint": str}
OPTIONAL = {"userinfo_endpoint": str, "token_endpoint_auth_methods_supported": list}

log = structlog.stdlib.get_logger("accounts.sign_on")
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def document(chosen: Provider) -> dict[str, Any]:
    """The discovery document, from <issuer>/.well-known/openid-configuration, cached for an hour in each process.

    Raises NotSignedIn if it cannot be read or used, names another issuer, or names a sign-in page whose origin is not in `form_origins`.
    """
    issuer = chosen.issuer
    until, kept = _kept.get(issuer, (0.0, {}))
    if time.monotonic() < until:
        return kept
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(f"{issuer}/.well-known/openid-configuration")
            answer.raise_for_status()
    except requests.RequestException as error:
        log.warning("provider_unreachable", error=type(error).__name__)
        raise NotSignedIn(Kind.UNREACHABLE) from None
    discovery = _usable(answer)
    if discovery["issuer"].rstrip("/") != issuer:
        log.error("provider_is_another_issuer", hint="CDPVIEWER_OIDC_ISSUER must be the issuer that discovery names")
        raise NotSignedIn(Kind.FAILED)
    if (asked := origin(discovery["authorization_endpoint"])) not in chosen.form_origins():
        log.error(
            "provider_asks_elsewhere", origin=asked, hint="browsers stop there: name it in CDPVIEWER_OIDC_ORIGINS"
        )
        raise NotSignedIn(Kind.FAILED)
    _kept[issuer] = (time.monotonic() + FRESH_SECONDS, discovery)
    return discovery


def _usable(answer: requests.Response) -> dict[str, Any]:
    """The document in a response.

    Raises NotSignedIn if it is not a JSON object, if a value in NEEDED is missing, or if one in NEEDED or OPTIONAL is invalid.
    """
    try:
        sent = answer.json()
    except (ValueError, RecursionError):
        sent = None
    discovery: dict[str, Any] = sent if isinstance(sent, dict) else {}
    kinds = NEEDED | {name: kind for name, kind in OPTIONAL.items() if name in discovery}
    unusable = [name for name, kind in kinds.items() if not isinstance(discovery.get(name), kind)]
    try:
        origin(str(discovery.get("authorization_endpoint")))
    except ValueError:  # not a URL, so no browser can open it
        unusable.append("authorization_endpoint")
    if unusable:
        log.error("provider_discovery_unusable", missing_or_wrong=unusable)
        raise NotSignedIn(Kind.FAILED)
    return discovery


def sign_out_address(chosen: Provider) -> str:
    """The URL of the provider's sign-out page; "" if the discovery document cannot be used or has no http(s) URL for it."""
    try:
        address = document(chosen).get("end_session_endpoint", "")
    except NotSignedIn:
        return ""
    return address if isinstance(address, str) and address.startswith(("https://", "http://")) else ""


def forget() -> None:
    """Clear the cached documents."""
    _kept.clear()
