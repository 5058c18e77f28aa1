"""Importing cars in the admin: the file, its columns, what would be, what came of it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cars import import_forms
from cars.models import Car
from conftest import make_car
from steerleads.dealers.models import Membership, Role
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.tables.tests.workbooks import workbook

pytestmark = [pytest.mark.on_one_database, pytest.mark.usefixtures("in_english")]

PAGE = "/admin/cars/car/import/"
TABLE = "Marque;Modèle;Prix (DH);Couleur\nDacia;Logan;95 000;rouge\nKia;Rio;pas cher;bleu\n"


def give(client, content, **data):
    content = content.encode() if isinstance(content, str) else content
    return client.post(PAGE, {"file": SimpleUploadedFile("cars.csv", content), **data})


def go_on(client, page, do, **changes):
    """What the form of a page becomes by a button, with these choices changed."""
    form = page.context["form"]
    data = {"held": form["held"].value(), **{field.html_name: field.value() for field in form.columns()}}
    return client.post(PAGE, {**data, **changes, "do": do})


def tally(page):
    return {name: count for name, _label, count in page.context["tally"]}


def errors(page):
    return [message for messages in page.context["form"].errors.values() for message in messages]


def test_the_way_from_a_file_to_its_cars(manager, casa):
    columns = give(manager, TABLE)
    assert [(field.label, field.value()) for field in columns.context["form"].columns()] == [
        ("Marque", "make"),
        ("Modèle", "model"),
        ("Prix (DH)", "price"),
        ("Couleur", ""),
    ]
    checked = go_on(manager, columns, "check")
    assert (tally(checked), Car.objects.count()) == ({"created": 1, "updated": 0, "unchanged": 0, "refused": 1}, 0)
    assert [line for line, _reason in checked.context["refused"]] == [3]
    assert checked.context["rows"] == [(2, ["Dacia", "Logan", "95000"]), (3, ["Kia", "Rio", "pas cher"])]
    done = go_on(manager, checked, "import")
    assert tally(done) == tally(checked)
    assert Car.objects.of(casa).values_list("make", "model", "price").get() == ("Dacia", "Logan", 95_000)


def test_a_column_is_what_a_person_says(manager):
    checked = go_on(manager, give(manager, TABLE), "check", column_2="", column_3="location")
    go_on(manager, checked, "import")
    assert set(Car.objects.values_list("make", "price", "location")) == {
        ("Dacia", None, "rouge"),
        ("Kia", None, "bleu"),
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"column_0": ""}, "which columns are the make"), ({"column_3": "price"}, "Two columns are “price”")],
)
def test_columns_that_make_no_car_are_refused(manager, changes, words):
    page = go_on(manager, give(manager, TABLE), "import", **changes)
    assert (page.context["step"], Car.objects.count()) == (2, 0)
    assert re.search(words, errors(page)[0])


def test_back_from_the_check_the_choices_are_kept(manager):
    checked = go_on(manager, give(manager, TABLE), "check", column_3="location")
    page = go_on(manager, checked, "columns")
    assert (page.context["step"], page.context["form"]["column_3"].value()) == (2, "location")


def test_a_workbook_is_imported_too(manager):
    content = workbook([["Stock"], ["Marque", "Modèle", "Année"], ["Dacia", "Logan", 2019]])
    go_on(manager, give(manager, content), "import")
    assert Car.objects.values_list("make", "overview_year").get() == ("Dacia", 2019)


def test_rows_that_cannot_be_read_are_named(manager):
    checked = go_on(manager, give(manager, 'Make,Model,Km\nKia,Rio\n"Kia" x,Rio,1\nKia,Rio,1,2\n'), "check")
    assert checked.context["refused"] == [
        (2, "It has 2 columns, and the first line names 3."),
        (3, "A quote stands inside a quoted text, or is never closed."),
        (4, "It has more cells than there are titles."),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("<html><table>", "web page"),
        (b"\x89PNG\r\n\x1a\n", "not a table"),
        (workbook([]), "file is empty"),
        ("Make,Model" + ",Colour" * import_forms.MOST_COLUMNS + "\n", "more than 200 columns"),
        ("Make,Model\n" + "Kia,Rio\n" * (import_forms.MOST_ROWS + 1), "2000 cars at most"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_with_what_to_do(manager, content, words):
    page = give(manager, content)
    assert (page.context["step"], bool(re.search(words, errors(page)[0]))) == (1, True)


def test_a_table_that_a_form_cannot_hold_is_refused(manager, monkeypatch):
    monkeypatch.setattr(import_forms, "LARGEST", 10)
    assert "at most" in errors(give(manager, TABLE))[0]


@pytest.mark.parametrize("text", ["", "nonsense", "a:b:c"])
def test_what_is_no_held_table_asks_for_the_file_again(manager, text):
    page = manager.post(PAGE, {"held": text, "do": "import"})
    assert (page.status_code, page.context["step"], Car.objects.count()) == (200, 1, 0)


def test_a_held_table_is_its_persons_and_its_dealerships(manager, casa, atlas):
    columns = give(manager, TABLE)
    theirs = browser(make_staff(atlas, Role.MANAGER))
    assert go_on(theirs, columns, "import").context["step"] == 1
    Membership.objects.filter(dealership=casa).update(dealership=atlas)
    assert go_on(manager, columns, "import").status_code == 403
    assert Car.objects.count() == 0


def test_a_superuser_says_whose_cars_they_are(casa, atlas):
    boss = browser(make_staff(None, None))
    assert "dealership" in give(boss, TABLE).context["form"].errors
    go_on(boss, give(boss, TABLE, dealership=atlas.pk), "import")
    assert Car.objects.get().dealership_id == atlas.pk


def test_salespeople_import_nothing_and_see_no_button(casa):
    client = browser(make_staff(casa))
    make_car(casa)
    assert (client.get(PAGE).status_code, give(client, TABLE).status_code) == (403, 403)
    assert PAGE not in client.get("/admin/cars/car/").content.decode()


def test_managers_find_the_page_from_the_list(manager):
    assert PAGE in manager.get("/admin/cars/car/").content.decode()
