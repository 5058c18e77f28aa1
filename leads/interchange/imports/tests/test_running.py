"""An import under way: who works on it, stopped and taken up again, told to whom, and kept how long (contract-interchange I5, I8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conftest import TESTER
from leads.actions import delete_lead
from leads.interchange.imports import batches, keeping, leases
from leads.interchange.imports.models import Door, Import, ImportRow, ImportState, Overwritten
from leads.interchange.imports.running import work, work_on_all
from leads.interchange.imports.staging import delete_import, stage
from leads.interchange.imports.tests.conftest import HEAD, rows, run_import, stop_after
from leads.models import Lead, LeadEvent
from leads.notifications.actions import create_rule
from leads.outbox.models import Delivery
from leads.outbox.tests.deliveries import deliver
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Leaver

DAY = timedelta(days=1)


# --- Leases ----------------------------------------------------------------------------------------


def test_one_at_a_time_works_on_it(staged):
    run, now = staged(), timezone.now()
    assert leases.claim(run, now=now) and leases.claim(run, now=now) is None
    assert list(leases.due(now)) == []
    later = now + leases.LEASE + timedelta(seconds=1)
    assert list(leases.due(later)) == [run] and leases.claim(run, now=later)


def test_a_lease_by_a_clock_that_was_ahead_holds_up_nobody(staged):
    run, now = staged(), timezone.now()
    assert leases.claim(run, now=now + timedelta(days=1))
    assert list(leases.due(now)) == [run] and leases.claim(run, now=now)


def test_of_a_dealership_one_import_at_a_time(staged):
    first, second = staged(), staged(3)
    assert leases.claim(first, now=timezone.now()) and leases.claim(second, now=timezone.now()) is None


def test_a_lease_from_the_future_is_not_believed(staged):
    run = staged()
    leases.claim(run, now=timezone.now() + DAY)
    assert leases.claim(run, now=timezone.now())


def test_who_lost_the_lease_writes_nothing_more(staged):
    run, now = staged(), timezone.now()
    first = leases.claim(run, now=now)
    first = work(first, stopping=stop_after(1))
    old = leases.claim(run, now=now)
    leases.claim(run, now=now, by_force=True)
    with pytest.raises(leases.LeaseLost):
        work(old)
    assert Lead.objects.count() == batches.BATCH


# --- Stopped and taken up ----------------------------------------------------------------------------


def test_stopped_it_is_taken_up_where_it_was(staged):
    run = staged()
    work(leases.claim(run, now=timezone.now()), stopping=stop_after(1))
    run.refresh_from_db()
    assert (Lead.objects.count(), run.line, run.lease_token) == (100, 101, None)
    work_on_all()
    run.refresh_from_db()
    assert (Lead.objects.count(), run.state, run.counts["created"]) == (250, "done", 250)
    assert LeadEvent.objects.count() == 250


def test_a_check_that_broke_off_begins_again(staged, casa, logan, write):
    twice = HEAD + rows(150) + rows(1)
    with open(write(twice, "twice.csv"), "rb") as file:
        run = stage(casa, file, "leads.csv", door=Door.ADMIN, actor_name="x")
    leases.start(run, ImportState.CHECKING)
    work(leases.claim(run, now=timezone.now()), stopping=stop_after(1))
    work_on_all()
    run.refresh_from_db()
    assert (run.state, run.counts["created"], run.counts["unchanged"]) == ("checked", 150, 1)
    assert not Lead.objects.exists()


def test_the_worker_takes_it_up(staged, clock):
    run = staged(30)
    deliver(clock)
    run.refresh_from_db()
    assert (run.state, Lead.objects.count()) == ("done", 30)


def test_a_bug_stops_it_for_good(staged, monkeypatch, caplog):
    run = staged(3)
    monkeypatch.setattr("leads.interchange.imports.bringing.Bringer.create", lambda *drafts: 1 / 0)
    work_on_all()
    run.refresh_from_db()
    assert (run.state, Lead.objects.count(), list(leases.due(timezone.now()))) == ("failed", 0, [])


def test_the_command_goes_on_where_it_was_killed(casa, logan, write, monkeypatch):
    path, seen = write(HEAD + rows(250)), []

    def die(run, memory, now, bring_in=batches.bring_in):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(1)
        return bring_in(run, memory, now)

    monkeypatch.setattr("leads.interchange.imports.running.bring_in", die)
    with pytest.raises(KeyboardInterrupt):
        run_import(path)
    monkeypatch.undo()
    assert Lead.objects.count() == 200
    run = run_import(path)
    assert (run.created, run.unchanged, Lead.objects.count(), Import.objects.count()) == (250, 0, 250, 1)
    assert run_import(path).created == 0


def test_another_wish_is_another_import(casa, logan, write, monkeypatch):
    path = write(HEAD + rows(3))
    monkeypatch.setattr("leads.interchange.imports.running.bring_in", lambda *ours: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_import(path)
    monkeypatch.undo()
    Import.objects.update(lease_token=None)
    assert run_import(path, "--source", "Old CRM").created == 3
    assert Import.objects.count() == 2


# --- Two at once -----------------------------------------------------------------------------------


def at(state, casa, write):
    """An import that stands there, as two people have it before them."""
    with open(write(HEAD + rows(150)), "rb") as file:
        run = stage(casa, file, "leads.csv", door=Door.ADMIN, actor_name="x")
    if state == ImportState.CHECKED:
        leases.start(run, ImportState.CHECKING)
        work_on_all()
    return Import.objects.get(pk=run.pk), Import.objects.get(pk=run.pk)


def test_a_second_start_does_not_begin_a_run_anew(casa, logan, write):
    run, stale = at(ImportState.CHECKED, casa, write)
    leases.start(run, ImportState.RUNNING)
    work(leases.claim(run, now=timezone.now()), stopping=stop_after(1))
    with pytest.raises(leases.MovedOn):
        leases.start(stale, ImportState.RUNNING)
    work_on_all()
    run.refresh_from_db()
    assert (run.state, run.counts["created"], Lead.objects.count()) == ("done", 150, 150)


def test_what_was_started_is_neither_discarded_nor_sent_back(casa, logan, write):
    run, stale = at(ImportState.CHECKED, casa, write)
    leases.start(run, ImportState.RUNNING)
    for verb in (delete_import, leases.back_to_columns):
        with pytest.raises(leases.MovedOn):
            verb(stale)
    work_on_all()
    assert ImportRow.objects.filter(run=run, outcome="created").count() == 150


def test_what_is_started_while_old_files_go_stays(casa, logan, write, monkeypatch):
    run, _same = at(ImportState.MAPPING, casa, write)

    def be_faster(old, forget=keeping._forget_run):
        leases.start(Import.objects.get(pk=run.pk), ImportState.CHECKING)
        forget(old)

    monkeypatch.setattr(keeping, "_forget_run", be_faster)
    keeping.forget_old_imports(timezone.now() + 8 * DAY)
    work_on_all()
    assert Import.objects.get().state == "checked"


# --- Told ------------------------------------------------------------------------------------------


def test_webhooks_are_told_and_rules_are_not(staged, casa, webhook, crm):
    create_rule(casa, {"trigger": "created", "to": "boss@casa.example"})
    create_rule(casa, {"trigger": "stays_new", "hours": 1, "to": "boss@casa.example"})
    staged(3)
    deliver()
    deliver()
    assert [request.json["data"]["actor"] for request in crm.requests] == [
        {"type": "import", "name": "Nadia Idrissi"}
    ] * 3
    assert set(Delivery.objects.values_list("destination__type", flat=True)) == {"webhook"}


def test_a_switch_keeps_it_from_webhooks_and_the_feed_has_it_all_the_same(staged, api, webhook, crm, logan):
    run = staged(3, tells_webhooks=False)
    deliver()
    deliver()
    assert crm.requests == [] and not Delivery.objects.exists()
    events = api.get("/events").json()
    assert {event["data"]["batch"] for event in events} == {str(run.pk)} and len(events) == 3


# --- Kept ------------------------------------------------------------------------------------------


def test_after_thirty_days_only_what_makes_rows_known_is_kept(casa, logan, write):
    path = write("Nom,GSM,Lead ID,Marque,Modèle\nSalma,0661000000,1,Dacia,Logan\nKarim,,2,Dacia,Logan\n")
    assert run_import(path).created == 1
    keeping.forget_old_imports(timezone.now() + 29 * DAY)
    assert ImportRow.objects.filter(cells__isnull=False).count() == 1
    keeping.forget_old_imports(timezone.now() + 31 * DAY)
    [row] = ImportRow.objects.all()
    assert row.cells is None and row.key and not row.message
    assert run_import(path).unchanged == 1


def test_what_is_no_longer_needed_is_found_by_an_index(db):
    if connection.vendor == "sqlite":  # PostgreSQL reads small tables whole
        plan = keeping.unwritten(Import.objects.filter(state="done")).explain()
        assert "import_outcome (run_id=? AND outcome=?" in plan


def test_what_is_no_longer_needed_goes_in_portions(staged, monkeypatch):
    run = staged(5)
    ImportRow.objects.filter(run=run).update(outcome="unchanged")
    Import.objects.update(state="done", finished_at=timezone.now() - 31 * DAY)
    monkeypatch.setattr(keeping, "BATCH", 2)
    keeping.forget_old_imports(timezone.now())
    assert not ImportRow.objects.exists()


def test_what_nobody_imported_goes_after_a_week(casa, write):
    with open(write(HEAD + rows(3)), "rb") as file:
        stage(casa, file, "leads.csv", door=Door.ADMIN, actor_name="x")
    keeping.forget_old_imports(timezone.now() + 6 * DAY)
    assert ImportRow.objects.count() == 3
    keeping.forget_old_imports(timezone.now() + 8 * DAY)
    assert not Import.objects.exists() and not ImportRow.objects.exists()


def test_what_was_written_over_goes_with_its_lead(casa, logan, write):
    head = "Nom,GSM,Lead ID,Marque,Modèle\n"
    run_import(write(head + "Salma,0661000000,1,Dacia,Logan\n"))
    run_import(write(head + "Other,0661000009,1,Dacia,Logan\n"), "--on-known", "update")
    assert Overwritten.objects.get().before["target_name"] == "Salma"
    delete_lead(casa, Lead.objects.get().pk, actor=TESTER)
    assert not Overwritten.objects.exists()


def test_who_leaves_the_staff_is_a_former_colleague(staged, casa):
    run = staged(1)
    work_on_all()
    leaver = Leaver("nadia@casa.example", frozenset({"Nadia Idrissi"}), frozenset({casa.pk}))
    keeping.ImportsOfPeople().erase(leaver)
    run.refresh_from_db()
    assert run.actor_name == FORMER_COLLEAGUE
