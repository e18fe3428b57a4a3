"""The WSGI application. Importing this module ends the process if the keys are unusable."""

from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

from cdpviewer.databases import wait_like_pages
from cdpviewer.modes import for_the_owner_alone

for_the_owner_alone()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdpviewer.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (not before they are chosen)

for _database in settings.DATABASES.values():
    wait_like_pages(_database)

from cdpviewer.checks import refusal  # noqa: E402  (the checks need the settings)

if _reason := refusal():
    sys.exit(f"cdpviewer does not start.\n{_reason}")

from cdpviewer.warming import warm  # noqa: E402  (as above)

warm()
