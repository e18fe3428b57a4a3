"""The page that lists the user's open sessions, with a way to end any except the current one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import open_sessions
from accounts.session_store import stored_key


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Show the user's sessions; POST ends the one whose hashed key is in `session`, or, without `session`, all others.

    The current one is never ended.
    """
    if request.method == "POST":
        here = stored_key(request.session.session_key or "")
        chosen = request.POST.get("session", "")
        person = request.user
        ended = open_sessions.end(person, only=chosen, but=here) if chosen else open_sessions.end(person, but=here)  # type: ignore[arg-type]  # signed in
        if ended:
            sentence = ngettext("%(count)s session ended.", "%(count)s sessions ended.", ended)
            messages.success(request, sentence % {"count": ended})
        else:
            messages.info(request, _("There was no session to end."))
        return redirect("sessions")
    return render(request, "registration/sessions.html", {"sessions": open_sessions.of(request.user, request)})
