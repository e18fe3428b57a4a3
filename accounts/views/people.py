"""Pages for managing people: the list, new people, roles, links to set a password, deactivation, sessions and second factors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import open_sessions, password_links
from accounts.access import for_managers_of_people, may_change
from accounts.people_forms import PersonForm, RolesForm
from accounts.roles import GROUPS, labels, set_roles
from accounts.sign_on import factors
from accounts.sign_on.linking import comes_from
from accounts.sign_on.recent import confirmed
from orders.models import AccessRecord

PER_PAGE = 50
MOST_FOUND = 200


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as shown on these pages. `seen` is the time of the last activity (aware UTC; None if never active).

    `roles` and `connections` are names for display, separated by commas; "" if there are none.
    """

    id: int
    username: str
    full_name: str
    roles: str
    is_active: bool
    is_superuser: bool
    seen: datetime | None
    connections: str


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_people
def people(request: HttpRequest) -> HttpResponse:
    """List all people in order of user name, 50 to a page, or up to 200 matches for a search.

    The search is posted, so that no name is in the URL.
    """
    text = request.POST.get("q", "").replace("\x00", "").strip()[:150]
    users = _with_what_is_shown(User.objects.order_by("username"))
    if text:
        named = Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
        page = Paginator(users.filter(named)[:MOST_FOUND], MOST_FOUND).get_page(1)
    else:
        page = Paginator(users, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "people": _rows(page.object_list), "q_people": text, "most": MOST_FOUND}
    return render(request, "people/list.html", context)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_people
def person_add(request: HttpRequest) -> HttpResponse:
    """Add a person without a password. If they may sign in with a password, show a link for setting one."""
    form = PersonForm(request.POST or None, initial={"roles": ["Agents"]})
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        person.set_unusable_password()
        try:
            with transaction.atomic():
                person.save()
                set_roles(person, form.cleaned_data["roles"])
                if password_links.are_of_use_to(person):
                    return _link_page(request, person)
            messages.success(request, _("%(name)s was added.") % {"name": person.username})
            return redirect("person", person.pk)
        except IntegrityError:  # added by somebody else at the same time
            form.add_error("username", _("This user name is already taken."))
    return render(request, "people/add.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@for_managers_of_people
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person's account and, if the user may change it, the forms for doing so."""
    return _person_page(request, _find(person_id))


@confirmed
@require_POST
@for_managers_of_people
def person_roles(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person exactly the ticked roles."""
    person = _may_change(request, person_id)
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person, form)
    with transaction.atomic():
        changed = set_roles(person, form.cleaned_data["roles"])
    if changed:
        messages.success(request, _("The roles for %(name)s were changed.") % {"name": person.username})
    return redirect("person", person.pk)


@confirmed
@require_POST
@for_managers_of_people
def person_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show a new link with which the person can set a password; if they cannot sign in with a password, show a warning instead."""
    person = _may_change(request, person_id)
    if not password_links.are_of_use_to(person):
        messages.warning(
            request, _("No link was created: %(name)s cannot sign in with a password.") % {"name": person.username}
        )
        return redirect("person", person.pk)
    return _link_page(request, person)


@confirmed
@require_POST
@for_managers_of_people
def person_active(request: HttpRequest, person_id: int) -> HttpResponse:
    """Deactivate a person, which ends their sessions at once, or activate them again."""
    person = _may_change(request, person_id)
    person.is_active = request.POST.get("active") == "yes"
    with transaction.atomic():
        person.save(update_fields=["is_active"])
    sentence = (
        _("%(name)s is active again.") if person.is_active else _("%(name)s was deactivated and signed out everywhere.")
    )
    messages.success(request, sentence % {"name": person.username})
    return redirect("person", person.pk)


@confirmed
@require_POST
@for_managers_of_people
def person_sessions(request: HttpRequest, person_id: int) -> HttpResponse:
    """End all of a person's sessions. The person may sign in again."""
    person = _may_change(request, person_id)
    ended = open_sessions.end(person)
    sentence = ngettext("%(count)s session ended.", "%(count)s sessions ended.", ended) % {"count": ended}
    (messages.success if ended else messages.info)(request, sentence)
    return redirect("person", person.pk)


@confirmed
@require_POST
@for_managers_of_people
def person_second_factor(request: HttpRequest, person_id: int) -> HttpResponse:
    """Remove a person's second factors and recovery codes, so that the person can sign in with the password alone.

    If a second factor is required, the person must then add a new one before anything else.
    """
    person = _may_change(request, person_id)
    if factors.reset(person):
        sentence = _("Two-step sign-in for %(name)s was reset.")
        messages.success(request, sentence % {"name": person.username})
    return redirect("person", person.pk)


def _find(person_id: int) -> User:
    return get_object_or_404(_with_what_is_shown(User.objects.all()), pk=person_id)


def _may_change(request: HttpRequest, person_id: int) -> User:
    person = _find(person_id)
    if not may_change(request.user, person):
        raise PermissionDenied
    return person


def _with_what_is_shown(users: QuerySet[User]) -> QuerySet[User]:
    last = AccessRecord.objects.filter(user_id=OuterRef("pk")).order_by("-at").values("at")[:1]
    prefetched = ("groups", "cdp_connections", "connection_memberships__shared")
    # Old access records are deleted; if none is left, the time of the last sign-in, which is stored with the person, is used instead.
    return users.annotate(seen=Coalesce(Subquery(last), "last_login")).prefetch_related(*prefetched)


def _rows(users: Iterable[User]) -> list[PersonRow]:
    return [_row(each) for each in users]


def _row(person: User) -> PersonRow:
    own = [connection.name for connection in person.cdp_connections.all()]
    shared = [_("%(name)s (shared)") % {"name": each.shared.name} for each in person.connection_memberships.all()]
    return PersonRow(
        id=person.pk,
        username=person.username,
        full_name=person.get_full_name(),
        roles=", ".join(labels(person.groups.all())),
        is_active=person.is_active,
        is_superuser=person.is_superuser,
        seen=person.seen,  # type: ignore[attr-defined]  # annotated
        connections=", ".join([*own, *shared]),
    )


def _person_page(request: HttpRequest, person: User, form: RolesForm | None = None) -> HttpResponse:
    held = [group.name for group in person.groups.all() if group.name in GROUPS]
    context = {
        "person": _row(person),
        "form": form or RolesForm(initial={"roles": held}),
        "changeable": may_change(request.user, person),
        "link_of_use": password_links.are_of_use_to(person),
        "comes_from": comes_from(person),
        "sessions": len(open_sessions.of(person)),
        "has_second_factor": factors.exist(person),
    }
    return render(request, "people/one.html", context, status=422 if form is not None else 200)


def _link_page(request: HttpRequest, person: User) -> HttpResponse:
    """The page with a new link to set a password. The link is shown only here, in the response to the form."""
    address = request.build_absolute_uri(password_links.make(person))
    return render(request, "people/link.html", {"person": person, "address": address})
