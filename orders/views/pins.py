"""Pinning orders to one's start page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.context import carried
from orders.http import Request
from orders.privacy import pinned_order


@require_POST
def pin(request: Request) -> HttpResponse:
    """Pin an order the person has opened, or remove it (`unpin`), and go back to the start page."""
    ref, through = request.POST.get("order_ref", ""), _uuid(request.POST.get("through", ""))
    if not isinstance(request.user, AnonymousUser) and "\x00" not in ref:
        if "unpin" in request.POST:
            pinned_order.unpin(request.user, ref, through)
        elif not pinned_order.pin(request.user, ref, through):
            words = _("Not pinned. You can pin %(count)s orders that you have opened; unpin one first.")
            messages.warning(request, words % {"count": pinned_order.MOST_PINNED})
    return redirect(reverse("home") + carried(request))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
