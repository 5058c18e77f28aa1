"""Deletes what has run out: kept answers and sessions. For cron."""

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from steerleads.dealers.idempotency import delete_expired


class Command(BaseCommand):
    help = (
        "Delete kept answers to requests with an Idempotency-Key that are older than a day, and expired sessions. "
        "Run it once a day. How many it deleted is printed on stdout."
    )

    def handle(self, **options):
        now = timezone.now()
        answers = delete_expired(now)
        sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
        self.stderr.write(f"Deleted {answers} kept answers and {sessions} sessions.", str)
        self.stdout.write(str(answers + sessions))
