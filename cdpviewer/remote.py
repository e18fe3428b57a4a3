"""The operator's settings for the CDP.

They are the regions, spellings of statuses, fields that everybody may see, and the limits, proxy and certificates for calls.
"""

from __future__ import annotations

import ssl

from django.core.exceptions import ImproperlyConfigured

from cdpviewer.databases import LONGEST_WAIT
from cdpviewer.environment import Environment, address
from orders.cdp.limits import Limits
from orders.cdp.outbound import Outbound
from orders.cdp.regions import RegionError
from orders.cdp.regions import regions as known_regions
from orders.itinerary.statuses import add_spellings
from orders.privacy.harmless import shown_fields as known_shown_fields

STANDARD = Limits()
PROMISED = 12.0  # seconds within which every page is answered, even if the CDP and the database are slow
LONGEST_PAGE = PROMISED - LONGEST_WAIT - 1.25  # 1.25 s remain for queueing and rendering


def regions(env: Environment) -> dict[str, str]:
    """Base URLs by region name: the vendor's and those in CDPVIEWER_EXTRA_REGIONS (`name=https://host,…`).

    Raises ImproperlyConfigured if that setting is invalid.
    """
    try:
        return known_regions(env.text("CDPVIEWER_EXTRA_REGIONS"))
    except RegionError as error:
        raise ImproperlyConfigured(f"CDPVIEWER_EXTRA_REGIONS: {error}") from None


def shown_fields(env: Environment) -> frozenset[tuple[str, ...]]:
    """The field names in CDPVIEWER_SHOWN_FIELDS, each as a tuple of its words. The operator lets everybody see these fields.

    Raises ImproperlyConfigured if a name is not allowed.
    """
    try:
        return known_shown_fields(env.listed("CDPVIEWER_SHOWN_FIELDS"))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"CDPVIEWER_SHOWN_FIELDS: {error}. It takes names of fields, separated by commas, such as crmSegment,shopCode."
        ) from None


def statuses(env: Environment) -> tuple[str, ...]:
    """Add the spellings in CDPVIEWER_STATUSES (`GEBUCHT=CONFIRMED,…`) to `orders.itinerary.statuses`, and return them as written.

    Raises ImproperlyConfigured if an entry is invalid.
    """
    spellings = env.listed("CDPVIEWER_STATUSES")
    try:
        add_spellings(spellings)
    except ValueError as error:
        raise ImproperlyConfigured(f"CDPVIEWER_STATUSES: {error}.") from None
    return spellings


def limits(env: Environment) -> Limits:
    """The limits on calls to the CDP.

    Raises ImproperlyConfigured if a value is unusable, if a page could take longer than PROMISED seconds, or if a call could take longer
    than the page it is for.
    """
    page = env.seconds("CDPVIEWER_CDP_PAGE_SECONDS", STANDARD.page)
    if page > LONGEST_PAGE:
        raise ImproperlyConfigured(
            f"CDPVIEWER_CDP_PAGE_SECONDS must be {LONGEST_PAGE:g} or less: a page takes {PROMISED:g} s at most, and "
            "recording the view and rendering need the rest."
        )
    call = env.seconds("CDPVIEWER_CDP_CALL_SECONDS", min(STANDARD.call, page))
    if call > page:
        raise ImproperlyConfigured(
            f"CDPVIEWER_CDP_CALL_SECONDS must not be more than CDPVIEWER_CDP_PAGE_SECONDS ({page:g}): a page holds its calls."
        )
    return Limits(
        connect=env.seconds("CDPVIEWER_CDP_CONNECT_SECONDS", STANDARD.connect),
        call=call,
        page=page,
        body=env.number("CDPVIEWER_CDP_BODY_BYTES", STANDARD.body, least=10_000),
        retries=env.number("CDPVIEWER_CDP_RETRIES", STANDARD.retries),
        waiting_pages=env.number("CDPVIEWER_WAITING_PAGES", STANDARD.waiting_pages, least=1),
        side_by_side=env.number("CDPVIEWER_CDP_SIDE_BY_SIDE", STANDARD.side_by_side, least=1),
    )


def outbound(env: Environment) -> Outbound:
    """The proxy, its credentials, and the extra certificate authorities for outbound calls; each is "" if not set.

    Raises ImproperlyConfigured if one is unusable. The message does not repeat any value.
    """
    proxy = env.text("CDPVIEWER_OUTBOUND_PROXY").rstrip("/")
    parts = address("CDPVIEWER_OUTBOUND_PROXY", proxy)
    if proxy and (parts.scheme != "http" or not parts.hostname or parts.path or parts.query or "@" in parts.netloc):
        raise ImproperlyConfigured(
            "CDPVIEWER_OUTBOUND_PROXY must be as http://proxy.example.com:3128: calls go through it by CONNECT, encrypted. Its user and "
            "password belong into the file that CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS_FILE names, as user:password."
        )
    credentials = env.text("CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS")
    if credentials and (":" not in credentials or not proxy):
        raise ImproperlyConfigured(
            "CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS must be user:password, and goes with CDPVIEWER_OUTBOUND_PROXY."
        )
    ca_file = env.text("CDPVIEWER_CA_FILE")
    if ca_file:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(
                f"The file that CDPVIEWER_CA_FILE names holds no certificate in PEM, or cannot be read ({type(error).__name__})."
            ) from None
    return Outbound(proxy, credentials, ca_file)
