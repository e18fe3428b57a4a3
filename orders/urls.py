"""Every address of orders, connections and activity."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from orders.views import activity, connections, guests, order, people, reveal, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", search.home, name="home"),
    # Answered at once: a redirect would repeat a search that may be personal. `reverse` takes the second.
    path("orders", search.orders, name="orders"),
    path("orders/", search.orders, name="orders"),
    path("find-person/", guests.find_person, name="find_person"),
    path("orders/<str:ref>/", order.order, name="order"),
    path("orders/<str:ref>/contacts/", order.part(people.order_contacts), name="order_contacts"),
    path("orders/<str:ref>/travellers/", order.part(people.order_travellers), name="order_travellers"),
    path("orders/<str:ref>/reveal/", order.part(reveal.reveal), name="reveal"),
    path("orders/<str:ref>/guests/<str:guest_ref>/orders/", order.part(guests.guest_orders), name="guest_orders"),
    path("orders/<str:ref>/custom-data/", order.part(order.order_custom_data), name="order_custom_data"),
    path("orders/<str:ref>/raw/", order.part(order.order_raw), name="order_raw"),
    path("orders/<str:ref>/itinerary.ics", order.part(order.order_calendar), name="order_calendar"),
    path("connections/", connections.connections, name="connections"),
    path("connections/add/", connections.connection_add, name="connection_add"),
    path("connections/<uuid:connection_id>/rename/", connections.connection_rename, name="connection_rename"),
    path("connections/<uuid:connection_id>/replace/", connections.connection_replace, name="connection_replace"),
    path("connections/<uuid:connection_id>/default/", connections.connection_default, name="connection_default"),
    path("connections/<uuid:connection_id>/delete/", connections.connection_delete, name="connection_delete"),
    path("connections/<uuid:connection_id>/try/", connections.connection_try, name="connection_try"),
    path("activity/", activity.activity, name="activity"),
    path("activity/export.csv", activity.activity_csv, name="activity_csv"),
    # A ticket field may hold anything: slashes, line breaks, an unfilled template. The search says what is wrong with it.
    re_path(r"^orders/(?P<text>[\s\S]+)$", order.unclean, name="order_unclean"),
]
