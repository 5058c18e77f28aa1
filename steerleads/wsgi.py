"""Django as a WSGI application. `manage.py serve` runs it by `steerleads.asgi`, which waits for slow clients."""

import os

import django
from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
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
# Of what Django does around each request one thing matters here: that at its end its connection is put in order. It need
# not be at the start as well, no queries are kept, there are no caches to close, and each request sets its urlconf.
# With these signals GET one takes 1.10 times as long (quarter points 1.04 and 1.17, 13 pairs of batches in one process,
# 30 November 2026), and POST has less of the limit than it is to have (`python -m steerleads.benchmarks api`).
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)
request_finished.disconnect(reset_urlconf)
if not settings.DEBUG:
    request_started.disconnect(reset_queries)
