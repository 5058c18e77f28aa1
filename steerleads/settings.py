"""Every setting of the product, from the environment; docs/operate.md lists them with their defaults."""

from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from steerleads import environment as env
from steerleads.operations import zone_data

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)

# --- Who may talk to us, and how ---------------------------------------------------------------

DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.secret_key(VAR)
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
METRICS_TOKEN = env.text("METRICS_TOKEN")
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^v1(/|$)"]  # the API refuses plain http
# Who has a proxy redirect still wants these; each has a switch of its own.
_HTTPS = SECURE_SSL_REDIRECT or SITE_URL.startswith("https:")
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000 if _HTTPS else 0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("SECURE_COOKIES", _HTTPS)
SESSION_ENGINE = "steerleads.dealers.sessions"  # knows whose each session is
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- The application ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "steerleads",
    "steerleads.dealers",
    "cars",
    "leads",
    "leads.work",
    "leads.board",
    "leads.agenda",
    "leads.outbox",
    "leads.analytics",
    "leads.analytics.digest",
    "leads.interchange",
    "leads.webhooks",
    "leads.notifications",
    "leads.dealing",
    "steerleads.dealers.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
]
MIDDLEWARE = [
    "steerleads.serving.middleware.RequestLog",
    "steerleads.serving.middleware.TrustedProxy",
    "steerleads.dealers.middleware.CallerAddress",
    "steerleads.serving.middleware.Compression",
    "steerleads.serving.middleware.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "steerleads.serving.middleware.Api",
    # From here on for pages: the API has answered.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "steerleads.serving.middleware.HealthHost",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "steerleads.serving.readable.ReadableCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "steerleads.dealers.middleware.StaffLocale",
    "steerleads.serving.readable.ReadableAddress",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "steerleads.urls"
WSGI_APPLICATION = "steerleads.wsgi.application"
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

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets of ours have templates beside those of pages

# --- The database: SQLite in var/ unless DATABASE_URL says PostgreSQL --------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", 12, least=2)

SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN: with the default, rivals meet "database is locked" half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;"
        f"PRAGMA synchronous={env.choice('SQLITE_SYNCHRONOUS', 'FULL', ('FULL', 'NORMAL'))};"
        "PRAGMA secure_delete=ON;"
    ),
}
POSTGRESQL_OPTIONS = {
    # Left to itself, the pool doubles its pause before each attempt to connect: PostgreSQL away for 70 s meant 44 s more
    # without it. Giving up after 2 s, the pool tries afresh with the next request.
    "pool": {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 3, "reconnect_timeout": 2},
    "connect_timeout": 5,
    # One whose other end has vanished without a word is noticed within two minutes.
    "keepalives_idle": 60,
    "keepalives_interval": 20,
    "keepalives_count": 3,
    # Statements that come again are prepared; PgBouncer may not pass that on.
    "prepare_threshold": 5 if env.flag("DATABASE_PREPARE", True) else None,
    # A waiter gives up with a 503 rather than hang: nothing here holds a lock for long.
    # Pages of a list seldom name a car twice: for each, remembering it takes longer than finding it. And to compile a
    # statement of figures takes longer than to run it.
    "options": "-c lock_timeout=15s -c idle_in_transaction_session_timeout=60s -c enable_memoize=off -c jit=off",
}


def _database():
    try:
        database = dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{VAR / 'steerleads.sqlite3'}"))
    except (dj_database_url.ParseError, ValueError) as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["ENGINE"] = "steerleads.db.sqlite"  # which watches over its file
        database["OPTIONS"] = {**SQLITE_OPTIONS, **database.get("OPTIONS", {})}
        database["CONN_MAX_AGE"] = None
        # A file, not memory: the tests run on what the product runs on.
        database["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    elif database["ENGINE"] == "django.db.backends.postgresql":
        database["ENGINE"] = "steerleads.db.postgresql"  # where a restart of the server costs no request
        database["OPTIONS"] = {**POSTGRESQL_OPTIONS, **database.get("OPTIONS", {})}
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://.")
    return database


DATABASES = {"default": _database()}

# Of each process, for what is exact as long as it is kept (leads/analytics/kept.py). A large answer has 200 KB.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 60,
        "OPTIONS": {"MAX_ENTRIES": 200},
    }
}


def _backup_database():
    """What `backup` and `restore` use instead of DATABASE_URL, to go round a pooler: settings of a connection, or None."""
    url, wanted = env.text("BACKUP_DATABASE_URL"), "django.db.backends.postgresql"
    if not url:
        return None
    try:
        database = dj_database_url.parse(url)
    except (dj_database_url.ParseError, ValueError) as error:
        raise ImproperlyConfigured(f"BACKUP_DATABASE_URL cannot be read: {error}") from None
    if database["ENGINE"] != wanted or DATABASES["default"]["ENGINE"] != "steerleads.db.postgresql":
        raise ImproperlyConfigured(
            "BACKUP_DATABASE_URL is for PostgreSQL, and begins with postgres://, as DATABASE_URL."
        )
    return {name: database.get(name, "") for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} | {
        "OPTIONS": database.get("OPTIONS", {})
    }


BACKUP_DATABASE = _backup_database()

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "dealers.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "steerleads.dealers.backends.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "board:page"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
OTP_TOTP_ISSUER = "SteerLeads"

AXES_HANDLER = "steerleads.dealers.password_tries.SignInHandler"  # has the limits
AXES_LOCKOUT_CALLABLE = "steerleads.dealers.password_tries.locked_out"
AXES_USERNAME_CALLABLE = "steerleads.dealers.password_tries.account_name"
AXES_CLIENT_IP_CALLABLE = "steerleads.proxies.caller_network"

_MAIL = env.email("EMAIL_URL")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST = _MAIL.get("EMAIL_HOST", "")
EMAIL_PORT = _MAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "SteerLeads <steerleads@localhost>")

# --- Languages and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("fr", "Français"), ("ar", "العربية"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "steerleads" / "locale"]  # one catalogue for all apps and templates
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
TIME_ZONE_DATA = zone_data.use_newest()  # here, because whatever runs of the product reads the settings first

# --- Static files, from the applications' own folders ------------------------------------------

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600

# --- The API -----------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a request body; the contract's limit
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["steerleads.dealers.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["steerleads.dealers.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["steerleads.dealers.ratelimit.HourlyLimit"],
    "DEFAULT_PARSER_CLASSES": ["steerleads.api.json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "steerleads.api.negotiation.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "steerleads.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "steerleads.api.errors.answer_error",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SteerLeads API",
    "DESCRIPTION": (
        "Manage car-related leads, track interactions, and organize sales workflows.\n\n"
        "Send your key as `Authorization: Bearer YOUR_API_KEY` and bodies as `application/json` (at most 1 MiB). "
        "Every error comes in one envelope with a `code` for programs and a `message` for people. "
        "Unknown parameters and fields are ignored and named in `X-Ignored-Parameters` and `X-Ignored-Fields`. "
        "Times are UTC."
    ),
    "VERSION": "1.0.0",
    "CONTACT": {"name": "SteerAI", "url": "https://docs.steerai.autos"},
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": "/"}],
    "TAGS": [
        {"name": "Leads", "description": "Potential sales, each about one vehicle."},
        {"name": "Staff", "description": "Who works at the dealership, and can be given leads."},
        {"name": "Vehicles", "description": "The inventory that leads hang on."},
        {"name": "Exports", "description": "Leads, vehicles and histories as files."},
        {"name": "Events", "description": "What happened, in order: to keep another system in step."},
        {"name": "Analytics", "description": "What the leads say, with the leads behind each number."},
        {"name": "Webhooks", "description": "Be told of what happens by signed requests."},
        {"name": "Webhook requests", "description": "What your webhooks are sent."},
        {"name": "Authentication", "description": "Try your key."},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_SPLIT_PATCH": False,  # a body of PATCH is a serializer of its own
    "SORT_OPERATION_PARAMETERS": "steerleads.api.schema.location_of",
    "POSTPROCESSING_HOOKS": [  # and none for enums, which have their names already
        "steerleads.api.schema.name_headers",
        "leads.webhooks.openapi_webhooks.describe_webhooks",
    ],
}

# --- Telling the outside -----------------------------------------------------------------------

NOTIFY_CHANNELS = env.channels("NOTIFY_CHANNELS")  # by which notification rules may tell, beside mail
WEBHOOK_ALLOW = env.origins("WEBHOOK_ALLOW")  # webhooks may go there too, though it is not https or not public

# --- Logs: one line a request, without contact data, keys or query values -----------------------

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "steerleads.logs.TextFormatter"},
        "json": {"()": "steerleads.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", "text", ("text", "json")),
        },
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.db.backends": {"level": "INFO"},  # its DEBUG lines would carry people's data
        "django.security": {"level": "CRITICAL"},  # a bad Host is the caller's error, and its text the caller's
        "apprise": {"level": "CRITICAL"},  # it names the phones that it could not reach
        "urllib3": {"level": "INFO"},  # its DEBUG lines carry paths, which have secrets
        "axes": {"level": "CRITICAL"},  # it names the person who mistyped a password
    },
}
