"""Reads settings from environment variables; an unreadable value stops the start and names itself."""

import json
import os
import re
import secrets
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import URLValidator, validate_email

from steerleads.proxies import read_network

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?"
)
CHANNEL_NAME, CHANNEL_URL = re.compile(r"[a-z][a-z0-9_-]{0,49}"), re.compile(r"[a-z][a-z0-9+.-]*://\S+")

OWN_CHANNELS = {"email", "queue", "next"}  # of notification rules, beside those of the settings

THREADS = 32  # of each process that serves


def text(name, default=""):
    return os.environ.get(name, "").strip() or default


def flag(name, default):
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is not a yes or no. Use 1 or 0.")


def number(name, default, *, least=0):
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {least}.")
    return int(value)


def choice(name, default, options):
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name}={value!r} is not one of {', '.join(options)}.")
    return value


def listed(name, default=""):
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def networks(name):
    try:
        return [read_network(part) for part in listed(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}. Use addresses or networks like 10.0.0.0/8.") from None


def origins(name):
    """Origins as browsers write them: in lower case, without the port that the scheme has anyway."""
    try:
        return [_origin(part) for part in listed(name)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error} is not an origin. Use a scheme, a host and perhaps a port, like http://127.0.0.1:8999."
        ) from None


def _origin(part):
    match = ORIGIN.fullmatch(part.lower())
    if not match:
        raise ValueError(repr(part))
    scheme, host, port = match["scheme"], match["name"] or f"[{IPv6Address(match['ipv6'])}]", match["port"]
    if port and not 1 <= int(port) <= 65535:
        raise ValueError(repr(part))
    has_own_port = port and int(port) != {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}:{int(port)}" if has_own_port else f"{scheme}://{host}"


def contact(name):
    """A mailto: or https: address; empty if there is none."""
    value = text(name)
    check = validate_email if value.startswith("mailto:") else URLValidator(schemes=["https"])
    try:
        if value:
            check(value.removeprefix("mailto:"))
    except ValidationError:
        value = None
    if value is None or not value.isascii():
        raise ImproperlyConfigured(
            f"{name} is no address to write to. Use one like mailto:security@example.com or https://example.com/security."
        )
    return value


def channels(name):
    """{name: URL} of the channels by which notifications may go, from a JSON object. {to} stands for a phone number.

    No message shows a value: such URLs have secrets.
    """
    try:
        value = json.loads(text(name, "{}"))
    except ValueError:
        value = None
    if not isinstance(value, dict) or not all(_is_channel(*pair) for pair in value.items()):
        raise ImproperlyConfigured(
            f'{name} is not a JSON object of names and URLs like {{"sms": "vonage://KEY:SECRET@FROM/{{to}}"}}. '
            "A name is of small letters, digits, _ and -, and not “email”, “queue” or “next”."
        )
    return value


def _is_channel(name, url):
    is_url = isinstance(url, str) and CHANNEL_URL.fullmatch(url)
    return bool(is_url and CHANNEL_NAME.fullmatch(name) and name not in OWN_CHANNELS)


def secret_key(var):
    """SECRET_KEY, else the content of SECRET_KEY_FILE, else a random key made once in `var` (mode 0600)."""
    if value := text("SECRET_KEY"):
        return value
    if path := text("SECRET_KEY_FILE"):
        return _read_secret(Path(path))
    path = var / "secret_key"
    if not path.exists():
        _write_secret(path)
    return _read_secret(path)


def _read_secret(path):
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"The secret key file {path} cannot be read: {error}.") from None
    if not value:
        raise ImproperlyConfigured(f"The secret key file {path} is empty.")
    return value


def _write_secret(path):
    """Make the file whole before it gets its name: two processes that start together agree on one key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def email(name):
    """Django's e-mail settings from `smtp://user:password@host:port`, `smtp+tls://`, `smtps://` or `console:`.

    Unset, no mail is sent: commands print their links instead, and the admin offers no reset by mail.
    """
    value = text(name)
    if not value:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if value == "console:":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    url = urlsplit(value)
    try:
        port = url.port
    except ValueError:
        port = 0
    if url.scheme not in ("smtp", "smtp+tls", "smtps") or not url.hostname or port == 0:
        raise ImproperlyConfigured(f"{name} is not like smtp+tls://user:password@mail.example.com:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def serve_threads():
    """How many requests this process has in work at a time. `serve` says so once settings are read, to its workers."""
    return number("SERVE_THREADS", THREADS, least=1)
