"""Settings of the tests: the real ones with keys of their own, a cheap hasher and plain static files."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["CDPVIEWER_ENV_FILE"] = ""
os.environ.setdefault("CDPVIEWER_SECRET_KEY", "a key of the tests, long enough for the check: Wn4vQ0cJt8uZr2yXe6Ls")
os.environ.setdefault("CDPVIEWER_CREDENTIAL_KEYS", "bmV2ZXIgdXNlZCBvdXRzaWRlIHRoZSB0ZXN0cyEhISE=")
os.environ.setdefault("CDPVIEWER_HTTPS", "off")

from accounts.limits import ViewLimits
from cdpviewer.databases import database
from cdpviewer.settings import *  # noqa: F403
from cdpviewer.settings import BASE_DIR, DATABASES, TEMPLATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Consecutive tests send requests as the person with the same number; tests of the limits set their own.
VIEW_LIMITS = ViewLimits(a_minute=0, a_day=0)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

if server := os.environ.get("TESTS_DATABASE_URL"):  # from tests.postgres_server
    DATABASES["default"] = database(server, BASE_DIR)
else:
    # A file, not memory: the real server, started by a test, opens the same database.
    _folder = tempfile.mkdtemp(prefix="cdpviewer-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/tests.sqlite3"}

TEMPLATES[0]["OPTIONS"]["environment"] = "tests.rendering.environment"
