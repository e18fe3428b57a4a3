"""Django's settings. Operators can set some of them in the environment or the settings file; the defaults are for production.

The README lists the names of these settings or says where to find them. NAME holds the value itself, and NAME_FILE the path of a file
that holds it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jinja2

from cdpviewer import bodies, embedding, environment, limits, logs, remote, sentry, shared_redis, sign_on, traces
from cdpviewer.databases import LONGEST_WAIT, databases
from cdpviewer.health import PROBES
from cdpviewer.metrics import beginning

BASE_DIR = Path(__file__).resolve().parent.parent
env = environment.find(BASE_DIR)

# Both are required. They may be empty here, so that `manage.py new_key` can run and checks.py can report them.
SECRET_KEY = env.text("CDPVIEWER_SECRET_KEY")
CREDENTIAL_KEYS = env.listed("CDPVIEWER_CREDENTIAL_KEYS")

# Keys that prove that access records are unchanged: the first signs, all verify.
RECORD_KEYS = env.listed("CDPVIEWER_RECORD_KEYS") or (SECRET_KEY,)
LEAST_RECORD_DAYS = env.number("CDPVIEWER_LEAST_RECORD_DAYS", 90, least=1)
CHANGES_DAYS = env.number("CDPVIEWER_CHANGES_DAYS", 90)  # 0: no digests are kept

DEBUG = env.switch("CDPVIEWER_DEBUG", default=False)
HTTPS = env.switch("CDPVIEWER_HTTPS", default=True)
DEMO = env.switch("CDPVIEWER_DEMO", default=False)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ALLOWED_HOSTS = [*env.listed("CDPVIEWER_ALLOWED_HOSTS")] or ([] if HTTPS else [*LOOPBACK])
TRUSTED_PROXIES = env.number("CDPVIEWER_TRUSTED_PROXIES", 0)

# Seconds that a stopping server goes on serving, with `/readyz` at 503, so that a load balancer stops sending requests.
DRAIN_SECONDS = env.number("CDPVIEWER_DRAIN_SECONDS", 0)

# --- limits for users
SIGN_IN_LIMITS = limits.sign_in(env)
VIEW_LIMITS = limits.views(env)

# --- how people sign in
SIGN_ON = sign_on.read(env)

# --- frames of other sites
EMBED_ORIGINS = embedding.origins(env)

# --- the CDP
CDP_REGIONS = remote.regions(env)
CDP_LIMITS = remote.limits(env)
CDP_OUTBOUND = remote.outbound(env)
SHOWN_FIELDS = remote.shown_fields(env)
STATUSES = remote.statuses(env)

# --- access records
TICKET_PATTERN = env.pattern("CDPVIEWER_TICKET_PATTERN", r"[A-Za-z0-9#._/-]{1,64}")

# --- metrics and traces: where they go, and whether this process is one of the server's
METRICS_BIND = beginning.bind(env)
OTLP_ENDPOINT = traces.endpoint(env)
METERED = METRICS_BIND is not None and beginning.FOLDER in os.environ

# --- Django
ROOT_URLCONF = "cdpviewer.urls"
WSGI_APPLICATION = "cdpviewer.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "cdpviewer.apps.WiringConfig",
    "accounts.apps.BrandedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    # Always installed, so that the tables are the same everywhere.
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "accounts",
    "orders",
]
MIDDLEWARE = [
    "cdpviewer.middleware.response_headers_and_log",
    *(["cdpviewer.metrics.series.measured"] if METERED else []),
    *(["cdpviewer.traces.traced"] if OTLP_ENDPOINT else []),
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cdpviewer.health.probes",
    "cdpviewer.bodies.only_small",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cdpviewer.middleware.in_line",
    "django.middleware.gzip.GZipMiddleware",
    "accounts.split_links.rejoin_split_links",
    "accounts.embedding.without_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "orders.privacy.account_events.acting",
    "accounts.cross_site.refuse_cross_site",
    "accounts.sessions.session_limits",
    *(["accounts.sign_on.proxy_header.named_by_proxy"] if SIGN_ON.proxy else ()),
    "accounts.embedding.by_token",
    "accounts.preferences.follow_preferences",
    "accounts.sessions.own_password_first",
    "accounts.sessions.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "orders.display.jinja.make_environment",
            # A missing value renders as nothing at any depth: half an order is better than none.
            "undefined": jinja2.ChainableUndefined,
            "context_processors": [*_CONTEXT[1:], "accounts.context.page"],
        },
    },
    {
        # Only for the admin's own pages and the fields of forms.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "django"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]
DATABASES = databases(env, BASE_DIR)
LOCK_TIMEOUT = LONGEST_WAIT  # seconds; applied by `set_lock_timeout`
SHARED_REDIS = shared_redis.client(env.text("CDPVIEWER_REDIS_URL"))

# --- people and sessions
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.passwords.{name}"} for name in ("Length", "NotCommon", "NotSimple", "WithoutNames")
]
PASSWORD_HASHERS = ["cdpviewer.hashing.Argon2"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_ENGINE = "accounts.session_store"
AUTHENTICATION_BACKENDS = [
    "accounts.session_store.Backend",
    *(["accounts.sign_on.directory.Backend"] if SIGN_ON.directory else ()),
]
# allauth is controlled by these adapters, and none of its pages has a URL.
ACCOUNT_ADAPTER = "accounts.sign_on.door.Adapter"
SOCIALACCOUNT_ADAPTER = "accounts.sign_on.oidc.SocialAdapter"
MFA_ADAPTER = "accounts.sign_on.factors.Adapter"
ACCOUNT_EMAIL_VERIFICATION = SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_RATE_LIMITS = False  # the app throttles sign-ins itself, in the database
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # steps of 30 s before and after
SESSION_COOKIE_AGE = 10 * 60 * 60  # seconds; the app's own middleware applies the idle limit
SESSION_IDLE_SECONDS = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# `__Host-` cookies must be Secure, and browsers refuse to store Secure cookies over plain http.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "cdpviewer-session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "cdpviewer-csrf"
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "cdpviewer-device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Lax, not Strict: an agent who follows a link in a ticket stays signed in.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "orders.views.errors.csrf_failure"

# --- the web side
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [f"^{path.removeprefix('/')}$" for path in PROBES]  # which use plain HTTP
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# In the form of Django 6's setting of the same name.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    # Submitting the form that starts the provider's sign-in redirects to these.
    "form-action": ["'self'", *(SIGN_ON.provider.form_origins() if SIGN_ON.provider else ())],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
}

# --- uploads: short forms and no files
FILE_UPLOAD_HANDLERS: list[str] = []
DATA_UPLOAD_MAX_MEMORY_SIZE = bodies.LARGEST

# --- logs
LOGGING_CONFIG = "cdpviewer.logs.configure"
LOGGING = logs.settings(level="INFO", sentry=sentry.dsn(env))

# --- language, time, files
# LANGUAGES stays Django's long list: accounts.preferences offers those whose catalogue here is complete.
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("CDPVIEWER_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# All other files are private (cdpviewer.modes), but a proxy may serve the static files.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o644, 0o755
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}  # WhiteNoise adds the charset to text/* only
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
