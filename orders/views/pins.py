"""Pin orders to the user's start page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.context import carried
from orders.display.pins import not_pinned, pin_word
from orders.http import Request
from orders.privacy import pinned_order
from orders.views.panels import wants_part
from orders.views.pinned import note_pins


@require_POST
def pin(request: Request) -> HttpResponse:
    """Pin an order that the user has opened, or unpin it if `unpin` is posted.

    For a request from htmx, return only the button; otherwise, redirect to the start page.
    """
    ref, through = request.POST.get("order_ref", ""), _uuid(request.POST.get("through", ""))
    pinned, refused = False, ""
    if not isinstance(request.user, AnonymousUser) and "\x00" not in ref:
        if "unpin" in request.POST:
            pinned_order.unpin(request.user, ref, through)
        elif pinned_order.pin(request.user, ref, through):
            pinned = True
        else:
            refused = not_pinned(pinned_order.MOST_PINNED)
        note_pins(request)
    if wants_part(request):
        says = "" if refused else pin_word(pinned)
        shown = {"order_ref": ref, "through": through, "pinned": pinned, "refused": refused, "says": says}
        return render(request, "orders/_pin.html", shown)
    if refused:
        messages.warning(request, refused)
    return redirect(reverse("home") + carried(request))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
