"""Create the plain peer's database and print one line of cookies for each agent: `python -m bench.peers.plain.prepare COUNT`."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.contrib.auth import login
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    for number in range(int(sys.argv[1])):
        agent = User.objects.create(username=f"agent{number:03d}")
        request = HttpRequest()
        request.session = SessionStore()
        login(request, agent, backend="django.contrib.auth.backends.ModelBackend")
        request.session.save()
        # Both cookies that a signed-in browser has; without its own, every page would make a new CSRF secret.
        csrf = f"{settings.CSRF_COOKIE_NAME}={request.META['CSRF_COOKIE']}"
        print(f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}; {csrf}")


if __name__ == "__main__":
    main()
