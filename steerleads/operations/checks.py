"""What can be wrong in a deployment, each a system check with an id. A default checkout has none of it."""

import re
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Info, Tags, Warning, register
from django.db import NotSupportedError, connection
from django.http.request import validate_host

from steerleads import environment as env
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.db.clock import APART

LOCAL = {"localhost", ".localhost", "127.0.0.1", "[::1]"}
LEAST_SECRET_LENGTH = 32
LEAST_SQLITE = (3, 38)  # reorders use its JSON operators
FIT_TOKEN = re.compile(r"[!-~]{16,}")
READABLE_BY_OTHERS = 0o007
TRIGRAMS = "pg_trgm"  # the search's index


@register(Tags.security)
def check_debug(app_configs, **kwargs):
    if settings.DEBUG and _public_hosts():
        yield Warning(
            f"DEBUG is on, and ALLOWED_HOSTS has {_public_hosts()}: error pages would show settings and data.",
            hint="Set DEBUG=0.",
            id="steerleads.W001",
        )


@register(Tags.security)
def check_allowed_hosts(app_configs, **kwargs):
    if "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            "ALLOWED_HOSTS has “*”: links in mails can be made to lead to somebody else's site.",
            hint="Name the hosts, like ALLOWED_HOSTS=leads.example.com",
            id="steerleads.W002",
        )


@register(Tags.security)
def check_tls(app_configs, **kwargs):
    if not settings.SECURE_SSL_REDIRECT and not settings.DEBUG and _public_hosts():
        yield Warning(
            f"SECURE_SSL_REDIRECT is off, and ALLOWED_HOSTS has {_public_hosts()}: "
            "API keys and passwords may travel unencrypted.",
            hint="Serve by https, and leave SECURE_SSL_REDIRECT unset.",
            id="steerleads.W003",
        )


@register(Tags.security)
def check_secret_key(app_configs, **kwargs):
    if len(settings.SECRET_KEY) < LEAST_SECRET_LENGTH or len(set(settings.SECRET_KEY)) < 8:
        yield Warning(
            f"The secret key is weak: shorter than {LEAST_SECRET_LENGTH} characters, or few different ones.",
            hint="Leave SECRET_KEY unset to have one made, or use 50 random characters.",
            id="steerleads.W004",
        )


@register(Tags.security)
def check_secret_key_file(app_configs, **kwargs):
    path = Path(env.text("SECRET_KEY_FILE") or settings.VAR / "secret_key")
    if not env.text("SECRET_KEY") and path.exists() and path.stat().st_mode & READABLE_BY_OTHERS:
        yield Warning(
            f"The secret key file {path} is open to every user of this machine.",
            hint=f"Run: chmod 600 {path}",
            id="steerleads.W005",
        )


@register(Tags.security)
def check_var(app_configs, **kwargs):
    if settings.VAR.exists() and settings.VAR.stat().st_mode & READABLE_BY_OTHERS:
        yield Warning(
            f"{settings.VAR}, which holds the secret key and perhaps the database, is open to every user.",
            hint=f"Run: chmod 700 {settings.VAR}",
            id="steerleads.W006",
        )


@register(Tags.security)
def check_database_file(app_configs, **kwargs):
    path = Path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and _is_open_to_others(path):
        yield Warning(
            f"The database {path} is open to every user of this machine.",
            hint=f"Run: chmod 600 {path}*",
            id="steerleads.W021",
        )


@register(Tags.security)
def check_cookies(app_configs, **kwargs):
    if settings.SESSION_COOKIE_SECURE and not settings.SECURE_SSL_REDIRECT and settings.SITE_URL.startswith("http:"):
        yield Warning(
            "SECURE_COOKIES is on, and SITE_URL begins with http: nobody can sign in there.",
            hint="Begin SITE_URL with https, or leave SECURE_COOKIES unset.",
            id="steerleads.W022",
        )


@register(Tags.urls)
def check_site_url(app_configs, **kwargs):
    site = urlsplit(settings.SITE_URL)
    host = f"[{site.hostname}]" if ":" in (site.hostname or "") else site.hostname or ""
    if site.scheme not in ("http", "https") or not host or site.query or site.fragment:
        yield Error(
            "SITE_URL is not the address of a site.",
            hint="Use one like https://leads.example.com",
            id="steerleads.E001",
        )
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield Warning(
            f"SITE_URL leads to {host}, which is not in ALLOWED_HOSTS: links in mails would answer 400.",
            hint="Let the two agree.",
            id="steerleads.W007",
        )
    elif site.scheme == "http" and settings.SECURE_SSL_REDIRECT and host not in LOCAL:
        yield Warning(
            "SITE_URL begins with http, and SECURE_SSL_REDIRECT is on: links in mails go unencrypted first.",
            hint="Begin SITE_URL with https.",
            id="steerleads.W008",
        )


@register(Tags.security)
def check_trusted_proxies(app_configs, **kwargs):
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        yield Warning(
            "TRUSTED_PROXIES has all addresses: anybody may then say who they are, and pass the login's lockout.",
            hint="Name the proxies, like TRUSTED_PROXIES=10.0.0.5",
            id="steerleads.W009",
        )
    elif not settings.TRUSTED_PROXIES and settings.SECURE_SSL_REDIRECT and _public_hosts():
        yield Warning(
            "TRUSTED_PROXIES is empty, and SECURE_SSL_REDIRECT is on: behind a proxy that ends TLS every page is sent to "
            "https for ever, and all clients count as one.",
            hint="Name the proxy, like TRUSTED_PROXIES=10.0.0.5",
            id="steerleads.W013",
        )


@register(Tags.security, deploy=True)
def check_what_proxies_write(app_configs, **kwargs):
    if settings.TRUSTED_PROXIES:
        yield Info(
            "What the proxies in TRUSTED_PROXIES write of the client is believed.",
            hint="Each must add who connects to it at the end of X-Forwarded-For, and write X-Forwarded-Proto itself "
            "whatever the client sent.",
            id="steerleads.I002",
        )


@register(Tags.security)
def check_trusted_origins(app_configs, **kwargs):
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        parts = urlsplit(origin)
        # One without a scheme is Django's own 4_0.E001.
        if "://" in origin and origin != f"{parts.scheme}://{parts.netloc}" or origin.endswith("://"):
            yield Error(
                f"CSRF_TRUSTED_ORIGINS has “{origin}”, which no browser's Origin can equal.",
                hint="Use scheme and host alone, like https://leads.example.com",
                id="steerleads.E002",
            )


@register(Tags.security)
def check_metrics_token(app_configs, **kwargs):
    if settings.METRICS_TOKEN and not FIT_TOKEN.fullmatch(settings.METRICS_TOKEN):
        yield Error(
            "METRICS_TOKEN is shorter than 16 characters, or has a space or a letter that no header can carry.",
            hint="Use 32 random letters and digits, or leave it unset to have no /metrics.",
            id="steerleads.E004",
        )


@register(Tags.security, deploy=True)
def check_mail(app_configs, **kwargs):
    if settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend"):
        yield Info(
            "No mail is sent: invitations are printed, and nobody can reset a password by mail.",
            hint="Set EMAIL_URL, like smtp+tls://user:password@mail.example.com:587",
            id="steerleads.I001",
        )


@register(deploy=True)
def check_zone_data(app_configs, **kwargs):
    data = settings.TIME_ZONE_DATA
    system = data.system or "none that names its version"
    yield Info(
        f"Clocks follow time zone data {data.used}: the package tzdata has {data.package}, this system {system}.",
        hint="Where a government has changed its clocks since: pip install --upgrade tzdata, and start again.",
        id="steerleads.I002",
    )


@register()
def check_channels(app_configs, **kwargs):
    if settings.NOTIFY_CHANNELS and find_spec("apprise") is None:
        yield Warning(
            "NOTIFY_CHANNELS has channels, and the library that sends to them is not installed: nobody is told by them.",
            hint="Run: pip install apprise",
            id="steerleads.W012",
        )


@register(Tags.database)
def check_database(app_configs, databases=None, **kwargs):
    if "default" not in (databases or ()):
        return []
    try:
        connection.ensure_connection()
        return {"sqlite": _check_sqlite, "postgresql": _check_postgresql}[connection.vendor]()
    except NotSupportedError as error:
        return [Error(f"The database is too old: {error}.", id="steerleads.E003")]
    except DATABASE_ERRORS:
        return [Warning("The database cannot be reached.", hint="See DATABASE_URL.", id="steerleads.W010")]


def _check_sqlite():
    version = connection.Database.sqlite_version_info
    if version >= LEAST_SQLITE:
        return []
    ours, least = (".".join(map(str, numbers)) for numbers in (version, LEAST_SQLITE))
    hint = "Use a newer Python, or PostgreSQL by DATABASE_URL."
    return [Error(f"SQLite {ours} is too old: {least} is needed.", hint=hint, id="steerleads.E003")]


def _check_postgresql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = %s", [TRIGRAMS])
        [has_trigrams] = cursor.fetchone()
        cursor.execute(
            "SELECT current_setting('lock_timeout'), current_user, current_database(), extract(epoch FROM now())"
        )
        lock_timeout, role, database, clock = cursor.fetchone()
    problems = []
    if not has_trigrams:
        hint = "Install PostgreSQL's contrib package on the database's machine."
        words = f"PostgreSQL lacks the extension {TRIGRAMS}: migrate will fail."
        problems.append(Warning(words, hint=hint, id="steerleads.W011"))
    if lock_timeout == "0":
        hint = f"Behind PgBouncer: ALTER ROLE {role} IN DATABASE {database} SET lock_timeout = '15s'"
        words = "PostgreSQL's sessions have no lock_timeout: what waits outside of a transaction may wait without end."
        problems.append(Warning(words, hint=hint, id="steerleads.W014"))
    if abs(float(clock) - time.time()) > APART.total_seconds():
        words = "The clocks of this machine and of the database's differ by more than a minute."
        problems.append(Warning(words, hint="Let both follow the same time server.", id="steerleads.W015"))
    return problems


def _is_open_to_others(path):
    """Whether every user may read the file or write it; in a folder that is closed to them, none may."""
    if not path.is_file():
        return False
    return path.stat().st_mode & READABLE_BY_OTHERS and path.resolve().parent.stat().st_mode & READABLE_BY_OTHERS


def _public_hosts():
    return ", ".join(host for host in settings.ALLOWED_HOSTS if host.lower() not in LOCAL)
