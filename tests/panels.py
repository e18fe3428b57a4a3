"""The panels that the app has registered, so that a test of all of them misses none."""

from __future__ import annotations

from django.urls import URLPattern

from orders.urls import panels_of_an_order


def panel_of(pattern: URLPattern) -> str:
    """The last part of a panel's URL: "contacts/" of orders/<ref>/contacts/."""
    return str(pattern.pattern).removeprefix("orders/<str:ref>/")


PANELS_OF_AN_ORDER = [panel_of(pattern) for pattern in panels_of_an_order()]
