"""API keys for the company's other programs: list, add, revoke."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import for_managers_of_connections
from accounts.sign_on.recent import confirmed
from orders.display.connections import key_revoked
from orders.models import Integration
from orders.models import integrations as keys
from orders.views.shared_forms import IntegrationForm


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_connections
def integrations(request: HttpRequest) -> HttpResponse:
    """List all integrations, revoked ones last. A posted form adds one, whose key is shown once, in the response."""
    form = IntegrationForm(request.POST or None)
    made, key = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, key = keys.add(**form.cleaned_data, by=request.user.pk)
            form = IntegrationForm()
        except IntegrityError:  # two administrators at the same time
            form.add_error("name", _("An integration already has this name. Choose a different name."))
    all_integrations = Integration.objects.select_related("shared", "created_by")
    context = {
        "valid": all_integrations.filter(revoked_at=None).order_by("name"),
        "revoked": all_integrations.exclude(revoked_at=None).order_by("-revoked_at"),
        "now": timezone.now(),
        "form": form,
        "made": made,
        "key": key,
    }
    return render(request, "shared/integrations.html", context, status=422 if form.is_bound else 200)


@confirmed
@require_POST
@for_managers_of_connections
def integration_revoke(request: HttpRequest, integration_id: int) -> HttpResponse:
    """Revoke the key of an integration."""
    integration = get_object_or_404(Integration.objects.select_related("shared"), pk=integration_id)
    integration.revoke()
    messages.success(request, key_revoked(integration.name))
    return redirect("integrations")
