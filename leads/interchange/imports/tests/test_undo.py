"""An import is undone: what goes, what is put back, and what is left because others touched it (contract-interchange I8)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cars.actions import change_car
from cars.models import Car
from conftest import TESTER
from leads.actions import change_lead, delete_lead
from leads.interchange.imports import leases, undoing
from leads.interchange.imports.models import Door, Import, ImportRow, ImportState
from leads.interchange.imports.running import work, work_on_all
from leads.interchange.imports.staging import stage
from leads.interchange.imports.tests.conftest import run_import, stop_after
from leads.models import Lead

DAY = timedelta(days=1)


def undo(run):
    run.refresh_from_db()
    leases.start(run, ImportState.UNDOING)
    work_on_all()
    run.refresh_from_db()
    return run


def test_undo_deletes_what_it_made_and_puts_the_rest_back(staged, casa, logan, write):
    run_import(write("Nom,GSM,Lead ID,Marque,Modèle,Note\nSalma,0661000000,1,Dacia,Logan,old\n", "first.csv"))
    before = [list(Lead.objects.values("target_name", "note", "status", "archived", "order"))]
    second = "Nom,GSM,Lead ID,Marque,Modèle,Note,archived,VIN\n"
    second += "Salma B,0661000000,1,Dacia,Logan,new,true,\nKarim,0661000001,2,Fiat,Panda,,,ZFA31200000000001\n"
    second += "Ali,0661000002,3,Fiat,Panda,,,ZFA31200000000001\n"
    done = run_import(write(second, "second.csv"), "--on-known", "update", "--create-cars")
    assert (done.created, done.updated) == (2, 1)
    run = undo(Import.objects.latest("created_at"))
    assert [list(Lead.objects.values("target_name", "note", "status", "archived", "order"))] == before
    assert (run.state, run.undone) == ("undone", {"deleted": 2, "restored": 1})
    assert list(logan.__class__.objects.values_list("make", flat=True)) == ["Dacia"]


def test_what_was_undone_may_be_brought_in_again(casa, logan, write):
    path = write("Nom,GSM,Lead ID,Marque,Modèle\nSalma,0661000000,1,Dacia,Logan\n")
    run_import(path)
    undo(Import.objects.get())
    assert run_import(path).created == 1


def test_what_others_touched_is_left_and_named(staged, casa, api):
    run = staged(5)
    work_on_all()
    first, second, *_others = Lead.objects.order_by("id")
    api.patch(f"/leads/{first.pk}", {"tag": "Hot"})
    delete_lead(casa, second.pk, actor=TESTER)
    run = undo(run)
    assert list(Lead.objects.all()) == [first] and run.undone == {"deleted": 3, "left": 2}
    left = ImportRow.objects.of(casa).filter(run=run).exclude(code="")
    assert dict(left.values_list("lead_id", "code")) == {first.pk: "changed", second.pk: "gone"}


def test_stopped_an_undo_is_taken_up_where_it_was(staged):
    run = staged()
    work_on_all()
    run.refresh_from_db()
    leases.start(run, ImportState.UNDOING)
    work(leases.claim(run, now=timezone.now()), stopping=stop_after(1))
    assert Lead.objects.count() == 150
    work_on_all()
    assert Lead.objects.count() == 0 and not ImportRow.objects.filter(run=run).exists()


def test_it_can_be_undone_for_thirty_days(staged):
    run = staged(1)
    work_on_all()
    run.refresh_from_db()
    at = run.finished_at
    assert run.can_be_undone(at + 30 * DAY - timedelta(seconds=1)) and not run.can_be_undone(at + 30 * DAY)


def test_two_undos_at_once_are_one(staged):
    run = staged(3)
    work_on_all()
    run, stale = Import.objects.get(), Import.objects.get()
    leases.start(run, ImportState.UNDOING)
    work(leases.claim(run, now=timezone.now()), stopping=stop_after(1))
    with pytest.raises(leases.MovedOn):
        leases.start(stale, ImportState.UNDOING)


def test_an_undo_that_a_bug_stopped_counts_no_row_twice(staged, api, monkeypatch):
    run = staged(150)
    work_on_all()
    first, last = Lead.objects.order_by("id").first(), Lead.objects.order_by("id").last()
    for lead in (first, last):
        api.patch(f"/leads/{lead.pk}", {"tag": "Hot"})
    seen = []

    def fail_later(run, now, take_back=undoing.take_back):
        seen.append(run)
        return 1 / 0 if len(seen) == 2 else take_back(run, now)

    monkeypatch.setattr("leads.interchange.imports.running.take_back", fail_later)
    assert undo(run).state == "failed"
    assert undo(run).undone == {"deleted": 148, "left": 2}


def test_a_car_that_somebody_edits_at_that_moment_stays(casa, logan, write, monkeypatch):
    run_import(write("Nom,GSM,Marque,Modèle\nKarim,0661000001,Fiat,Panda\n"), "--create-cars")

    def be_faster(dealership, car_id, delete_car=undoing.delete_car, **how):
        change_car(dealership, car_id, {"location": "Rabat"})
        delete_car(dealership, car_id, **how)

    monkeypatch.setattr(undoing, "delete_car", be_faster)
    run = undo(Import.objects.get())
    assert Car.objects.get(make="Fiat").location == "Rabat" and not Lead.objects.exists()
    assert ImportRow.objects.get(run=run).code == "car"


# --- Several that wrote the same lead --------------------------------------------------------------

TITLES = "Nom,GSM,Lead ID,Marque,Modèle,Note\n"


def bring(write, note):
    """The Import that makes Salma's lead, or writes this note into it."""
    path = write(f"{TITLES}Salma,0661000000,1,Dacia,Logan,{note}\n", f"{note}.csv")
    assert run_import(path, "--on-known", "update").code == 0
    return Import.objects.latest("created_at")


def test_the_first_of_three_is_undone_only_once_no_later_one_stands(casa, logan, write):
    first, second, third = (bring(write, note) for note in ("a", "b", "c"))
    assert undo(third).undone == {"restored": 1} and Lead.objects.get().note == "b"
    assert undo(first).undone == {"left": 1} and Lead.objects.get().note == "b"
    assert undo(second).undone == {"restored": 1} and Lead.objects.get().note == "a"


def test_three_are_undone_one_after_the_other(casa, logan, write):
    for run in reversed([bring(write, note) for note in ("a", "b", "c")]):
        assert "left" not in undo(run).undone
    assert not Lead.objects.exists()


def test_an_update_that_named_our_id_is_undone_before_what_made_the_lead(casa, logan, write):
    first = bring(write, "a")
    lead = Lead.objects.get()
    at = lead.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    path = write(f"id,targetInfo,note,updatedAt\n{lead.pk},+212661000000,b,{at}\n", "own.csv")
    assert run_import(path, "--on-known", "update").updated == 1
    assert undo(Import.objects.latest("created_at")).undone == {"restored": 1}
    assert undo(first).undone == {"deleted": 1}


def test_a_change_between_two_imports_keeps_the_first_from_being_undone(casa, logan, write):
    first = bring(write, "a")
    lead = change_lead(casa, Lead.objects.get().pk, {"tag": "Hot"}, actor=TESTER)
    at = lead.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    path = write(f"id,targetInfo,note,updatedAt\n{lead.pk},+212661000000,b,{at}\n", "own.csv")
    assert run_import(path, "--on-known", "update").updated == 1
    assert undo(Import.objects.latest("created_at")).undone == {"restored": 1}
    assert undo(first).undone == {"left": 1} and Lead.objects.get().tag == "Hot"


def test_a_file_that_waited_while_another_wrote_is_not_the_last_word(casa, logan, write, staged):
    """Rows are made when a file is taken in, which may be long before they write."""
    bring(write, "a")
    with open(write(f"{TITLES}Salma,0661000000,1,Dacia,Logan,c\n", "waits.csv"), "rb") as file:
        waits = stage(casa, file, "waits.csv", door=Door.COMMAND, actor_name="x")
    bring(write, "b")
    waits.options |= {"on_known": "update"}
    leases.start(waits, ImportState.RUNNING)
    work_on_all()
    assert bring(write, "d").counts["updated"] == 1 and Lead.objects.get().note == "d"
