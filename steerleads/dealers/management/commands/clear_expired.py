"""Deletes what has run out: kept answers, sessions, old entries of the audit log, what limits have counted. For cron."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from steerleads.dealers import audit, limits
from steerleads.dealers.ahead import date_all_back
from steerleads.dealers.idempotency import delete_expired
from steerleads.dealers.models import StaffSession


class Command(BaseCommand):
    help = (
        "Delete kept answers to requests with an Idempotency-Key that are older than a day, expired sessions, "
        "entries of the audit log that are older than two years, and what limits no longer count. "
        "Run it once a day. How many it deleted is printed on stdout."
    )

    def handle(self, **options):
        now = timezone.now()
        date_all_back(now)
        answers = delete_expired(now)
        sessions, _ = StaffSession.objects.filter(expire_date__lt=now).delete()
        entries = audit.delete_old(now)
        limits.forget_ended(now=now)
        self.stderr.write(f"Deleted {answers} kept answers, {sessions} sessions and {entries} old audit entries.", str)
        self.stdout.write(str(answers + sessions + entries))
