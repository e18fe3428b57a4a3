"""Set up the app's database for the benchmark, in its own process: agents, each with a connection to the stand-in and a session.

`python -m bench.prepare_app COUNT` prints one line of cookies for each agent, as a browser sends them. It reads the token of the
stand-in from standard input.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stdout
from importlib import import_module

import django
from django.core.management import call_command


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "cdpviewer.settings"
    django.setup()
    from django.conf import settings
    from django.contrib.auth import login
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group, User
    from django.http import HttpRequest

    token = sys.stdin.read()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from bench.servers import PASSWORD

    password = make_password(PASSWORD)  # once: hashing takes longer than all the rest
    engine = import_module(settings.SESSION_ENGINE)
    for number in range(int(sys.argv[1])):
        agent = User(username=f"agent{number:03d}")
        agent.password = password
        agent.save()
        agent.groups.set(Group.objects.filter(name="Agents"))
        sys.stdin = io.StringIO(token)
        with redirect_stdout(sys.stderr):
            call_command(
                "add_connection",
                user=agent.username,
                name="Bench",
                region="bench",
                client_key="bench-key",
                default=True,
            )
        request = HttpRequest()
        request.session = engine.SessionStore()
        login(request, agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session.save()
        # Both cookies that a signed-in browser has; without its own, every page would make a new CSRF secret.
        csrf = f"{settings.CSRF_COOKIE_NAME}={request.META['CSRF_COOKIE']}"
        print(f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}; {csrf}")


if __name__ == "__main__":
    main()
