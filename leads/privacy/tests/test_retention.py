"""Archiving and purging in bulk (contract 42)."""

from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, delete_lead
from leads.models import EventKind, Lead, LeadEvent
from leads.privacy import retention
from steerleads.dealers.models import IdempotencyRecord


def run(name, *arguments, **options):
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, **options, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


def aged(lead, days):
    Lead.objects.filter(pk=lead.pk).update(updated_at=timezone.now() - timedelta(days=days))
    lead.refresh_from_db()
    return lead


def aged_leads(car, count, *, archived=False, days=100, **fields):
    leads = [make_lead(car, **{"status": "COMPLETED", **fields}) for _ in range(count)]
    for lead in leads:
        if archived:
            archive_lead(car.dealership, lead.pk, actor=TESTER)
        aged(lead, days)
    return leads


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 4)


# --- Archiving ---------------------------------------------------------------------------------


def test_old_leads_that_are_done_are_archived_and_others_stay(civic):
    cases = {("COMPLETED", 91): True, ("NOT_NEEDED", 91): True, ("NEW", 91): False, ("COMPLETED", 89): False}
    leads = {case: aged(make_lead(civic, status=case[0]), case[1]) for case in cases}
    assert run("archive_leads", "--older-than", "90d") == ("2", "Archived 2 leads.")
    for lead in leads.values():
        lead.refresh_from_db()
    assert {case: lead.archived for case, lead in leads.items()} == cases


def test_archived_in_bulk_is_the_same_as_archived_by_the_verb(civic, api):
    one, many = (aged(make_lead(civic, status="COMPLETED"), days) for days in (10, 100))
    archive_lead(civic.dealership, one.pk, actor=TESTER)
    run("archive_leads", "--older-than", "90d")
    told = [LeadEvent.objects.filter(lead_id=lead.pk).order_by("at").last() for lead in (one, many)]
    for field in ("kind", "changes", "texts", "batch", "car_id", "dealership_id", "actor_type"):
        assert getattr(told[0], field) == getattr(told[1], field)
    many.refresh_from_db()
    assert (many.version, many.updated_at, told[1].actor_name) == (2, told[1].at, "archive_leads")
    assert api.get(f"/leads/{many.pk}/history").json()[0]["changes"] == {"archived": {"from": False, "to": True}}


def test_statuses_and_dealership_can_be_named(civic, atlas):
    mine, theirs = aged(make_lead(civic), 100), aged(make_lead(make_car(atlas)), 100)
    assert run("archive_leads", "--older-than", "4w", "--status", "NEW", "--dealership", "Casa Motors")[0] == "1"
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.archived, theirs.archived) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--older-than", "90"], "not a duration"),
        (["--older-than", "90d", "--status", "new"], "Did you mean NEW?"),
        (["--older-than", "90d", "--dealership", "Nobody"], "no dealership"),
    ],
)
def test_bad_arguments_are_refused(casa, arguments, words):
    with pytest.raises(CommandError, match=words.replace("?", r"\?")) as refused:
        run("archive_leads", *arguments)
    assert refused.value.returncode == 1


@pytest.mark.parametrize(("command", "archived"), [("archive_leads", False), ("purge_leads", True)])
def test_dry_run_counts_and_writes_nothing(civic, command, archived):
    aged_leads(civic, 3, archived=archived)
    before = list(Lead.objects.values()), list(LeadEvent.objects.values())
    count, words = run(command, "--older-than", "90d", "--dry-run")
    assert count == "3" and words.startswith("Would")
    assert (list(Lead.objects.values()), list(LeadEvent.objects.values())) == before


@pytest.mark.parametrize(("command", "archived"), [("archive_leads", False), ("purge_leads", True)])
def test_many_batches_take_all_of_them_and_a_second_run_nothing(civic, small_batches, command, archived):
    aged_leads(civic, 10, archived=archived)
    aged_leads(civic, 3, archived=archived, days=1)
    assert run(command, "--older-than", "90d", *(["--yes"] * archived))[0] == "10"
    assert run(command, "--older-than", "90d", *(["--yes"] * archived))[0] == "0"


def test_archiving_asks_as_many_statements_for_a_batch_of_100_as_for_one_of_10(civic):
    def statements(count):
        aged_leads(civic, count)
        with CaptureQueriesContext(connection) as asked:
            run("archive_leads", "--older-than", "90d")
        # SQLite takes the events of a batch in several statements of 90 rows.
        return len([query for query in asked if "INSERT" not in query["sql"]])

    assert statements(10) == statements(100)


def test_lead_that_is_taken_up_meanwhile_is_left_alone(civic, monkeypatch):
    kept, gone = aged_leads(civic, 2)

    def taken_up():
        Lead.objects.filter(pk=kept.pk).update(status="NEW")
        return transaction.atomic()

    monkeypatch.setattr(retention, "transaction", SimpleNamespace(atomic=taken_up))
    how = {"before": timezone.now(), "statuses": ["COMPLETED"], "actor": TESTER, "now": timezone.now()}
    assert retention.archive_leads(civic.dealership, **how) == 1
    assert list(Lead.objects.filter(archived=True)) == [gone]


def test_stopped_half_way_every_batch_is_whole(civic, small_batches, monkeypatch):
    aged_leads(civic, 10)
    really, calls = LeadEvent.objects.bulk_create, []

    def fails_the_second_time(events):
        calls.append(events)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return really(events)

    monkeypatch.setattr(LeadEvent.objects, "bulk_create", fails_the_second_time)
    with pytest.raises(KeyboardInterrupt):
        run("archive_leads", "--older-than", "90d")
    archived = Lead.objects.filter(archived=True)
    assert archived.count() == LeadEvent.objects.filter(kind=EventKind.ARCHIVED).count() == 4
    assert run("archive_leads", "--older-than", "90d")[0] == "6"


# --- Purging -----------------------------------------------------------------------------------


def test_only_archived_old_leads_are_purged(civic):
    kept = [*aged_leads(civic, 1), *aged_leads(civic, 1, archived=True, days=10)]
    aged_leads(civic, 2, archived=True)
    assert run("purge_leads", "--older-than", "90d", "--yes") == ("2", "Purged 2 leads.")
    assert set(Lead.objects.all()) == set(kept)


def test_purged_leaves_what_deleted_leaves(civic, api):
    body = {"action": "Call", "targetName": "Sara", "targetInfo": "0600123456", "note": "Nice", "status": "COMPLETED"}
    ids = []
    for key in ("one", "two"):
        ids.append(api.post(f"/leads/car/{civic.pk}", body, idempotency_key=key).json()["id"])
        lead = archive_lead(civic.dealership, ids[-1], actor=TESTER)
        aged(lead, 100)
    delete_lead(civic.dealership, ids[0], actor=TESTER)
    run("purge_leads", "--older-than", "90d", "--yes")
    assert not Lead.objects.exists()
    for lead_id in ids:
        created, _, tombstone = LeadEvent.objects.filter(lead_id=lead_id).order_by("at")
        assert (created.texts, tombstone.kind, tombstone.texts) == (None, "lead.deleted", None)
        assert list(tombstone.changes) == ["status", "createdAt", "updatedAt"]
    assert set(IdempotencyRecord.objects.values_list("body", flat=True)) == {None}
    assert api.post(f"/leads/car/{civic.pk}", body, idempotency_key="two").json()["error"]["code"] == "LEAD_NOT_FOUND"


def test_purge_asks_and_a_pipe_cannot_answer(civic, monkeypatch):
    aged_leads(civic, 1, archived=True)
    monkeypatch.setattr("sys.stdin", StringIO("yes\n"))
    with pytest.raises(CommandError, match="Add --yes"):
        run("purge_leads", "--older-than", "90d")
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(("answer", "left"), [("yes\n", 0), ("no\n", 1), ("", 1)])
def test_purge_goes_on_only_for_a_yes(civic, monkeypatch, answer, left):
    aged_leads(civic, 1, archived=True)
    stdin = StringIO(answer)
    stdin.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", stdin)
    try:
        run("purge_leads", "--older-than", "90d")
    except CommandError as refused:
        assert str(refused) == "Nothing was done."
    assert Lead.objects.count() == left
