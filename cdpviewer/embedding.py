"""The setting for embedding: the origins whose pages may show an order in a frame."""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured

from cdpviewer.environment import Environment

# As in a Content-Security-Policy: https, a host name in which only the leftmost label may be "*", and optionally a port.
ORIGIN = re.compile(
    r"https://(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9](?::[1-9][0-9]{0,4})?"
)


def origins(env: Environment) -> tuple[str, ...]:
    """The origins in CDPVIEWER_EMBED_ORIGINS. Raises ImproperlyConfigured if one is malformed or covers a whole top-level domain."""
    listed = env.listed("CDPVIEWER_EMBED_ORIGINS")
    for position, origin in enumerate(listed, start=1):
        if not ORIGIN.fullmatch(origin) or ("*" in origin and origin.count(".") < 2):
            raise ImproperlyConfigured(
                f"Origin {position} of CDPVIEWER_EMBED_ORIGINS is not one: write https://acme.zendesk.com, "
                "or https://*.frontapp.com for all names below it, without a path."
            )
    return listed
