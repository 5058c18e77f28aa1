"""Which pages take large files, and from whom: judged before such a body is awaited, which all others may not send."""

from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import close_old_connections
from django.http import parse_cookie

from steerleads.api.errors import DATABASE_ERRORS
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import has_role
from steerleads.dealers.sessions import SessionStore
from steerleads.proxies import believe_proxy
from steerleads.serving.middleware import lacks_https
from steerleads.tables.reading import LARGEST_FILE

PATHS = {"/admin/interchange/import/add/", "/admin/cars/car/import/"}
LARGEST = LARGEST_FILE + 1024 * 1024  # bytes: and a form around it
SECONDS = 300  # for a file on a slow line


def takes_file(environ) -> bool:
    """Whether a request is for such a page, and brings a form with a file."""
    is_form = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data")
    return environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in PATHS and is_form


def may_send_file(environ) -> bool:
    """Whether its session is a manager's. The page itself judges all the rest."""
    believe_proxy(environ)
    if lacks_https(environ):
        return False
    try:
        user = get_user(SimpleNamespace(session=_session(environ)))
        return user.is_authenticated and has_role(user, Role.MANAGER)
    except DATABASE_ERRORS:
        return False
    finally:
        close_old_connections()


def _session(environ) -> SessionBase:
    return SessionStore(parse_cookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME))
