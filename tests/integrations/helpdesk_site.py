"""A django-helpdesk site, run by the Python that has it: `helpdesk_site.py FOLDER PORT`, with the values of its tickets as JSON on stdin.

The template beside it has the link as docs/linking.md describes. Prints the numbers of the tickets as JSON, then serves.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.urls import include, path

FIELD = "booking"
AGENT, PASSWORD = "desk", "the password of the desk"

folder, port = Path(sys.argv[1]), sys.argv[2]
settings.configure(
    DEBUG=True,  # which serves its static files
    SECRET_KEY="it opens nothing",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.humanize",
        "django.contrib.messages", "django.contrib.sessions", "django.contrib.sites", "django.contrib.staticfiles",
        "rest_framework", "helpdesk",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [folder / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "helpdesk.sqlite3"}},
    MIGRATION_MODULES={"helpdesk": None},  # its tables as they are now, without the forty migrations to get there
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    STATIC_URL="/static/",
    LOGIN_URL="/login/",
    MEDIA_ROOT=folder,
    USE_TZ=True,
    SITE_ID=1,
    HELPDESK_TEAMS_MODE_ENABLED=False,
)  # fmt: skip
django.setup()
urlpatterns = [path("", include("helpdesk.urls"))]


def fill(values: dict[str, str]) -> dict[str, int]:
    """Create an agent, a text field, and a ticket for each value; returns the tickets' numbers by the names of the values."""
    from django.contrib.auth.models import User
    from helpdesk.models import CustomField, Queue, Ticket, TicketCustomFieldValue

    User.objects.create_superuser(AGENT, password=PASSWORD)
    queue = Queue.objects.create(title="Bookings", slug="bookings")
    field = CustomField.objects.create(name=FIELD, label="Booking", data_type="text", ordering=1)
    numbers = {}
    for name, value in values.items():
        ticket = Ticket.objects.create(title=f"Ticket: {name}", queue=queue, description="What about my booking?")
        TicketCustomFieldValue.objects.create(ticket=ticket, field=field, value=value)
        numbers[name] = ticket.pk
    return numbers


call_command("migrate", verbosity=0, run_syncdb=True)
print(json.dumps(fill(json.load(sys.stdin))), flush=True)
execute_from_command_line([sys.argv[0], "runserver", f"localhost:{port}", "--noreload", "--skip-checks"])
