"""The user's connections: list, add, change the settings, replace the credential, set the default, test, delete."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import next_page, view_limits
from accounts.access import may_share_connections
from accounts.context import forget_tenants
from accounts.sign_on.recent import confirmed
from orders.display import connections as sentences
from orders.http import Request
from orders.models import Connection
from orders.privacy.sealing import CredentialUnreadable
from orders.services.connections import make_default, try_connection, usable_by
from orders.views.cdp_view import show_problem
from orders.views.connection_forms import NOT_SAVED, ConnectionForm, ConnectionNameForm, ReplaceCredentialForm
from orders.views.connection_rows import ConnectionRow, row_of


@require_safe
def connections(request: Request) -> HttpResponse:
    """The connections that the user may use: the default first, then their own, then shared ones."""
    context = {
        "connections": [
            row_of(connection, is_default=place == 0) for place, connection in enumerate(usable_by(request.user))
        ],
        "may_share": may_share_connections(request.user),
        "next": next_page.requested(request),
    }
    return render(request, "connections/list.html", context)


@confirmed
@sensitive_post_parameters("client_key", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def connection_add(request: Request) -> HttpResponse:
    """Add a connection; its credential is first tested with a live call."""
    form = ConnectionForm(
        request.POST or None, user=request.user, initial={"region": next(iter(settings.CDP_REGIONS), "")}
    )
    if request.method == "POST" and form.is_valid():
        connection = form.save(commit=False)
        connection.user_id = request.user.pk or 0
        if _test_and_save(request, form, connection):
            if form.cleaned_data["make_default"]:
                connection.make_default()
            return redirect(_back(request))
    return _form_page(request, "connections/add.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def connection_rename(request: Request, connection_id: UUID) -> HttpResponse:
    """Change a connection's name or API version, or how its segment times and national phone numbers are read."""
    connection = _own(request, connection_id)
    row = row_of(connection)
    form = ConnectionNameForm(request.POST or None, user=request.user, instance=connection)
    if request.method == "POST" and form.is_valid() and _keep(form, connection):
        messages.success(request, sentences.changed(connection.name))
        return redirect(_back(request))
    return _form_page(request, "connections/rename.html", form, row)


@confirmed
@sensitive_post_parameters("client_key", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def connection_replace(request: Request, connection_id: UUID) -> HttpResponse:
    """Replace the credential, or enter the same one again; the region and the country can be changed at the same time."""
    connection = _own(request, connection_id)
    row = row_of(connection)
    form = ReplaceCredentialForm(
        request.POST or None, initial={"region": connection.region, "country": connection.country}
    )
    if request.method == "POST" and form.is_valid():
        connection.country = form.cleaned_data["country"]
        if _test_and_save(request, form, connection):
            return redirect(_back(request))
    return _form_page(request, "connections/replace.html", form, row)


@require_POST
def connection_default(request: Request, connection_id: UUID) -> HttpResponse:
    """Make one of the user's connections (own or shared) the default, which is used if a link names no connection.

    404 for a connection that the user may not use.
    """
    connection = next((usable for usable in usable_by(request.user) if usable.pk == connection_id), None)
    if connection is None:
        raise Http404
    make_default(request.user, connection)
    messages.success(request, sentences.made_default(connection.name))
    return redirect(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
def connection_delete(request: Request, connection_id: UUID) -> HttpResponse:
    """Delete one of the user's own connections, after confirmation.

    If it was the default, the user's own connection with the newest credential becomes the default.
    """
    connection = _own(request, connection_id)
    if request.method != "POST":
        context = {"connection": row_of(connection), "next": next_page.requested(request)}
        return render(request, "connections/delete.html", context)
    heir = connection.drop()
    messages.success(request, sentences.deleted(connection.name))
    if heir is not None:
        messages.info(request, sentences.made_default(heir.name))
    return redirect(_back(request))


@require_POST
def connection_try(request: Request, connection_id: UUID) -> HttpResponse:
    """Test the credential with a live call and show the result.

    No call is made if the connection is unconfirmed or a view limit is exceeded.
    """
    connection = _own(request, connection_id)
    if not connection.is_confirmed:
        return redirect("confirm_connections")
    if over := view_limits.count(request.user):
        problem = replace(view_limits.problem(over), action_url=_back(request), action_label=_("Open your connections"))
        return show_problem(request, problem)
    test = try_connection(connection)
    level = messages.SUCCESS if test.accepted else messages.WARNING
    messages.add_message(request, level, sentences.tested(connection.name, test))
    return redirect(_back(request))


def _own(request: Request, connection_id: UUID) -> Connection:
    """The user's own connection with this id. Raises Http404 for any other, such as another user's."""
    return get_object_or_404(Connection.objects.for_user(request.user), pk=connection_id)


def _test_and_save(request: Request, form: BaseForm, connection: Connection) -> bool:
    """Test the credential with a live call; save the connection if the CDP accepts the credential, or if `save_anyway` is ticked.

    Return whether the connection was saved; if not, the reason is added to the form. If a view limit is exceeded, no call is
    made, and `form.over` is set to that limit.
    """
    if over := view_limits.count(request.user):
        problem = view_limits.problem(over)
        form.add_error(None, f"{problem.sentence} {problem.step}")
        form.over = over  # type: ignore[attr-defined]
        return False
    entered = {name: form.cleaned_data[name] for name in ("region", "client_key", "token")}
    try:
        connection.set_credentials(**entered)
    except CredentialUnreadable:
        form.add_error(
            None,
            _(
                "This server cannot store credentials: its encryption keys are not set up. Contact your cdpviewer administrator."
            ),
        )
        return False
    test = try_connection(connection)
    if not test.accepted and not form.cleaned_data["save_anyway"]:
        form.add_error(None, sentences.answer(test))
        form.add_error(None, NOT_SAVED)
        return False
    if not _keep(form, connection):
        return False
    level = messages.SUCCESS if test.accepted else messages.WARNING
    messages.add_message(request, level, sentences.saved(connection.name, test))
    return True


def _keep(form: BaseForm, connection: Connection) -> bool:
    try:
        connection.keep()
    except IntegrityError:
        # Posted twice at the same time: the form checked the name before the other request had saved its connection.
        form.add_error("name" if "name" in form.fields else None, _("You already have a connection with this name."))
        return False
    return True


def _form_page(
    request: Request, template: str, form: BaseForm, connection: ConnectionRow | None = None
) -> HttpResponse:
    context = {"form": form, "connection": connection, "next": next_page.requested(request)}
    response = render(request, template, context, status=422 if form.is_bound else 200)
    if over := getattr(form, "over", None):
        response.status_code = 429
        response["Retry-After"] = str(over.seconds)
    return response


def _back(request: Request) -> str:
    """Drop the cached names of the user's connections; return the path to redirect to: the `next` page, or else the Connections page."""
    forget_tenants(request)
    return next_page.own_path(next_page.requested(request, default=reverse("connections")))
