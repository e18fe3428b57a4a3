from django.http import HttpRequest, HttpResponse
from django.urls import path

from bench.peers.plain import views


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("orders/<str:ref>/", views.order_page),
    path("orders/<str:ref>/contacts/", views.contacts),
    path("livez", livez),
]
