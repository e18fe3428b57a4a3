"""`make run`: migrate the database, collect static files, report what is still missing, and become gunicorn."""

from __future__ import annotations

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from cdpviewer.modes import for_the_owner_alone


def missing() -> list[str]:
    """What must still be set up before people can use the server, one message per item. Needs a migrated database."""
    from django.conf import settings
    from django.contrib.auth.models import User

    from cdpviewer.checks import mapped_groups
    from orders.models import Connection, SharedConnection

    texts = [f"{problem.msg} {problem.hint}" for problem in mapped_groups()]
    if settings.HTTPS and not settings.ALLOWED_HOSTS:
        texts.append(
            "CDPVIEWER_ALLOWED_HOSTS: without the name people type, every page is a 400. Set it, as in orders.example.com."
        )
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        texts.append(
            "https: this server speaks plain HTTP and redirects to https. Put a TLS proxy in front and set "
            "CDPVIEWER_TRUSTED_PROXIES=1 (docs/operating.md), or CDPVIEWER_HTTPS=off to try it on this machine alone."
        )
    if not User.objects.filter(is_active=True).exists():
        texts.append(
            "a user: .venv/bin/python manage.py createsuperuser makes the first, who adds others under /admin/."
        )
    if not (Connection.objects.exists() or SharedConnection.objects.exists()):
        texts.append(
            "a connection to the CDP: share one with a group under /connections/shared/, or with .venv/bin/python manage.py "
            "add_connection --shared --name N --region R --client-key K --group Agents (the token on standard input)."
        )
    return texts


def main() -> int:
    """Migrate, collect static files, report what is missing, and replace this process with gunicorn.

    If keys or settings are unusable, do none of this and return exit status 1.
    """
    for_the_owner_alone()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdpviewer.settings")
    try:
        django.setup()
    except ImproperlyConfigured as problem:
        print(problem, file=sys.stderr)
        return 1
    from cdpviewer.checks import refusal

    if reason := refusal():
        print(f"cdpviewer does not start.\n{reason}", file=sys.stderr)
        return 1
    from django.db import connection

    from cdpviewer.health import migrated
    from orders.itinerary.zones import VERSION

    print(f"Zone rules: tzdata {VERSION}.", flush=True)
    if not migrated(connection):
        call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if texts := missing():
        print("Still missing before people can use it:", *(f"- {text}" for text in texts), sep="\n", flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn"])  # noqa: S606  (the same program, no shell)
    raise AssertionError("execv does not return")


if __name__ == "__main__":
    sys.exit(main())
