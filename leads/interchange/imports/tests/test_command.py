"""`manage.py import_leads`: what it takes, what it prints, and what becomes of each row (contract-interchange I1, I4, I6, I7)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cars.models import Car
from conftest import TESTER, make_car, make_lead
from leads import creating
from leads.actions import archive_lead, change_lead, delete_lead
from leads.errors import DuplicateOrigin
from leads.interchange.imports import keeping, leases
from leads.interchange.imports.models import Import, ImportRow
from leads.interchange.imports.running import work_on_all
from leads.interchange.imports.tests.conftest import run_import
from leads.models import Lead, LeadEvent, Origin

HEAD = "Record ID,First Name,Last Name,Phone Number,Lead Status,Message,Brand,Model\n"
SALMA = "51,Salma,Bennani,0661234567,NEW,Logan,Dacia,Logan\n"
KARIM = "52,Karim,Alaoui,0522201010,UNQUALIFIED,,Dacia,Logan\n"


def counts(run):
    return run.created, run.updated, run.unchanged, len(run.refused)


def refused(run):
    return [(each["line"], each["title"], each["code"]) for each in run.refused]


# --- Making leads ----------------------------------------------------------------------------------


def test_a_row_becomes_a_lead_with_its_origin_and_its_event(casa, logan, write):
    run = run_import(write(HEAD + SALMA))
    lead = Lead.objects.select_related("origin").get()
    assert (run.code, counts(run), run.ignoredColumns) == (0, (1, 0, 0, 0), [])
    assert (lead.target_name, lead.target_info, lead.note) == ("Salma Bennani", "+212661234567", "Logan")
    assert (lead.car_id, lead.status, lead.action) == (logan.pk, "NEW", "Rappeler")
    assert (lead.origin.source, lead.origin.external_id) == ("hubspot", "51")
    event = LeadEvent.objects.get()
    assert (event.kind, event.actor_type, event.batch) == ("lead.created", "import", Import.objects.get().pk)


@pytest.mark.parametrize(("language", "action"), [("fr", "Rappeler"), ("ar", "معاودة الاتصال"), ("en", "Call back")])
def test_a_row_without_an_action_has_the_dealerships_words(casa, logan, write, language, action):
    casa.language = language
    casa.save()
    run_import(write(HEAD + SALMA))
    assert Lead.objects.get().action == action


def test_source_and_action_can_be_said(casa, logan, write):
    run_import(write(HEAD + SALMA), "--source", "Old CRM", "--action", "Welcome")
    assert (Lead.objects.get().action, Origin.objects.get().source) == ("Welcome", "Old CRM")


def test_a_time_in_the_file_is_the_leads(casa, logan, write):
    run_import(write("Nom,GSM,Date,Marque,Modèle\nSalma,0661234567,20/11/2026 09:30,Dacia,Logan\n"))
    lead = Lead.objects.get()
    assert lead.created_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert lead.updated_at > datetime.now(UTC) - timedelta(minutes=1) and LeadEvent.objects.get().at == lead.created_at


def test_an_archived_lead_of_our_own_export_comes_back_archived(casa, logan, write):
    run_import(
        write("targetName,targetInfo,archived,make,model\nSalma,x,true,Dacia,Logan\nKarim,y,false,Dacia,Logan\n")
    )
    assert dict(Lead.objects.values_list("target_name", "archived")) == {"Salma": True, "Karim": False}


# --- Refusing --------------------------------------------------------------------------------------


def test_good_rows_are_kept_and_bad_ones_named(casa, logan, write):
    rows = ["Salma;0661234567;;Dacia;Logan", 'Karim;"2,12661E+11";;Dacia;Logan', "Amina;;;Dacia;Logan"]
    rows += ["Ali;0522201010;;Fiat;Panda", "Omar;0522201011;demain;Dacia;Logan", 'Ilham;0522201012;"open;Dacia;Logan']
    run = run_import(write("Nom complet;GSM;Date;Marque;Modèle\n" + "\n".join(rows) + "\n"))
    assert run.code == 1 and counts(run) == (1, 0, 0, 5)
    assert refused(run) == [
        (3, "GSM", "phone_destroyed"),
        (4, "", "no_contact"),
        (5, "Modèle", "no_car"),
        (6, "Date", "bad_date"),
        (7, "", "quote"),
    ]
    assert run.refused[0]["message"].startswith("2,12661E+11: the spreadsheet has shortened this number")


def test_columns_that_mean_nothing_are_named(casa, logan, write):
    run = run_import(write("Nom,GSM,Pointure,Marque,Modèle\nSalma,0661234567,38,Dacia,Logan\n"))
    assert run.ignoredColumns == ["Pointure"]


CANNOT = [
    (b"", [], "empty"),
    (b"<html><table><tr><td>Name</td></tr></table></html>", [], "web page"),
    ("Nom,Nom complet,Full name,GSM\na,b,c,0661234567\n", [], "Nom complet”, “Full name” are all targetName"),
    ("Nom,Ville\na,b\n", [], "phone number or an e-mail"),
    (HEAD + SALMA, ["--map", "Brand"], "TITLE=field"),
    (HEAD + SALMA, ["--map", "Brand=colour"], "no field “colour”"),
    (HEAD + SALMA, ["--map", "Colour=make"], "no column “Colour”"),
    (HEAD + SALMA, ["--map", "Model=make"], "are all make"),
    (HEAD + SALMA, ["--car", "0192f3a4-0000-7000-8000-000000000001"], "has no car"),
    (HEAD + SALMA, ["--car", "x"], "has no car"),
    (HEAD + SALMA, ["--source", "x" * 101], "at most 100"),
]


def test_what_cannot_be_imported_is_said_and_leaves_nothing(casa, logan, write, subtests):
    for content, arguments, words in CANNOT:
        with subtests.test(words):
            run = run_import(write(content), *arguments)
            assert run.code == 2 and words in run.err and not hasattr(run, "created")
            assert not Lead.objects.exists() and not Import.objects.exists() and not ImportRow.objects.exists()


def test_another_dealerships_car_or_name_is_refused(casa, atlas, logan, write):
    path = write(HEAD + SALMA)
    assert run_import(path, "--car", str(make_car(atlas).pk)).code == 2
    assert run_import(path, dealership="Nobody").code == 2
    assert run_import("/nowhere/leads.csv").code == 2


def test_columns_are_mapped_and_dropped_by_hand(casa, logan, write):
    path = write("Wer,Wo,Nom,Nom complet,Marque,Modèle\nSalma,0661234567,x,y,Dacia,Logan\n")
    run = run_import(path, "--map", "Wer=targetName", "--map", "wo=phone", "--map", "Nom=", "--map", "Nom complet=")
    assert (run.code, run.ignoredColumns) == (0, ["Nom", "Nom complet"])
    assert Lead.objects.get().target_name == "Salma"


def test_of_equal_titles_the_number_says_which(casa, logan, write):
    path = write("Nom,Nom,GSM,GSM,Marque,Modèle\nx,Salma,0661234567,0522201010,Dacia,Logan\n")
    assert "“Nom#1=…” or “Nom#2=…”" in run_import(path, "--map", "Nom=").err
    for unknown in ("Nom#3=", "Nom#0=", "Nom#x=", "#1="):
        assert "no column" in run_import(path, "--map", unknown).err
    assert run_import(path, "--map", "Nom#1=", "--map", "GSM=phone").code == 0
    lead = Lead.objects.get()
    assert (lead.target_name, lead.target_info) == ("Salma", "+212661234567 / +212522201010")


def test_a_column_that_is_said_to_be_the_time_shows_itself_whether_the_month_comes_first(casa, logan, write):
    rows = ["Salma,0661234567,05/11/2026", "Karim,0522201010,05/20/2026"]
    path = write("Nom,GSM,Quand,Marque,Modèle\n" + "".join(f"{row},Dacia,Logan\n" for row in rows))
    run_import(path, "--map", "Quand=createdAt")
    assert Lead.objects.get(target_name="Salma").created_at.month == 5


def test_what_nobody_sees_is_empty(casa, logan, write):
    path = write("Nom,GSM,Tâche,E-mail,Marque,Modèle\n\u200b,0661234567,\u200e,\u2060,Dacia,Logan\n")
    assert run_import(path).code == 0
    lead = Lead.objects.get()
    assert (lead.target_name, lead.target_info, lead.action) == ("+212661234567", "+212661234567", "Rappeler")


# --- Cars ------------------------------------------------------------------------------------------

PANDA = "Nom,GSM,Marque,Modèle,Année,VIN\nSalma,0661234567,Fiat,Panda,2019,ZFA31200000000001\nKarim,0522201010,Fiat,Panda,,\n"


def test_a_car_that_is_not_known_is_one_that_was_chosen(casa, logan, write):
    run = run_import(write(PANDA), "--car", str(logan.pk))
    assert run.code == 0 and set(Lead.objects.values_list("car", flat=True)) == {logan.pk}


def test_or_it_is_made_where_make_and_model_stand(casa, logan, write):
    rows = PANDA + "Ali,0522201011,Fiat,,,\nOmar,0522201012,Fiat,Uno,,BADVIN\n"
    run = run_import(write(rows), "--create-cars")
    car = Car.objects.of(casa).get(make="Fiat")
    assert (car.model, car.overview_year, car.vin) == ("Panda", 2019, "ZFA31200000000001")
    assert Lead.objects.filter(car=car).count() == 2
    assert refused(run) == [(4, "Marque", "no_car"), (5, "VIN", "no_car")]


def test_a_car_that_cannot_be_made_says_which_column_is_to_blame(casa, logan, write):
    rows = [f"A,0661234567,{'x' * 150},Uno,1999,ZFA31200000000002", "B,0661234568,Fiat,Uno,1800,BAD"]
    run = run_import(write("Nom,GSM,Marque,Modèle,Année,VIN\n" + "\n".join(rows) + "\n"), "--create-cars")
    assert refused(run) == [(2, "Marque", "no_car"), (3, "VIN", "no_car")]
    assert "Année: " in run.refused[1]["message"] and "VIN: " in run.refused[1]["message"]


def test_a_vin_is_one_however_it_is_written(casa, logan, write):
    path = write(PANDA.replace("ZFA31200000000001", "zfa-312 00000000001"))
    assert run_import(path, "--create-cars").code == 0
    assert Car.objects.of(casa).get(make="Fiat").vin == "ZFA31200000000001"


def test_a_car_is_not_left_over_where_another_door_was_faster(casa, logan, write, monkeypatch):
    def is_there(*_arguments, **_how):
        raise DuplicateOrigin()

    monkeypatch.setattr(creating, "create_leads", is_there)
    assert counts(run_import(write(PANDA), "--create-cars")) == (0, 0, 2, 0)
    assert not Car.objects.of(casa).filter(make="Fiat").exists()


def test_where_several_are_meant_none_is_made(casa, logan, write):
    make_car(casa, make="Dacia", model="Logan", overview_year=2022)
    run = run_import(write(HEAD + SALMA), "--create-cars")
    assert refused(run) == [(2, "Model", "car_ambiguous")]
    assert run_import(write(HEAD + SALMA), "--car", str(logan.pk)).code == 0


# --- Again -----------------------------------------------------------------------------------------


def test_run_again_it_changes_nothing(casa, logan, write):
    with_ids, without = (
        write(HEAD + SALMA + KARIM),
        write("Nom,GSM,Marque,Modèle\nAli,0661111111,Dacia,Logan\n", "b.csv"),
    )
    assert counts(run_import(with_ids)) + counts(run_import(without)) == (2, 0, 0, 0, 1, 0, 0, 0)
    before = list(LeadEvent.objects.order_by("id").values())
    for how in ("skip", "update"):
        for path, rows in ((with_ids, 2), (without, 1)):
            assert counts(run_import(path, "--on-known", how)) == (0, 0, rows, 0)
    assert list(LeadEvent.objects.order_by("id").values()) == before


def test_a_row_that_stands_in_a_file_twice_is_one_lead(casa, logan, write):
    run = run_import(write(HEAD + SALMA + SALMA + "51,Salma,Idrissi,0661234567,NEW,,Dacia,Logan\n"))
    assert counts(run) == (1, 0, 2, 0) and Lead.objects.get().target_name == "Salma Bennani"


def test_a_known_row_that_differs_is_left_unless_asked_for(casa, logan, write):
    run_import(write(HEAD + SALMA))
    changed = write(HEAD + "51,Salma,Idrissi,0661234567,UNQUALIFIED,,Dacia,Logan\n")
    assert counts(run_import(changed)) == (0, 0, 1, 0)
    assert counts(run_import(changed, "--on-known", "update")) == (0, 1, 0, 0)
    lead, event = Lead.objects.get(), LeadEvent.objects.latest("at")
    # What a row leaves empty stays.
    assert (lead.target_name, lead.status, lead.note) == ("Salma Idrissi", "NOT_NEEDED", "Logan")
    assert set(event.changes) == {"targetName", "status"} and event.actor_type == "import"
    assert counts(run_import(changed, "--on-known", "update")) == (0, 0, 1, 0)


def test_a_lead_that_was_changed_here_since_is_not_written_over(casa, logan, write):
    run_import(write(HEAD + SALMA + KARIM))
    change_lead(casa, Lead.objects.get(target_name="Salma Bennani").pk, {"tag": "Hot"}, actor=TESTER)
    changed = write(HEAD + SALMA.replace("Logan,", "Duster,", 1) + KARIM.replace("UNQUALIFIED", "NEW"))
    assert counts(run_import(changed, "--on-known", "update")) == (0, 1, 1, 0)
    assert set(Lead.objects.values_list("note", "status")) == {("Logan", "NEW"), (None, "NEW")}


def test_a_lead_that_was_deleted_here_is_not_made_again(casa, logan, write):
    paths = [write(HEAD + SALMA), write("Nom,GSM,Marque,Modèle\nAli,0661111111,Dacia,Logan\n", "b.csv")]
    for path in paths:
        run_import(path)
    for lead in Lead.objects.all():
        delete_lead(casa, lead.pk, actor=TESTER)
    for how in ("skip", "update"):
        assert [counts(run_import(path, "--on-known", how)) for path in paths] == [(0, 0, 1, 0)] * 2


def test_a_lead_that_another_door_brought_is_known_by_its_origin(casa, logan, write):
    lead = make_lead(logan)
    Origin.objects.create(lead=lead, dealership=casa, source="hubspot", external_id="51")
    assert counts(run_import(write(HEAD + SALMA))) == (0, 0, 1, 0)
    assert counts(run_import(write(HEAD + SALMA), "--on-known", "update")) == (0, 1, 0, 0)


def test_rows_of_our_own_export_are_the_leads_that_they_name(casa, atlas, logan, write):
    lead, gone = make_lead(logan, target_name="Salma"), make_lead(logan, target_name="Karim")
    delete_lead(casa, gone.pk, actor=TESTER)
    theirs = make_lead(make_car(atlas), target_name="Theirs")
    at = lead.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [f"{each.pk},New name,{each.target_info},{at},Dacia,Logan\n" for each in (lead, gone, theirs)]
    path = write("id,targetName,targetInfo,updatedAt,make,model\n" + "".join(rows))
    assert counts(run_import(path)) == (1, 0, 2, 0)
    assert counts(run_import(path, "--on-known", "update")) == (0, 1, 2, 0)
    assert Origin.objects.get().external_id == str(theirs.pk)
    assert not LeadEvent.objects.filter(dealership=atlas, actor_type="import").exists()
    archive_lead(casa, lead.pk, actor=TESTER)


def test_an_own_export_that_is_older_than_a_change_writes_nothing_over(casa, logan, write):
    lead = make_lead(logan, target_name="Salma")
    path = write(f"id,targetName,targetInfo,updatedAt\n{lead.pk},New,x,2020-01-01T00:00:00Z\n")
    assert counts(run_import(path, "--on-known", "update")) == (0, 0, 1, 0)


# --- Beside others ---------------------------------------------------------------------------------


def test_while_another_import_is_under_way_nothing_is_left_for_later(casa, staged, write):
    other = staged(3)
    leases.claim(other, now=timezone.now())
    run = run_import(write(HEAD + SALMA))
    assert run.code == 2 and "under way" in run.err and list(Import.objects.all()) == [other]
    work_on_all()
    assert not Lead.objects.filter(target_name="Salma Bennani").exists()


def test_what_a_worker_has_done_before_the_command_could_is_reported(casa, logan, write, monkeypatch):
    def be_faster(run, claim=leases.claim, **how):
        monkeypatch.setattr(leases, "claim", claim)
        work_on_all()
        return claim(run, **how)

    monkeypatch.setattr(leases, "claim", be_faster)
    run = run_import(write(HEAD + SALMA))
    assert (run.code, counts(run)) == (0, (1, 0, 0, 0))


def test_a_dry_run_that_was_killed_is_nobodys_and_goes(casa, logan, write, monkeypatch):
    monkeypatch.setattr("leads.interchange.imports.running.check", lambda *ours: 1 / 0)
    monkeypatch.setattr("leads.interchange.management.commands.import_leads._forget", lambda run: None)
    with pytest.raises(ZeroDivisionError):
        run_import(write(HEAD + SALMA), "--dry-run")
    monkeypatch.undo()
    later = timezone.now() + timedelta(minutes=59)
    work_on_all(clock=lambda: later)
    assert Import.objects.get().state == "checking"
    keeping.forget_old_imports(later + timedelta(minutes=2))
    assert not Import.objects.exists() and not ImportRow.objects.exists()


def test_standard_output_is_one_json_object(casa, logan, write, capfd):
    with pytest.raises(CommandError, match="1 of 2 rows were refused"):
        call_command("import_leads", write(HEAD + SALMA + "53,A,B,,NEW,,,\n"), dealership="Casa Motors")
    said = json.loads(capfd.readouterr().out)
    assert list(said) == ["created", "updated", "unchanged", "refused", "ignoredColumns"]
    assert list(said["refused"][0]) == ["line", "title", "code", "message"]
