"""Settings of the tests: the real ones with keys of their own, a cheap hasher and plain static files."""

from __future__ import annotations

import os

os.environ["CDPVIEWER_ENV_FILE"] = ""
os.environ.setdefault("CDPVIEWER_SECRET_KEY", "a key of the tests, long enough for the check: Wn4vQ0cJt8uZr2yXe6Ls")
os.environ.setdefault("CDPVIEWER_CREDENTIAL_KEYS", "bmV2ZXIgdXNlZCBvdXRzaWRlIHRoZSB0ZXN0cyEhISE=")
os.environ.setdefault("CDPVIEWER_HTTPS", "off")

from cdpviewer.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
