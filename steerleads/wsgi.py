"""Django as a WSGI application. `manage.py serve` runs it by `steerleads.asgi`, which waits for slow clients."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Request(WSGIRequest):
    """Always in UTF-8. Of some charsets in a Content-Type Django fails before any middleware runs, as a bare 500."""

    def _set_content_type_params(self, meta):
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steerleads.settings")
django.setup(set_prefix=False)
application = Handler()
