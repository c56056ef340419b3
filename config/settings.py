"""All settings, from environment variables, safe where nothing is said.

TRIALDESK_MODE is `production` unless something else is asked for: `demo` (what `make run` asks for: made-up
people, generated keys, the embedded PostgreSQL) or `test` (what pytest gets).
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from environs import Env

from config.data_folder import checked_patient_key, kept_secret, new_patient_key, new_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

MODE: str = "test" if "pytest" in sys.modules else env.str("TRIALDESK_MODE", "") or "production"
if MODE not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"TRIALDESK_MODE is {MODE!r}; it can be production, demo or test.")
PRODUCTION = MODE == "production"


def flag(name: str) -> bool:
    """Whether it is said; an empty variable says nothing."""
    return bool(env.str(name, "")) and env.bool(name)


DEBUG: bool = flag("DEBUG")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows internals to visitors: unset it in production.")


def required(name: str) -> str:
    """The variable, which production has to set."""
    value: str = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set, and production needs it (TRIALDESK_MODE=demo starts a demonstration)."
        )
    return value


# Where the demonstration keeps its database, keys and index. Tests get a folder that goes when they end; in
# memory where there is room: emptying the tables after each test would take most of its time on a disk.
if MODE == "test":
    memory = Path("/dev/shm")  # noqa: S108  (mkdtemp makes the folder its owner's alone)
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    DATA = Path(tempfile.mkdtemp(prefix="trialdesk-test-", dir=memory if roomy else None))
    DATA.chmod(0o711)  # root's PostgreSQL runs as another user, who has to pass through
    atexit.register(shutil.rmtree, DATA, ignore_errors=True)
else:
    DATA = Path(env.str("TRIALDESK_DATA", "") or BASE_DIR / "var").expanduser().resolve()

if PRODUCTION:
    SECRET_KEY = required("SECRET_KEY")
    PATIENT_KEY = checked_patient_key(required("TRIALDESK_PATIENT_KEY"))
    for kept in (DATA / "secret-key", DATA / "patient-key"):
        if kept.exists() and kept.read_text().strip() in (SECRET_KEY, PATIENT_KEY):
            raise ImproperlyConfigured(
                f"{kept} was generated for a demonstration: make new keys for production."
            )
else:
    SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(DATA / "secret-key", new_secret_key)
    PATIENT_KEY = checked_patient_key(
        env.str("TRIALDESK_PATIENT_KEY", "") or kept_secret(DATA / "patient-key", new_patient_key)
    )

ALLOWED_HOSTS: list[str] = (
    [host.strip() for host in required("ALLOWED_HOSTS").split(",")]
    if PRODUCTION
    else ["localhost", "127.0.0.1", "[::1]"]
)

# --- Databases: the application role serves; the owner migrates, and is not there in a web process ---

DATABASE_URL: str = required("DATABASE_URL") if PRODUCTION else env.str("DATABASE_URL", "")
AS_OWNER: bool = MODE == "test" or flag("TRIALDESK_AS_OWNER")


def database(url_variable: str, embedded_role: str) -> dict[str, Any]:
    shared = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if not DATABASE_URL:
        return {"ENGINE": "config.postgres", "NAME": "trialdesk", "USER": embedded_role, **shared}
    if not env.str(url_variable, ""):
        raise ImproperlyConfigured(f"DATABASE_URL is set, so {url_variable} is needed too for this.")
    return {**env.dj_db_url(url_variable), **shared}


DATABASES = {"default": {**database("DATABASE_URL", "trialdesk"), "TEST": {"MIRROR": "owner"}}}
if AS_OWNER:
    # The tests' database is UTF-8 whatever the server's template is.
    test_database = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
    DATABASES["owner"] = {**database("DATABASE_OWNER_URL", "trialdesk_owner"), "TEST": test_database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The API that fetch_trials asks: its address, up to /api/v2.
REGISTRY: str = env.str("TRIALDESK_REGISTRY", "")

# --- Apps and middleware ---

INSTALLED_APPS = [
    "config",
    "screening",
    "trials",
    "config.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    # In tests by its own name, by which the test server knows that it is to serve static files.
    "django.contrib.staticfiles" if MODE == "test" else "config.static.StaticFiles",
    "crispy_bootstrap5",
    "crispy_forms",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.CompressPublicPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: it opens the transaction and says whose rows may be seen, around the view alone.
    "screening.middleware.AccessMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Who gets in ---

AUTH_USER_MODEL = "screening.User"
AUTHENTICATION_BACKENDS = ["screening.backends.SignInBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email", "printed_name"]}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow hash only slows tests

# Fifteen idle minutes end a session: each request moves the end.
SESSION_COOKIE_AGE = 15 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# --- Language and time: people see their center's time zone, the server keeps UTC ---

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files: hashed names and compressed copies, but straight from their folders in tests ---

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    ("bootstrap", NODE_MODULES / "bootstrap/dist/css"),
    ("leaflet", NODE_MODULES / "leaflet/dist"),
    ("supercluster", NODE_MODULES / "supercluster/dist"),
    ("topojson", NODE_MODULES / "topojson-client/dist"),
    ("world-atlas", NODE_MODULES / "world-atlas"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "config.static.HashedStaticFiles"
    },
}

# --- Logs: what happened and where, never what was sent or stored ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "config.logs.DiscreetFormatter" if PRODUCTION else "logging.Formatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Without this entry Django would mail errors, with what was posted, to ADMINS.
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # It tells of every glyph of a font that goes into a PDF.
        "fontTools": {"level": "WARNING"},
        # It warns when a lost connection cannot be closed in order; that it was lost is said anyway.
        "psycopg": {"level": "ERROR"},
        # It warns of every HEAD request, whose body Django leaves to the server to drop.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
