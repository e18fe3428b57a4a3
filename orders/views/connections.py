"""A person's connections: list, add, rename, replace the credential, make default, try again, delete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import next_page, view_limits
from orders.cdp.errors import CredentialUnreadable
from orders.display.countries import choices
from orders.models import Connection
from orders.services.connections import try_connection
from orders.views.cdp_view import show_problem
from orders.views.connection_forms import ConnectionForm, ConnectionNameForm, ReplaceCredentialForm


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """What the list shows of a connection: nothing of its credential. Stamps are aware UTC, or None for never."""

    id: UUID
    name: str
    region: str
    region_known: bool
    version: str
    clock: str
    country: str
    is_default: bool
    is_confirmed: bool
    set_at: datetime
    last_used_at: datetime | None
    last_result: str
    last_result_words: str


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """The person's own connections, the default first."""
    rows = [_row(connection) for connection in Connection.objects.for_user(request.user).select_related("user")]
    return render(request, "connections/list.html", {"connections": rows, "next": next_page.requested(request)})


@sensitive_post_parameters("client_key", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def connection_add(request: HttpRequest) -> HttpResponse:
    """Add a connection: its credential is proved with a live call before it is kept."""
    form = ConnectionForm(
        request.POST or None, user=request.user, initial={"region": next(iter(settings.CDP_REGIONS), "")}
    )
    if request.method == "POST" and form.is_valid():
        connection = form.save(commit=False)
        connection.user_id = request.user.pk or 0
        if _prove_and_keep(request, form, connection):
            if form.cleaned_data["make_default"]:
                connection.make_default()
            return redirect(_back(request))
    return _form_page(request, "connections/add.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def connection_rename(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Change the name, the API version, or how segment times and national phone numbers are read."""
    connection = _own(request, connection_id)
    row = _row(connection)
    form = ConnectionNameForm(request.POST or None, user=request.user, instance=connection)
    if request.method == "POST" and form.is_valid() and _keep(form, connection):
        messages.success(request, _("“%(name)s” is changed.") % {"name": connection.name})
        return redirect(_back(request))
    return _form_page(request, "connections/rename.html", form, row)


@sensitive_post_parameters("client_key", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def connection_replace(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Enter the credential again, or another one; also the way to another region."""
    connection = _own(request, connection_id)
    row = _row(connection)
    form = ReplaceCredentialForm(
        request.POST or None, initial={"region": connection.region, "country": connection.country}
    )
    if request.method == "POST" and form.is_valid():
        connection.country = form.cleaned_data["country"]
        if _prove_and_keep(request, form, connection):
            return redirect(_back(request))
    return _form_page(request, "connections/replace.html", form, row)


@require_POST
def connection_default(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Make this the connection that is asked when a link names none."""
    connection = _own(request, connection_id)
    connection.make_default()
    messages.success(request, _("“%(name)s” is now your default connection.") % {"name": connection.name})
    return redirect(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
def connection_delete(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Delete a connection, after asking."""
    connection = _own(request, connection_id)
    if request.method != "POST":
        context = {"connection": _row(connection), "next": next_page.requested(request)}
        return render(request, "connections/delete.html", context)
    heir = connection.drop()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": connection.name})
    if heir is not None:
        messages.info(request, _("“%(name)s” is now your default connection.") % {"name": heir.name})
    return redirect(_back(request))


@require_POST
def connection_try(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Prove the stored credential with a live call and say what came back."""
    connection = _own(request, connection_id)
    if not connection.is_confirmed:
        return redirect("confirm_connections")
    if over := view_limits.count(request.user):
        problem = replace(view_limits.problem(over), action_url=_back(request), action_label=_("Open your connections"))
        return show_problem(request, problem)
    outcome = try_connection(connection)
    level = messages.SUCCESS if outcome.code == "accepted" else messages.WARNING
    messages.add_message(request, level, f"{connection.name}: {outcome.sentence}")
    return redirect(_back(request))


def result_words(code: str) -> str:
    """The kept code of the last use in a word or two."""
    words = {
        "": _("not used yet"),
        "accepted": _("accepted"),
        "refused": _("refused"),
        "not permitted": _("not permitted"),
        "unreadable": _("cannot be opened: enter it again"),
        "rate limited": _("asked to wait"),
        "slow": _("no answer in time"),
        "unreachable": _("not reachable"),
        "untrusted": _("certificate not trusted"),
        "broken": _("answered with a fault"),
    }
    return words.get(code, code)


def _own(request: HttpRequest, connection_id: UUID) -> Connection:
    """The person's own connection; anybody else's is as unknown as none (404)."""
    return get_object_or_404(Connection.objects.for_user(request.user), pk=connection_id)


def _row(connection: Connection) -> ConnectionRow:
    return ConnectionRow(
        id=connection.pk,
        name=connection.name,
        region=connection.region,
        region_known=connection.region in settings.CDP_REGIONS,
        version=connection.get_version_display(),
        clock=connection.get_clock_display(),
        country=dict(choices()).get(connection.country, connection.country),
        is_default=connection.is_default,
        is_confirmed=connection.is_confirmed,
        set_at=connection.set_at,
        last_used_at=connection.last_used_at,
        last_result=connection.last_result,
        last_result_words=result_words(connection.last_result),
    )


def _prove_and_keep(request: HttpRequest, form: BaseForm, connection: Connection) -> bool:
    """Seal, prove with a live call, keep if accepted or wanted all the same; the form says what came back otherwise."""
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
            None, _("This server cannot seal credentials: its keys are not set up. Tell your administrator.")
        )
        return False
    outcome = try_connection(connection)
    accepted = outcome.code == "accepted"
    if not accepted and not form.cleaned_data["save_anyway"]:
        form.add_error(None, outcome.sentence)
        form.add_error(
            None, _("Nothing is saved. Enter it again, or tick “Save it even if the CDP does not accept it now”.")
        )
        return False
    if not _keep(form, connection):
        return False
    said = {"name": connection.name, "answer": outcome.sentence}
    messages.add_message(
        request, messages.SUCCESS if accepted else messages.WARNING, _("“%(name)s” is saved. %(answer)s") % said
    )
    return True


def _keep(form: BaseForm, connection: Connection) -> bool:
    try:
        connection.keep()
    except IntegrityError:
        # Sent twice at the same moment: the form's own look at the names was too early to see the other one.
        form.add_error("name" if "name" in form.fields else None, _("You already have a connection of this name."))
        return False
    return True


def _form_page(
    request: HttpRequest, template: str, form: BaseForm, connection: ConnectionRow | None = None
) -> HttpResponse:
    context = {"form": form, "connection": connection, "next": next_page.requested(request)}
    response = render(request, template, context, status=422 if form.is_bound else 200)
    if over := getattr(form, "over", None):
        response.status_code = 429
        response["Retry-After"] = str(over.seconds)
    return response


def _back(request: HttpRequest) -> str:
    return next_page.own_path(next_page.requested(request, default=reverse("connections")))
