"""Pages that belong to no app: health, the API's description, and what a person sees when something is wrong."""

import logging
import sys
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.views import APIView

from steerleads.api import json
from steerleads.api.errors import DATABASE_ERRORS, RETRY_AFTER, ValidationFailed, answer_error, takes_no_writes
from steerleads.api.parameters import Parameters, header_names
from steerleads.operations.health import what_is_amiss
from steerleads.operations.metrics import CONTENT_TYPE, metrics_text
from steerleads.serving.middleware import is_api
from steerleads.serving.readable import Unreadable

log = logging.getLogger(__name__)

LONGEST_HOST = 255  # characters, of a name in the log
# What `Accept` can ask the OpenAPI document as, the first one unless it says otherwise.
SCHEMA_FORMATS = {
    "application/json": "json",
    "application/vnd.oai.openapi+json": "json",
    "application/yaml": "yaml",
    "application/vnd.oai.openapi": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
}
SECURITY_TXT_LASTS = timedelta(days=180)


class Schema(APIView):
    """The OpenAPI document, open to everybody: JSON, or YAML for `?format=yaml` or such an `Accept`."""

    authentication_classes = permission_classes = throttle_classes = ()
    http_method_names = ["get", "head"]
    schema = None

    def get(self, request):
        parameters = Parameters.of(request._request, {"format": False})
        preferred = request._request.get_preferred_type(list(SCHEMA_FORMATS)) or "application/json"
        wanted = parameters.choice("format", ["json", "yaml"], SCHEMA_FORMATS[preferred])
        parameters.settle()
        media_type = preferred if SCHEMA_FORMATS[preferred] == wanted else f"application/{wanted}"
        headers = {"Vary": "Accept"}
        if parameters.ignored:
            headers["X-Ignored-Parameters"] = header_names(parameters.ignored)
        return HttpResponse(_document(wanted), content_type=media_type, headers=headers)


@csrf_exempt
@xframe_options_deny
@require_safe
def docs(request):
    return render(request, "docs.html")


@require_safe
def home(request):
    return redirect("board:page")


@never_cache
@require_safe
def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request):
    """The database answers, takes writes, and has what this version expects, by a look that is a second old at most."""
    amiss = what_is_amiss()
    return _not_ready(amiss) if amiss else JsonResponse({"status": "ok"})


@csrf_exempt  # it would answer before we do
@never_cache
def metrics(request):
    """What Prometheus reads. There is no such page unless METRICS_TOKEN is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return _unauthorized("Send the header: Authorization: Bearer METRICS_TOKEN")
    return _metrics(request)


@require_safe
def security_txt(request):
    """Where to report a weakness (RFC 9116). There is no such page unless SECURITY_CONTACT is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        # For as long as this is served it is true; who has kept a copy is to look again by then.
        f"Expires: {timezone.now() + SECURITY_TXT_LASTS:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(code for code, _ in settings.LANGUAGES)}",
    ]
    if settings.SITE_URL.startswith("https:"):  # the standard knows no others
        lines.append(f"Canonical: {settings.SITE_URL}{request.path}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def bad_request(request, exception):
    """Why a request was refused before any view, if that is said; whichever middleware refused it."""
    words = str(exception) if isinstance(exception, Unreadable) else ""
    if isinstance(exception, DisallowedHost):
        _log_host(request)
        words = _("This server does not answer to the name that your request asks for.")
    if words and is_api(request):
        return answer_error(ValidationFailed(words))
    return render(request, "400.html", {"words": words}, status=400)


def server_error(request):
    """500, or 503 when it is the database that is away, locked or full, or takes no writes."""
    error = sys.exc_info()[1]
    if not isinstance(error, DATABASE_ERRORS):
        return render(None, "500.html", status=500)
    response = render(None, "503.html", {"takes_no_writes": takes_no_writes(error)}, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _log_host(request):
    """Name the host that is not in ALLOWED_HOSTS (contract 7). Without a Host, it is the address that was called."""
    host = (request.META.get("HTTP_HOST") or request.META["SERVER_NAME"]).encode("unicode_escape").decode()
    if len(host) > LONGEST_HOST:
        host = f"{host[: LONGEST_HOST - 1]}…"
    log.warning("A request to the host “%s” was refused. If that is yours, add it to ALLOWED_HOSTS.", host)


@cache
def _document(wanted):
    """The OpenAPI document as bytes. It is the same for everybody as long as the process lives."""
    document = SchemaGenerator().get_schema(public=True)
    return json.render(document) if wanted == "json" else OpenApiYamlRenderer().render(document, renderer_context={})


@require_safe
def _metrics(request):
    try:
        return HttpResponse(metrics_text(timezone.now()), content_type=CONTENT_TYPE)
    except DATABASE_ERRORS:
        return _not_ready("The database cannot be reached.")


def _unauthorized(message):
    return JsonResponse(
        {"status": "unauthorized", "message": message}, status=401, headers={"WWW-Authenticate": "Bearer"}
    )


def _not_ready(message):
    return JsonResponse({"status": "unavailable", "message": message}, status=503, headers={"Retry-After": RETRY_AFTER})
