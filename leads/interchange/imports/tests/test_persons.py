"""A person that is erased, or asks what is held, while a file that names them waits, is checked or comes in (contract-interchange N11)."""

import json
from io import StringIO
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from leads.interchange.imports import batches, leases
from leads.interchange.imports.models import Door, Import, ImportRow, ImportState, Overwritten
from leads.interchange.imports.running import work, work_on_all
from leads.interchange.imports.staging import stage
from leads.interchange.imports.tests.conftest import HEAD, rows, run_import, stop_after
from leads.interchange.imports.tests.test_undo import undo
from leads.management.commands import erase_person
from leads.models import Lead
from leads.privacy import holdings
from leads.privacy.people import persons_in

NO_CAR = "Salma Bennani,0661234567,,Fiat,Panda\n"


@pytest.fixture
def waiting(casa, logan, write):
    """An import that somebody took in, and nobody started."""

    def waiting(content):
        with open(write(content), "rb") as file:
            return stage(casa, file, "leads.csv", door=Door.ADMIN, actor_name="x")

    return waiting


def everything_kept(*tables):
    """All that these tables hold, in one text."""
    return json.dumps([list(table.objects.values()) for table in tables], default=str, ensure_ascii=False)


def erase(text):
    said = StringIO()
    call_command("erase_person", text, dealership="Casa Motors", yes=True, stdout=StringIO(), stderr=said)
    return said.getvalue()


def export(text):
    printed, said = StringIO(), StringIO()
    call_command("export_person", text, dealership="Casa Motors", stdout=printed, stderr=said)
    held = json.loads(printed.getvalue())
    rows = len(held["importRows"]) + len(held["overwritten"])
    assert (f"With them, {rows} rows of imported files." in said.getvalue()) == bool(rows)
    return held


# --- Erased ----------------------------------------------------------------------------------------


def test_rows_that_name_an_erased_person_go_and_are_not_taken_in(staged, casa, logan, write):
    lead_id = "Nom,GSM,Lead ID,Marque,Modèle\n"
    run_import(write(lead_id + "Salma,0661000000,1,Dacia,Logan\n", "first.csv"))
    update = write(lead_id + "Other,0661000009,1,Dacia,Logan\nSalma,,2,Dacia,Logan\n", "second.csv")
    assert run_import(update, "--on-known", "update").updated == 1
    waiting = staged(3)
    Import.objects.filter(pk=waiting.pk).update(file_name="Salma.csv")
    persons = persons_in("Salma", []) | persons_in("c1@x.ma", []) | persons_in("0661200002", [])
    holdings.forget_persons(casa, persons)
    assert not Overwritten.objects.exists()
    assert [row.cells[0] for row in ImportRow.objects.filter(cells__isnull=False)] == ["Client 0"]
    work_on_all()
    waiting.refresh_from_db()
    assert (waiting.counts["created"], waiting.file_name) == (1, "…")


def test_what_the_import_itself_says_of_the_person_goes(casa, waiting):
    """Without a header, the first row is the titles; and a note may have been taken for a status."""
    run = waiting("Salma Bennani,0661234567,perdue\nKarim,0661234568,appeler Salma Bennani\n")
    Import.objects.filter(pk=run.pk).update(
        titles=["Salma Bennani", "0661234567", "perdue"],
        options=run.options
        | {"words": ["appeler Salma Bennani", "x"], "statuses": {"appeler salma bennani": "NEW", "x": "NEW"}}
        | {"asked": [{"on_known": "skip"}, ["Salma Bennani=targetName"]], "action": "Rappeler Salma Bennani"},
    )
    ImportRow.objects.filter(cells__icontains="Karim").update(title="Salma Bennani", outcome="refused", code="no_car")
    ImportRow.objects.update(cells=["Karim", "0661234568", "x"])
    erase("0661234567")
    erase("Salma Bennani")
    run.refresh_from_db()
    held = everything_kept(Import, ImportRow).lower()
    assert "salma" not in held and "0661234567" not in held and "Karim".lower() in held
    assert (run.titles, run.options["words"], run.options["statuses"]) == (["…", "…", "perdue"], ["x"], {"x": "NEW"})


def test_who_is_erased_between_the_halves_of_a_check_is_not_kept(casa, waiting, monkeypatch):
    run, seen = waiting(HEAD + NO_CAR + rows(3)), []

    def locked(run, locked=batches.locked):
        seen.append(run)
        if len(seen) == 2:
            holdings.forget_persons(casa, persons_in("Salma Bennani", []))
        return locked(run)

    leases.start(run, ImportState.CHECKING)
    monkeypatch.setattr(batches, "locked", locked)
    work_on_all()
    run.refresh_from_db()
    assert (run.state, run.counts["created"], run.counts["refused"]) == ("checked", 3, 0)
    assert "Salma" not in everything_kept(Import, ImportRow)


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_while_a_batch_is_written_is_not_kept(casa, waiting, monkeypatch):
    run, threads = waiting(HEAD + NO_CAR + rows(3)), []

    def forget():
        holdings.forget_persons(casa, persons_in("Salma Bennani", []))
        connection.close()

    def write(*batch, write=batches._write):
        threads.append(Thread(target=forget))
        threads[0].start()
        threads[0].join(0.5)  # longer than it takes where nothing holds it up
        monkeypatch.setattr(batches, "_write", write)
        write(*batch)

    leases.start(run, ImportState.RUNNING)
    monkeypatch.setattr(batches, "_write", write)
    work(leases.claim(run, now=timezone.now()), stopping=stop_after(1))
    threads[0].join()
    assert "Salma" not in everything_kept(Import, ImportRow) and Lead.objects.count() == 3


def test_no_batch_makes_a_lead_of_who_is_being_erased(casa, logan, waiting, monkeypatch):
    run = waiting(HEAD + NO_CAR.replace("Fiat,Panda", "Dacia,Logan") + rows(3))
    leases.start(run, ImportState.RUNNING)

    def erase_leads(*who, erase_leads=erase_person.erase_leads, **how):
        work_on_all()
        count = erase_leads(*who, **how)
        work_on_all()
        return count

    monkeypatch.setattr(erase_person, "erase_leads", erase_leads)
    said = erase("Salma Bennani")
    assert not Lead.objects.filter(target_name__startswith="Salma").exists() and Lead.objects.count() == 3
    assert "Deleted 1 rows of imported files" in said and "leads.csv, line 2" in said


def test_what_was_written_over_goes_once_it_is_put_back(casa, logan, write):
    head = "Nom,GSM,Lead ID,Marque,Modèle\n"
    run_import(write(head + "Salma,0661000000,1,Dacia,Logan\n"))
    run_import(write(head + "Other,0661000009,1,Dacia,Logan\n"), "--on-known", "update")
    assert undo(Import.objects.latest("created_at")).undone == {"restored": 1}
    assert not Overwritten.objects.exists()


# --- Handed out ------------------------------------------------------------------------------------


def test_rows_of_the_person_are_handed_out(casa, logan, waiting, write):
    waiting("Prénom,Nom de famille,GSM,Marque,Modèle\nSalma,Bennani,0661234567,Dacia,Logan\n" + "Ali,Alaoui,06,,\n")
    run_import(write(HEAD + NO_CAR + "Karim,0661000009,,Fiat,Panda\n", "refused.csv"))
    by_name, by_number = export("Salma Bennani"), export("+212 661-23-45-67")
    assert by_name["leads"] == [] and by_name["importRows"] == by_number["importRows"]
    waits, refused = by_name["importRows"]
    assert (waits["file"], waits["line"], waits["refused"]) == ("leads.csv", 2, None)
    assert {"title": "GSM", "text": "0661234567"} in waits["cells"]
    assert (refused["file"], refused["line"]) == ("refused.csv", 2) and "car" in refused["refused"]


def test_what_an_import_wrote_over_is_handed_out(casa, logan, write):
    head = "Nom,GSM,Lead ID,Marque,Modèle\n"
    run_import(write(head + "Salma Bennani,0661000000,1,Dacia,Logan\n"))
    run_import(write(head + "Other,0661000009,1,Dacia,Logan\n"), "--on-known", "update")
    [held] = export("Salma Bennani")["overwritten"]
    assert held["before"]["target_name"] == "Salma Bennani" and held["leadId"] == str(Lead.objects.get().pk)


def test_rows_that_only_mention_a_person_are_others_data(casa, logan, waiting):
    waiting("Nom,GSM,Note\nKarim,0661000009,ami de Salma Bennani\nSalma Bennani Alaoui,0661000008,\n")
    assert export("Salma Bennani")["importRows"] == []
    assert export("Karim")["importRows"][0]["line"] == 2


def test_another_dealerships_rows_are_not_handed_out_or_erased(casa, atlas, logan, waiting):
    waiting(HEAD + NO_CAR)
    said = StringIO()
    call_command("export_person", "Salma Bennani", dealership="Atlas Cars", stdout=said, stderr=StringIO())
    call_command("erase_person", "Salma Bennani", dealership="Atlas Cars", yes=True, stdout=said, stderr=said)
    assert "0661234567" not in said.getvalue() and ImportRow.objects.count() == 1
