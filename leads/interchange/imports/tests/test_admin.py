"""Importing leads in the admin, page by page: by managers, of their own dealership (contract-interchange I1, I3, I8)."""

import pytest
from django.utils import timezone

from conftest import make_car, make_lead
from leads.interchange.imports.admin import ImportAdmin
from leads.interchange.imports.models import Import, ImportRow
from leads.interchange.imports.running import work_on_all
from leads.interchange.imports.tests.wizard import ADD, columns_of, done, page_of, upload
from leads.models import Lead
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import browser, make_staff

# --- The way through -------------------------------------------------------------------------------


def test_the_columns_are_proposed_and_nothing_is_written(manager, run):
    page = manager.get(page_of(run)).content.decode()
    assert run.options["columns"] == ["targetName", "mobile", "make", "model", "status", "note", None]
    assert "Pointure" in page and not Lead.objects.exists()


def test_the_check_shows_what_would_be(manager, run):
    assert manager.post(page_of(run), columns_of(run))["Location"] == page_of(run)
    assert "being checked" in manager.get(page_of(run)).content.decode()
    assert manager.get(f"/admin/interchange/import/{run.pk}/progress/").json() == {
        "state": "checking",
        "done": 0,
        "rows": 3,
        "busy": True,
    }
    work_on_all()
    answer = manager.get(page_of(run))
    page = answer.content.decode()
    assert [count for _name, _label, count in answer.context["tally"]] == [1, 0, 0, 2]
    assert [(row.line, row.outcome) for row in answer.context["rows"]] == [
        (2, "created"),
        (3, "refused"),
        (4, "refused"),
    ]
    assert "+212661234567" in page and "the spreadsheet has shortened" in page and "Dacia Logan 2020" in page
    assert answer.context["form"].words == ["Etwas", "Perdu"] and not Lead.objects.exists()


def test_what_was_checked_is_imported_by_the_worker(manager, run):
    run = done(manager, run)
    lead, page = Lead.objects.get(), manager.get(page_of(run)).content.decode()
    assert (run.state, lead.target_name, lead.status) == ("done", "Salma Bennani", "NOT_NEEDED")
    assert "Undo the import" in page and "Download the refused rows" in page


def test_statuses_of_the_file_are_what_the_person_says(manager, run):
    manager.post(page_of(run), columns_of(run))
    work_on_all()
    manager.post(page_of(run), {"do": "run", "status_0": "NEW", "status_1": "COMPLETED"})
    work_on_all()
    assert Lead.objects.get().status == "COMPLETED"


def test_a_car_is_chosen_for_rows_that_name_none(manager, run, logan):
    run = done(manager, run, cars="one", car=str(logan.pk))
    assert Lead.objects.filter(car=logan).count() == 2


def test_a_car_is_made_where_that_was_asked_for(manager, run):
    done(manager, run, cars="make")
    assert Lead.objects.get(target_name="Ali").car.make == "Fiat"


def test_the_person_changes_a_column_and_goes_back(manager, run):
    manager.post(page_of(run), columns_of(run, column_5="", column_6="tag"))
    work_on_all()
    manager.post(page_of(run), {"do": "columns"})
    run.refresh_from_db()
    assert (run.state, run.options["columns"][5:]) == ("mapping", [None, "tag"])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"column_5": "targetName"}, "are all targetName"),
        ({"column_1": ""}, "phone number or an e-mail"),
        ({"cars": "one"}, "Choose the car."),
        ({"car": "0192f3a4-0000-7000-8000-000000000001", "cars": "one"}, "valid choice"),
        ({"column_5": "nonsense"}, "nonsense"),
        ({"action": "x" * 201}, "at most 200"),
    ],
)
def test_what_cannot_be_is_said_on_the_page(manager, run, changed, words):
    answer = manager.post(page_of(run), columns_of(run, **changed))
    run.refresh_from_db()
    assert answer.status_code == 200 and words in answer.content.decode() and run.state == "mapping"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html><table></table></html>", "web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a table"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(manager, content, words):
    answer = upload(manager, content)
    assert answer.status_code == 200 and words in answer.content.decode() and not Import.objects.exists()


@pytest.mark.parametrize("path", [ADD, "/admin/cars/car/import/"])
@pytest.mark.parametrize(("language", "words"), [("fr", "Le fichier dépasse 20 Mio"), ("ar", "الملف أكبر من 20")])
def test_a_file_that_is_too_large_to_be_read_is_refused_with_the_limit(casa, manager, path, language, words):
    casa.language = language
    casa.save()
    size = str(22 * 1024 * 1024)
    answer = manager.generic("POST", path, b"", "multipart/form-data; boundary=b", CONTENT_LENGTH=size)
    assert answer.status_code == 400 and words in answer.content.decode()


def test_a_file_can_be_discarded(manager, run):
    assert manager.post(page_of(run), {"do": "discard"}).status_code == 302
    assert not Import.objects.exists() and not ImportRow.objects.exists()


def test_a_known_row_is_shown_as_its_lead_will_be(casa, manager, logan):
    lead = make_lead(logan, target_name="Salma", target_info="0661", status="COMPLETED", tag="Hot")
    upload(manager, f"id;targetInfo;Remarque;updatedAt\n{lead.pk};0661;New;{timezone.now().isoformat()}\n".encode())
    run = Import.objects.get()
    for on_known, note in (("skip", ""), ("update", "New")):
        manager.post(page_of(run), columns_of(run, on_known=on_known))
        work_on_all()
        [shown] = manager.get(page_of(run)).context["rows"]
        assert (shown.fields["target_name"], shown.fields["tag"], shown.fields["note"] or "") == ("Salma", "Hot", note)
        assert (shown.fields["status"], shown.car) == ("Completed", "Dacia Logan 2020")
        manager.post(page_of(run), {"do": "columns"})


def test_a_table_of_many_columns_has_a_form_that_can_be_sent(manager, logan):
    titles = [*(f"Column {number}" for number in range(900)), "Nom", "GSM", "Marque", "Modèle"]
    row = ["x"] * 900 + ["Salma", "0661234567", "Dacia", "Logan"]
    upload(manager, f"{';'.join(titles)}\n{';'.join(row)}\n")
    run = Import.objects.get()
    page = manager.get(page_of(run))
    assert len(page.context["form"].columns()) == 200 and "left out: 704" in page.content.decode()
    shown = {field.html_name: field.value() for field in page.context["form"].columns()}
    manager.post(page_of(run), {**shown, "on_known": "skip", "cars": "refuse", "do": "check"})
    work_on_all()
    run.refresh_from_db()
    assert (run.state, run.counts["created"]) == ("checked", 1)


def test_an_import_is_undone_on_its_page(manager, run):
    run = done(manager, run)
    manager.post(page_of(run), {"do": "undo"})
    work_on_all()
    run.refresh_from_db()
    assert run.state == "undone" and not Lead.objects.exists()
    assert "The import was undone." in manager.get(page_of(run)).content.decode()


def test_a_button_that_comes_too_late_does_nothing(manager, run):
    run = done(manager, run)
    for do in ("check", "run", "columns", "discard", "nonsense"):
        assert manager.post(page_of(run), {"do": do}).status_code == 302
    run.refresh_from_db()
    assert run.state == "done" and Lead.objects.count() == 1


def test_two_who_press_at_once_are_told_which_was_too_late(manager, run, monkeypatch):
    manager.post(page_of(run), columns_of(run))
    work_on_all()

    def be_faster(self, request, object_id, find=ImportAdmin._run):
        stale = find(self, request, object_id)
        Import.objects.filter(pk=run.pk, state="checked").update(state="running", line=2)
        return stale

    for do in ("run", "columns", "discard"):
        Import.objects.update(state="checked")
        monkeypatch.setattr(ImportAdmin, "_run", be_faster)
        answer = manager.post(page_of(run), {"do": do, "status_0": "NEW", "status_1": "NEW"}, follow=True)
        monkeypatch.undo()
        run.refresh_from_db()
        assert "Nothing was done" in answer.content.decode() and (run.state, run.line) == ("running", 2)


# --- Whose it is -----------------------------------------------------------------------------------


def test_salespeople_import_nothing(casa, run):
    seller = browser(make_staff(casa))
    for path in (ADD, page_of(run), "/admin/interchange/import/"):
        assert seller.get(path).status_code == 403
    assert upload(seller).status_code == 403


def test_another_dealerships_import_is_nobodys(atlas, run):
    stranger = browser(make_staff(atlas, Role.MANAGER))
    for answer in (stranger.get(page_of(run)), stranger.post(page_of(run), {"do": "discard"})):
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    for page in ("refused", "progress"):
        assert stranger.get(f"/admin/interchange/import/{run.pk}/{page}/").status_code == 404
    assert Import.objects.count() == 1


def test_another_dealerships_car_cannot_be_chosen(manager, run, atlas):
    answer = manager.post(page_of(run), columns_of(run, cars="one", car=str(make_car(atlas).pk)))
    assert answer.status_code == 200 and "valid choice" in answer.content.decode()


def test_a_superuser_says_for_whom(casa, atlas, logan):
    root = browser(make_staff(None, None))
    assert "field is required" in upload(root).content.decode()
    upload(root, dealership=str(atlas.pk))
    assert Import.objects.get().dealership == atlas


def test_the_list_of_leads_leads_managers_there(casa, manager):
    assert ADD in manager.get("/admin/leads/lead/").content.decode()
    assert ADD not in browser(make_staff(casa)).get("/admin/leads/lead/").content.decode()
