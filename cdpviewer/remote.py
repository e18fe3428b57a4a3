"""What the operator may set about the CDP: further regions, and the limits of a call."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from cdpviewer.environment import Environment
from orders.cdp.regions import RegionError
from orders.cdp.regions import regions as known_regions
from orders.cdp.transport.limits import Limits

STANDARD = Limits()
LEFT_FREE = 4  # server threads that never wait on the CDP, so that sign-in and health checks always get through


def regions(env: Environment) -> dict[str, str]:
    """Region name -> base URL: the vendor's and those of CDPVIEWER_EXTRA_REGIONS (`name=https://host,…`)."""
    try:
        return known_regions(env.text("CDPVIEWER_EXTRA_REGIONS"))
    except RegionError as error:
        raise ImproperlyConfigured(f"CDPVIEWER_EXTRA_REGIONS: {error}") from None


def limits(env: Environment, *, threads: int) -> Limits:
    """The limits of outbound calls; the bulkhead follows the number of server threads unless it is set."""
    return Limits(
        connect=env.seconds("CDPVIEWER_CDP_CONNECT_SECONDS", STANDARD.connect),
        call=env.seconds("CDPVIEWER_CDP_CALL_SECONDS", STANDARD.call),
        page=env.seconds("CDPVIEWER_CDP_PAGE_SECONDS", STANDARD.page),
        body=env.number("CDPVIEWER_CDP_BODY_BYTES", STANDARD.body, least=10_000),
        retries=env.number("CDPVIEWER_CDP_RETRIES", STANDARD.retries),
        places=env.number("CDPVIEWER_CDP_PLACES", threads - LEFT_FREE, least=1),
        place_wait=env.seconds("CDPVIEWER_CDP_PLACE_WAIT_SECONDS", STANDARD.place_wait),
        side_by_side=env.number("CDPVIEWER_CDP_SIDE_BY_SIDE", STANDARD.side_by_side, least=1),
    )
