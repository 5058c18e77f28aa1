"""Pages that belong to no app: health, the API's description, and what a person sees when something is wrong."""

import sys

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView

from steerleads.api.errors import DATABASE_ERRORS, RETRY_AFTER


class Schema(SpectacularAPIView):
    """The OpenAPI document, open to everybody."""

    authentication_classes = permission_classes = throttle_classes = ()


@require_safe
def docs(request):
    return render(request, "docs.html")


@require_safe
def home(request):
    return redirect("admin:index")


@never_cache
@require_safe
def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request):
    """The database answers, and every migration is applied."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DATABASE_ERRORS:
        return _not_ready("The database cannot be reached.")
    if missing:
        return _not_ready(f"{len(missing)} migrations are not applied. Run: python manage.py migrate")
    return JsonResponse({"status": "ok"})


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def server_error(request):
    """500, or 503 when it is the database that is away, locked or full."""
    if not isinstance(sys.exc_info()[1], DATABASE_ERRORS):
        return render(None, "500.html", status=500)
    response = render(None, "503.html", status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _not_ready(message):
    return JsonResponse({"status": "unavailable", "message": message}, status=503, headers={"Retry-After": RETRY_AFTER})
