"""What an import could not take, or an undo left, comes back as a file to mend (contract-interchange I1, I8)."""

import csv
import io

import pytest

from conftest import TESTER
from leads.actions import change_lead
from leads.interchange.imports.models import Import
from leads.interchange.imports.running import work_on_all
from leads.interchange.imports.tests.wizard import columns_of, done, page_of, upload
from leads.models import Lead


def test_refused_rows_come_back_as_a_file_to_mend(manager, run, casa):
    run = done(manager, run)
    answer = manager.get(f"/admin/interchange/import/{run.pk}/refused/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    titles, karim, ali = csv.reader(io.StringIO(text))
    assert titles == ["Reason", *run.titles] and answer["Content-Disposition"].startswith("attachment; filename=")
    assert karim[0].startswith("Line 3: GSM: 2,12661E+11") and karim[1:] == [
        "Karim",
        "2,12661E+11",
        "Dacia",
        "Logan",
        "Etwas",
        "'=1+1",
        "40",
    ]
    mended = text.replace('2,12661E+11","Dacia', '0661111111","Dacia')
    upload(manager, mended)
    again = Import.objects.latest("created_at")
    done(manager, again)
    assert Lead.objects.get(target_name="Karim").note == "=1+1"


def refused_of(manager, run):
    answer = manager.get(f"/admin/interchange/import/{run.pk}/refused/")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_rows_that_cannot_be_read_come_back_with_what_stands_there(manager, logan):
    rows = ["Salma;0661234567;Dacia;Logan;too;far", 'Karim;06"61;Da"cia;Logan', 'Ali;"0661;Dacia;Logan', "Omar;1;x;y"]
    upload(manager, "Nom;GSM;Marque;Modèle\n" + "\n".join(rows) + "\n")
    run = done(manager, Import.objects.get())
    assert [row[1:] for row in refused_of(manager, run)] == [
        ["Nom", "GSM", "Marque", "Modèle"],
        ["Salma", "0661234567", "Dacia", "Logan", "too", "far"],
        ["Karim", '06"61', 'Da"cia', "Logan"],
        ['Ali;"0661;Dacia;Logan\nOmar;1;x;y', "", "", ""],
    ]
    assert [row[0].split(":")[0] for row in refused_of(manager, run)] == ["Reason", "Line 2", "Line 3", "Line 4"]


def test_a_line_of_ours_that_cannot_be_read_comes_back(manager, logan):
    upload(manager, b'{"targetInfo": "0661234567", "car": {"make": "Dacia", "model": "Logan"}}\n{"targetInfo": \n')
    run = done(manager, Import.objects.get())
    [_titles, refused] = refused_of(manager, run)
    assert refused[:2] == ["Line 2: This line is no object of JSON.", '{"targetInfo":']


def test_what_a_check_found_can_be_downloaded(manager, run):
    manager.post(page_of(run), columns_of(run))
    work_on_all()
    assert "Download the refused rows" in manager.get(page_of(run)).content.decode()
    assert [row[1] for row in refused_of(manager, run)] == ["Nom complet", "Karim", "Ali"]


def test_what_an_undo_left_can_be_downloaded(casa, manager, run):
    run = done(manager, run)
    lead = change_lead(casa, Lead.objects.get().pk, {"tag": "Hot"}, actor=TESTER)
    manager.post(page_of(run), {"do": "undo"})
    work_on_all()
    assert "Download what was left" in manager.get(page_of(run)).content.decode()
    assert refused_of(manager, run) == [
        ["Reason", "id", "targetName", "targetInfo"],
        ["Line 2: somebody changed it since", str(lead.pk), "Salma Bennani", "'+212661234567"],
    ]


def test_no_title_of_a_refused_file_is_a_formula(manager, logan):
    upload(manager, "Nom;GSM;'=HYPERLINK(1)\nSalma;;x\n")
    assert refused_of(manager, done(manager, Import.objects.get()))[0] == ["Reason", "Nom", "GSM", "'=HYPERLINK(1)"]


@pytest.mark.parametrize(("language", "words"), [("fr", "Elle a plus de cellules"), ("ar", "فيه خلايا أكثر")])
def test_rows_that_cannot_be_read_say_why_in_the_dealerships_language(casa, manager, logan, language, words):
    casa.language = language
    casa.save()
    upload(manager, "Nom;GSM;Marque;Modèle\nSalma;0661234567;Dacia;Logan;x\n")
    run = done(manager, Import.objects.get())
    assert words in manager.get(page_of(run)).content.decode()
