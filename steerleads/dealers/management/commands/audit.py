"""Prints the audit log."""

from datetime import UTC, datetime, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from steerleads.api.json import render
from steerleads.db.text import shown
from steerleads.dealers import audit_words
from steerleads.dealers.lookup import duration, find_dealership
from steerleads.dealers.models import AuditEvent
from steerleads.terminal import table, time_of

TITLES = ["when", "dealership", "who", "what", "whom or what", "from", "times", "details"]
DEFAULT = "30d"


class Command(BaseCommand):
    help = "Print what happened to accounts, keys and settings, the oldest first. Times are UTC."

    def add_arguments(self, parser):
        parser.add_argument("--since", default=DEFAULT, help="like 24h, 90d or 2026-03-01; default: %(default)s")
        parser.add_argument("--dealership", metavar="ID_OR_NAME", help="default: all, and what is of none")
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *, since, dealership, json, **options):
        events = AuditEvent.objects.select_related("dealership").filter(last_at__gte=_time(since))
        if dealership is not None:
            events = events.filter(dealership=find_dealership(dealership))
        events = events.order_by("at", "id")
        if json:
            self.stdout.write(render([_object(event) for event in events]).decode())
        else:
            self.stdout.write(table(TITLES, [_row(event) for event in events]))


def _time(typed):
    """The time that is so long ago, or that a date or time in ISO 8601 says (UTC if it names no zone)."""
    if typed[:4].isdecimal() and "-" in typed:
        return _moment(typed)
    return timezone.now() - duration(typed, least=timedelta(hours=1))


def _moment(typed):
    try:
        moment = parse_datetime(typed) or datetime.fromisoformat(typed)
    except ValueError:
        raise CommandError(f"“{shown(typed)}” is not a time. Use 24h, 90d, or a date like 2026-03-01.") from None
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)


def _row(event):
    whom, times = audit_words.subject(event), event.times if event.times > 1 else None
    facts = event.kind, whom, event.address, times, audit_words.details(event)
    return [time_of(event.at), event.dealership, audit_words.who(event), *facts]


def _object(event):
    return {
        "id": event.pk,
        "at": event.at,
        "lastAt": event.last_at,
        "times": event.times,
        "kind": event.kind,
        "dealership": event.dealership and {"id": event.dealership_id, "name": event.dealership.name},
        "actor": {"type": event.actor_type or None, "id": event.actor_id or None, "name": event.actor_name or None},
        "subject": event.subject_type
        and {"type": event.subject_type, "id": event.subject_id, "name": event.subject_name},
        "address": event.address or None,
        "details": event.details,
    }
