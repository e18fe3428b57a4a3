"""The URLs of the `orders` app."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, path, re_path

from orders.views import (
    activity,
    api,
    connections,
    embed,
    guests,
    integrations,
    link_helper,
    order,
    panels,
    people,  # noqa: F401  (the import registers its panels)
    pins,
    reveal,
    search,
    shared_connections,
    trips,
)


def panels_of_an_order() -> Iterator[URLPattern]:
    """Yield the URLs of the panels named `order_…`, such as orders/<ref>/custom-data/ for `order_custom_data`."""
    for name, panel in panels.PANELS.items():
        if name.startswith("order_"):
            place = name.removeprefix("order_").replace("_", "-")
            yield path(f"orders/<str:ref>/{place}/", order.part(panel.view), name=name)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", search.home, name="home"),
    # Both are answered directly: a redirect would repeat the search text, which may be personal, in its URL. `reverse` gives the second.
    path("orders", search.orders, name="orders"),
    path("orders/", search.orders, name="orders"),
    path("pins/", pins.pin, name="pin"),
    path("find-person/", guests.find_person, name="find_person"),
    path("trips/", trips.listed_trips, name="listed_trips"),
    path("orders/<str:ref>/", order.order, name="order"),
    *panels_of_an_order(),
    path("orders/<str:ref>/reveal/", order.part(reveal.reveal), name="reveal"),
    path("orders/<str:ref>/guests/<str:guest_ref>/orders/", order.part(guests.guest_orders), name="guest_orders"),
    path("orders/<str:ref>/raw/", order.part(order.order_raw), name="order_raw"),
    path("orders/<str:ref>/itinerary.ics", order.part(order.order_calendar), name="order_calendar"),
    path("connections/", connections.connections, name="connections"),
    path("connections/add/", connections.connection_add, name="connection_add"),
    path("connections/<uuid:connection_id>/rename/", connections.connection_rename, name="connection_rename"),
    path("connections/<uuid:connection_id>/replace/", connections.connection_replace, name="connection_replace"),
    path("connections/<uuid:connection_id>/default/", connections.connection_default, name="connection_default"),
    path("connections/<uuid:connection_id>/delete/", connections.connection_delete, name="connection_delete"),
    path("connections/<uuid:connection_id>/try/", connections.connection_try, name="connection_try"),
    path("connections/shared/", shared_connections.shared_connections, name="shared_connections"),
    path("connections/shared/add/", shared_connections.shared_add, name="shared_add"),
    path("connections/shared/<uuid:connection_id>/", shared_connections.shared_connection, name="shared_connection"),
    path("connections/shared/<uuid:connection_id>/replace/", shared_connections.shared_replace, name="shared_replace"),
    path("connections/shared/<uuid:connection_id>/change/", shared_connections.shared_change, name="shared_change"),
    path("connections/shared/<uuid:connection_id>/test/", shared_connections.shared_test, name="shared_test"),
    path("connections/shared/<uuid:connection_id>/grant/", shared_connections.shared_grant, name="shared_grant"),
    path(
        "connections/shared/<uuid:connection_id>/grants/<int:grant_id>/take-back/",
        shared_connections.shared_take_back,
        name="shared_take_back",
    ),
    path(
        "connections/shared/<uuid:connection_id>/withdraw/", shared_connections.shared_withdraw, name="shared_withdraw"
    ),
    path("connections/shared/<uuid:connection_id>/offer/", shared_connections.shared_offer, name="shared_offer"),
    path("integrations/", integrations.integrations, name="integrations"),
    path("integrations/<int:integration_id>/revoke/", integrations.integration_revoke, name="integration_revoke"),
    path("api/v1/orders", api.look_up, name="api_orders"),
    path("api/v1/openapi.json", api.openapi, name="api_document"),
    path("embed/", embed.frame, name="embed"),
    path("embed/allow/", embed.embed_allow, name="embed_allow"),
    path("embed/confirm/", embed.embed_confirm, name="embed_confirm"),
    path("embed/token/", embed.embed_token, name="embed_token"),
    path("embed/orders/", embed.embed_orders, name="embed_orders"),
    path("embed/orders/<str:ref>/", embed.embed_order, name="embed_order"),
    path("links/", link_helper.links, name="links"),
    path("activity/", activity.activity, name="activity"),
    path("activity/person/", activity.activity_of_person, name="activity_of_person"),
    path("activity/export.csv", activity.activity_csv, name="activity_csv"),
    # A ticket field may hold anything: slashes, line breaks, an unfilled template. The search reports what is wrong.
    re_path(r"^orders/(?P<text>[\s\S]+)$", order.unclean, name="order_unclean"),
]
