"""What `manage.py audit` prints, and how long entries are kept."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from steerleads.dealers import audit
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import AuditEvent

pytestmark = pytest.mark.on_one_database

CASA = "Casa Motors"


@pytest.fixture
def world(casa):
    """The dealership and its key, of which the log knows nothing yet."""
    world = SimpleNamespace(casa=casa, key=issue_key(casa, "Website")[0])
    AuditEvent.objects.all().delete()
    return world


def printed(capsys, *arguments):
    call_command("audit", *arguments)
    return capsys.readouterr().out


def aged(world, days):
    audit.record(AuditKind.KEY_MADE, dealership=world.casa, subject=world.key, scopes=["leads:read"])
    at = timezone.now() - timedelta(days=days)
    AuditEvent.objects.filter(pk=AuditEvent.objects.latest("id").pk).update(at=at, last_at=at)


def test_the_command_prints_the_last_thirty_days(world, capsys):
    aged(world, 29), aged(world, 31)
    lines = printed(capsys).splitlines()
    assert len(lines) == 2 and "key.made" in lines[1] and "scopes: leads:read" in lines[1]


@pytest.mark.parametrize(("since", "found"), [("60d", 2), ("2024-01-01", 3), ("2024-01-01T00:00:00Z", 3), ("1h", 0)])
def test_the_command_prints_since_a_time(world, capsys, since, found):
    for days in (29, 31, 100):
        aged(world, days)
    assert len(printed(capsys, "--since", since).splitlines()) == 1 + found


@pytest.mark.parametrize("since", ["", "x", "2024-13-01", "2024-", "99d9", "-1d"])
def test_the_command_says_what_a_time_is(world, since):
    with pytest.raises(CommandError, match="not a time|not a duration"):
        call_command("audit", f"--since={since}")


def test_the_command_prints_json_of_one_dealership(world, atlas, capsys):
    aged(world, 1)
    audit.record(AuditKind.DEALERSHIP_MADE, dealership=atlas, subject=atlas)
    (entry,) = json.loads(printed(capsys, "--json", "--dealership", CASA))
    assert (entry["kind"], entry["dealership"]["name"], entry["times"]) == ("key.made", CASA, 1)
    assert entry["subject"] == {"type": "apikey", "id": str(world.key.pk), "name": str(world.key)}
    assert datetime.fromisoformat(entry["at"])


def test_entries_are_kept_for_two_years(world, capsys):
    aged(world, 729), aged(world, 731)
    call_command("clear_expired")
    assert AuditEvent.objects.count() == 1 and "1 old audit entries" in capsys.readouterr().err
