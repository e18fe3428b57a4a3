"""The pages on which administrators manage the connections that they share with groups."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import view_limits
from accounts.access import for_managers_of_connections
from accounts.sign_on.recent import confirmed
from orders.display import connections as sentences
from orders.models import members
from orders.models.shared import ConnectionGrant, SharedConnection, grant, set_active, take_back
from orders.privacy.sealing import CredentialUnreadable
from orders.services.connections import CredentialTest, try_connection
from orders.views.connection_forms import NOT_SAVED
from orders.views.connection_rows import row_of
from orders.views.shared_forms import GrantForm, ReplaceTokenForm, SharedConnectionForm, SharedSettingsForm


@require_safe
@for_managers_of_connections
def shared_connections(request: HttpRequest) -> HttpResponse:
    """All shared connections, sorted by name, each with its groups and the number of people who may use it."""
    connections = list(SharedConnection.objects.select_related("set_by").order_by("name"))
    people = members.counts(connections)
    rows = [
        {
            "row": row_of(shared),
            "active": shared.active,
            "people": sentences.people_counted(people[shared.pk]),
            "groups": _groups(shared),
        }
        for shared in connections
    ]
    return render(request, "shared/list.html", {"rows": rows})


@confirmed
@sensitive_post_parameters("client_key", "token")
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_connections
def shared_add(request: HttpRequest) -> HttpResponse:
    """Add a shared connection and grant it to groups; its credential is first tested with a call to the CDP."""
    form = SharedConnectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shared = form.save(commit=False)
        shared.region = form.cleaned_data["region"]
        entered = {name: form.cleaned_data[name] for name in ("client_key", "token")}
        test = _test(request, form, shared, entered, save_anyway=form.cleaned_data["save_anyway"])
        if test is not None and _keep_new(request, form, shared):
            shared.note_use(test.result)
            messages.success(request, sentences.saved_and_shared(shared.name, members.count(shared), test))
            return redirect("shared_connection", shared.pk)
    return _page(request, "shared/add.html", form)


@require_safe
@for_managers_of_connections
def shared_connection(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """One shared connection: its settings, its grants to groups, and its integrations."""
    return _detail(request, _find(connection_id), GrantForm())


@confirmed
@sensitive_post_parameters("client_key", "token")
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_connections
def shared_replace(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Replace the token, and the client key if one is entered; the old ones stay in use until the CDP accepts the new ones."""
    shared = _find(connection_id)
    form = ReplaceTokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = {"token": form.cleaned_data["token"], "client_key": form.cleaned_data["client_key"]}
        try:
            entered["client_key"] = entered["client_key"] or shared.for_administration().credentials().client_key
        except CredentialUnreadable:
            form.add_error("client_key", _("The stored client key cannot be decrypted, so enter it too."))
        else:
            test = _test(request, form, shared, entered)
            if test is not None:
                _keep_replaced(request, shared)
                shared.note_use(test.result)
                messages.success(request, sentences.token_replaced(shared.name))
                return redirect("shared_connection", shared.pk)
    return _page(request, "shared/replace.html", form, shared)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_connections
def shared_change(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Change the name, the API version, or how segment times and national phone numbers are read."""
    shared = _find(connection_id)
    form = SharedSettingsForm(request.POST or None, instance=shared)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                shared.keep_settings()
        except IntegrityError:  # two administrators at the same moment
            form.add_error("name", _("A shared connection already has this name. Choose a different name."))
        else:
            messages.success(request, sentences.changed(shared.name))
            return redirect("shared_connection", shared.pk)
    return _page(request, "shared/change.html", form, _find(connection_id))


@require_POST
@for_managers_of_connections
def shared_test(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Test the stored credential with a call to the CDP, and show the result. No call is made if the user has exceeded a view limit."""
    shared = _find(connection_id).for_administration()
    if over := view_limits.count(request.user):
        problem = view_limits.problem(over)
        messages.warning(request, f"{problem.sentence} {problem.step}")
        return redirect("shared_connection", shared.pk)
    test = try_connection(shared)
    level = messages.SUCCESS if test.accepted else messages.WARNING
    messages.add_message(request, level, sentences.tested(shared.name, test))
    return redirect("shared_connection", shared.pk)


@confirmed
@require_POST
@for_managers_of_connections
def shared_grant(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Let a group use the connection, or change when its grant expires and whether the connection is the group's default."""
    shared = _find(connection_id)
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _detail(request, shared, form)
    group, until = form.cleaned_data["group"], form.cleaned_data["until"]
    try:
        grant(shared, [group], by=request.user.pk, is_default=form.cleaned_data["is_default"], until=until)
    except CredentialUnreadable:
        form.add_error(
            None, _("The stored credential cannot be decrypted. Replace the token first, then grant access.")
        )
        return _detail(request, shared, form)
    messages.success(request, sentences.granted(shared.name, group.name))
    return redirect("shared_connection", shared.pk)


@confirmed
@require_POST
@for_managers_of_connections
def shared_take_back(request: HttpRequest, connection_id: UUID, grant_id: int) -> HttpResponse:
    """Revoke a group's grant."""
    given = get_object_or_404(
        ConnectionGrant.objects.select_related("shared", "group"), pk=grant_id, shared=connection_id
    )
    take_back(given)
    messages.success(request, sentences.taken_back(given.shared.name, given.group.name))
    return redirect("shared_connection", connection_id)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_connections
def shared_withdraw(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Withdraw the connection from everybody, after confirmation."""
    shared = _find(connection_id)
    if request.method != "POST":
        context = {"connection": row_of(shared), "people": sentences.people_counted(members.count(shared))}
        return render(request, "shared/withdraw.html", context)
    with transaction.atomic():
        set_active(shared, False)
        members.update(shared)
    messages.success(request, sentences.withdrawn(shared.name))
    return redirect("shared_connection", shared.pk)


@confirmed
@require_POST
@for_managers_of_connections
def shared_offer(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Restore a withdrawn connection for the groups that have a grant."""
    shared = _find(connection_id)
    try:
        with transaction.atomic():
            set_active(shared, True)
            members.update(shared)
    except CredentialUnreadable:
        messages.warning(
            request, _("The stored credential cannot be decrypted. Replace the token, then share the connection again.")
        )
    else:
        messages.success(request, sentences.shared_again(shared.name))
    return redirect("shared_connection", shared.pk)


def _find(connection_id: UUID) -> SharedConnection:
    return get_object_or_404(SharedConnection.objects.select_related("set_by"), pk=connection_id)


def _test(
    request: HttpRequest,
    form: BaseForm,
    shared: SharedConnection,
    entered: dict[str, str],
    *,
    save_anyway: bool = False,
) -> CredentialTest | None:
    """Seal the credential (`entered`) in `shared`, test it with a call to the CDP, and return the test. `shared` is not saved.

    If the test cannot be made, add the reason to the form and return None. Do the same if the credential does not pass the test, unless
    `save_anyway` is true.
    """
    if over := view_limits.count(request.user):
        problem = view_limits.problem(over)
        form.add_error(None, f"{problem.sentence} {problem.step}")
        return None
    try:
        shared.set_credentials(**entered)
    except CredentialUnreadable:
        form.add_error(
            None,
            _(
                "This server cannot store credentials: its encryption keys are not set up. Contact your cdpviewer administrator."
            ),
        )
        return None
    test = try_connection(shared)
    if test.accepted or save_anyway:
        return test
    form.add_error(None, sentences.answer(test))
    form.add_error(None, NOT_SAVED if "save_anyway" in form.fields else _("Nothing was changed."))
    return None


def _keep_new(request: HttpRequest, form: SharedConnectionForm, shared: SharedConnection) -> bool:
    try:
        with transaction.atomic():
            shared.keep(request.user.pk)
            chosen = form.cleaned_data
            grant(shared, chosen["groups"], by=request.user.pk, is_default=chosen["is_default"])
    except IntegrityError:  # two administrators at the same moment
        form.add_error("name", _("A shared connection already has this name. Choose a different name."))
        return False
    return True


def _keep_replaced(request: HttpRequest, shared: SharedConnection) -> None:
    with transaction.atomic():
        shared.keep(request.user.pk)
        members.update(shared)


def _groups(shared: SharedConnection) -> list[str]:
    return list(shared.grants.order_by("group__name").values_list("group__name", flat=True))


def _detail(request: HttpRequest, shared: SharedConnection, form: GrantForm) -> HttpResponse:
    context = {
        "connection": row_of(shared),
        "active": shared.active,
        "people": sentences.people_counted(members.count(shared)),
        "grants": shared.grants.select_related("group", "given_by").order_by("group__name"),
        "integrations": shared.integrations.filter(revoked_at=None).order_by("name"),
        "form": form,
    }
    return render(request, "shared/one.html", context, status=422 if form.is_bound else 200)


def _page(request: HttpRequest, template: str, form: BaseForm, shared: SharedConnection | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "connection": row_of(shared) if shared else None}
    return render(request, template, context, status=422 if form.is_bound else 200)
