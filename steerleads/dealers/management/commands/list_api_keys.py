"""Lists API keys, without anything that could be used as one."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from steerleads.api.json import render
from steerleads.dealers.lookup import find_dealership
from steerleads.dealers.models import ApiKey
from steerleads.terminal import table, time_of

TITLES = ["id", "dealership", "name", "begins with", "scopes", "limit", "expires", "last used", "state"]


class Command(BaseCommand):
    help = "List API keys, the newest first. Times are UTC."

    def add_arguments(self, parser):
        parser.add_argument("--dealership", help="its id or name; default: all")
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *, dealership, json, **options):
        keys = ApiKey.objects.select_related("dealership", "person__user")
        if dealership is not None:
            keys = keys.filter(dealership=find_dealership(dealership))
        now = timezone.now()
        if json:
            self.stdout.write(render([_object(key, now) for key in keys]).decode())
        else:
            self.stdout.write(table(TITLES, [_row(key, now) for key in keys]))


def _row(key, now):
    scopes, limit = ",".join(key.scopes), key.hourly_limit or "none"
    times = time_of(key.expires_at), time_of(key.last_used_at)
    return [key.pk, key.dealership, key.name, key.hint, scopes, limit, *times, _state(key, now)]


def _object(key, now):
    return {
        "id": key.pk,
        "dealership": {"id": key.dealership_id, "name": key.dealership.name},
        "name": key.name,
        "environment": key.environment,
        "beginsWith": key.hint,
        "scopes": key.scopes,
        "actsFor": key.person and key.person.user.email,
        "hourlyLimit": key.hourly_limit,
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "lastUsedAt": key.last_used_at,
        "revokedAt": key.revoked_at,
        "state": _state(key, now),
    }


def _state(key, now):
    if key.works_at(now):
        return "working"
    return "revoked" if key.revoked_at else "expired"
