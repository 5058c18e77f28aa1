"""The page on which managers choose a format, and the file: what the admin's list or the board shows (contract X7)."""

import csv
import io
import re
from html import unescape

import pytest
from django.utils import timezone

from conftest import make_car, make_lead
from leads.actions import archive_lead
from leads.interchange.exports import exporters_of
from leads.interchange.exports.adf import AdfExporter
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from leads.interchange.models import Export
from leads.models import Lead
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, make_staff, told

pytestmark = pytest.mark.django_db(transaction=True)  # a file is made in a transaction of its own

LEADS, BOARD = "/admin/leads/lead/", "/admin/leads/board/"
FROM_LIST, FROM_BOARD = f"{LEADS}export/", f"{BOARD}export/"


@pytest.fixture(autouse=True)
def _in_english(casa, atlas):
    Dealership.objects.update(language="en")


@pytest.fixture
def manager(casa):
    return browser(make_staff(casa, Role.MANAGER, first_name="Nadia"))


@pytest.fixture
def leads(casa, civic):
    """Four: two with a tag, one of them done; one of another car; one in the archive."""
    dacia = make_car(casa, make="Dacia", model="Logan")
    make_lead(civic, target_name="Aya", tag="Hot", action="Call")
    make_lead(civic, target_name="Badr", tag="hot", status="COMPLETED")
    make_lead(dacia, target_name="Chama", target_info="0661 23 45 67")
    old = make_lead(civic, target_name="Driss")
    archive_lead(casa, old.pk, actor=Actor("command", "test"))
    return {lead.target_name: lead for lead in Lead.objects.all()}


def download(client, path, format="csv", **query):
    return client.post(path, {"format": format}, query_params=query)


def body(response):
    return b"".join(response.streaming_content)


def names(response):
    """The contacts in a CSV file, in its order."""
    rows = csv.reader(io.StringIO(body(response).decode("utf-8-sig")))
    column = next(rows).index("Contact name")
    return [row[column] for row in rows]


def shown_on(page):
    """The page's words, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


# --- Who -------------------------------------------------------------------------------------------


def test_the_list_and_the_board_lead_managers_to_it_with_their_filter(manager, leads):
    assert f'href="{FROM_LIST}?status=NEW&amp;q=call"' in manager.get(f"{LEADS}?status=NEW&q=call").content.decode()
    assert f'href="{FROM_BOARD}?tag=Hot"' in manager.get(f"{BOARD}?tag=Hot").content.decode()


@pytest.mark.parametrize("path", [FROM_LIST, FROM_BOARD])
def test_salespeople_neither_see_nor_reach_it(casa, leads, path):
    seller = browser(make_staff(casa))
    assert "export" not in seller.get(path.removesuffix("export/")).content.decode().replace("icons.svg#export", "")
    assert (seller.get(path).status_code, download(seller, path).status_code) == (403, 403)
    assert not Export.objects.exists()


@pytest.mark.parametrize("path", [FROM_LIST, FROM_BOARD])
def test_strangers_sign_in_first(leads, path):
    assert download(browser(), path).url.startswith("/admin/login/")


def test_another_dealerships_manager_gets_nothing_of_it_whatever_the_address_asks(atlas, casa, civic, leads):
    rival = browser(make_staff(atlas, Role.MANAGER))
    for query in ({}, {"dealership__id__exact": str(casa.pk)}, {"car": str(civic.pk)}):
        assert names(download(rival, FROM_LIST, **query)) == []
    for query in ({}, {"dealership": str(casa.pk)}, {"car": str(civic.pk)}):
        assert names(download(rival, FROM_BOARD, **query)) == []


# --- Which leads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Aya", "Badr", "Chama"]),
        ({"status": "NEW"}, ["Aya", "Chama"]),
        ({"tag_folded": "hot", "status": "COMPLETED"}, ["Badr"]),
        ({"archived": "yes"}, ["Driss"]),
        ({"q": "0661234567"}, ["Chama"]),
        ({"make_folded": "dacia"}, ["Chama"]),
        ({"o": "-2"}, ["Chama", "Badr", "Aya"]),
        ({"p": "2"}, ["Aya", "Badr", "Chama"]),
        ({"tag_folded": "nobody has it"}, []),
        ({"car": "nonsense"}, []),
    ],
)
def test_the_file_has_what_the_list_shows_in_its_order_on_all_its_pages(manager, leads, query, found):
    assert names(download(manager, FROM_LIST, **query)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Aya", "Badr", "Chama"]),
        ({"tag": "HOT"}, ["Aya", "Badr"]),
        ({"q": "call aya"}, ["Aya"]),
        ({"car": "{dacia}"}, ["Chama"]),
        ({"car": "{dacia}", "tag": "Hot"}, []),
        ({"tag": "\u202ahot\u202c"}, ["Aya", "Badr"]),
    ],
)
def test_the_file_has_what_the_board_shows(manager, leads, query, found):
    query = {name: text.format(dacia=leads["Chama"].car_id) for name, text in query.items()}
    assert names(download(manager, FROM_BOARD, **query)) == found


def test_a_tag_that_nobody_has_any_more_does_not_let_all_leads_out(manager, civic):
    make_lead(civic)
    assert (
        names(download(manager, FROM_BOARD, tag="Hot")) == names(download(manager, FROM_LIST, tag_folded="hot")) == []
    )


@pytest.mark.parametrize(("query", "status"), [("created_at__gte=nonsense", 302), ("nothing=1", 302), ("q=%00", 400)])
def test_an_address_that_the_list_does_not_understand_exports_nothing(manager, leads, query, status):
    asked, sent = manager.get(f"{FROM_LIST}?{query}"), manager.post(f"{FROM_LIST}?{query}", {"format": "csv"})
    assert (asked.status_code, sent.status_code) == (status, status)
    assert not Export.objects.exists()


@pytest.mark.parametrize("path", [FROM_LIST, FROM_BOARD])
def test_a_head_is_answered_as_a_get(manager, leads, path):
    assert manager.head(path).status_code == 200


def test_the_page_says_how_many_and_by_which_filter(manager, leads):
    page = shown_on(manager.get(FROM_LIST, {"status": "NEW", "q": "aya", "archived": "any"}))
    assert "Leads in the file: 1 Status New Archived All Search aya" in page
    page = shown_on(manager.get(FROM_BOARD, {"tag": "HOT", "car": leads["Aya"].car_id}))
    assert "Leads in the file: 2 Tag Hot Car Honda Civic 2021" in page


def test_a_superuser_says_whose_leads(casa, atlas, leads):
    make_lead(make_car(atlas), target_name="Atlas")
    superuser = browser(make_staff(None, None))
    refused = superuser.get(FROM_LIST, follow=True)
    assert (refused.request["PATH_INFO"], told(refused)) == (LEADS, ["Choose a dealership in the filter first."])
    assert names(download(superuser, FROM_LIST, dealership__id__exact=str(atlas.pk))) == ["Atlas"]
    assert names(download(superuser, FROM_BOARD, dealership=str(casa.pk))) == ["Aya", "Badr", "Chama"]
    two = f"{FROM_LIST}?dealership__id__exact={casa.pk}&dealership__id__exact={atlas.pk}"
    assert names(download(superuser, two)) == ["Atlas"]
    assert "Leads in the file: 1 " in shown_on(superuser.get(two))
    assert f"{FROM_BOARD}?dealership={atlas.pk}" in superuser.get(BOARD).content.decode()


# --- The file --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "name", "beginning"),
    [
        ("xlsx", "leads-{day}.xlsx", b"PK"),
        ("csv", "leads-{day}.csv", b"\xef\xbb\xbfID,"),
        ("hubspot", "leads-hubspot-{day}.csv", b"First Name,Last Name,Email,"),
        ("salesforce", "leads-salesforce-{day}.csv", b"First Name,Last Name,Company,"),
        ("zoho", "leads-zoho-{day}.csv", b"First Name,Last Name,Company,"),
        ("pipedrive", "leads-pipedrive-{day}.csv", b"Lead - Title,Person - Name,"),
        ("odoo", "leads-odoo-{day}.csv", b"id,name,contact_name,"),
        ("adf", "leads-{day}.xml", b"<?xml "),
        ("jsonlead", "leads-{day}.json", b'[\n{"version":'),
        ("jsonl", "leads-{day}.jsonl", b'{"id":'),
    ],
)
def test_each_format_is_a_file_to_keep_of_its_announced_length(casa, manager, leads, format, name, beginning):
    response = download(manager, FROM_LIST, format)
    day = timezone.now().astimezone(casa.tz).date()
    assert response["Content-Disposition"] == f'attachment; filename="{name.format(day=day)}"'
    content = body(response)
    assert content.startswith(beginning) and len(content) == int(response["Content-Length"])


def test_the_page_offers_every_format_and_excel_first(manager, leads):
    page = manager.get(FROM_BOARD).content.decode()
    offered = re.findall(r'<input type="radio" name="format"[^>]* value="(\w+)"( checked)?', page)
    assert {name for name, _checked in offered} == set(exporters_of(LEADS_TO_EXPORT))
    assert [name for name, checked in offered if checked] == ["xlsx"]


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("fr", "ID;Statut;Action;Nom du contact;Téléphone ou e-mail;Téléphone;E-mail;Étiquette;Note;Ordre;"),
        ("ar", "المعرّف;الحالة;الإجراء;اسم جهة الاتصال;الهاتف أو البريد الإلكتروني;الهاتف;البريد الإلكتروني;الوسم;"),
        ("en", "ID,Status,Action,Contact name,Phone or e-mail,Phone,E-mail,Tag,Note,Order,Archived,Created,Updated,"),
    ],
)
def test_a_csv_is_for_the_excel_of_the_reader(manager, leads, language, titles):
    Dealership.objects.update(language=language)
    first_line = body(download(manager, FROM_LIST)).decode("utf-8-sig").splitlines()[0]
    assert first_line.replace('"', "").startswith(titles)


@pytest.mark.parametrize("format", ["", "pdf", "CSV"])
def test_without_a_format_it_asks_again(manager, leads, format):
    assert "Choose a format." in shown_on(download(manager, FROM_LIST, format))
    assert not Export.objects.exists()


def test_a_format_that_takes_fewer_is_not_offered_and_not_given(manager, leads, monkeypatch):
    monkeypatch.setattr(AdfExporter, "most", 2)
    page = manager.get(FROM_LIST)
    assert re.search(r'value="adf" disabled', page.content.decode()) and "At most 2 leads." in shown_on(page)
    assert "These are too many leads for this format." in shown_on(download(manager, FROM_LIST, "adf"))
    assert not Export.objects.exists()
    assert download(manager, FROM_LIST, "adf", status="COMPLETED")["Content-Type"] == "application/xml"


# --- The record ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query", "door", "filters"),
    [
        (FROM_LIST, {}, "admin", []),
        (FROM_LIST, {"status": "NEW", "q": "call", "o": "1"}, "admin", ["status=NEW", "search"]),
        (FROM_LIST, {"status": "Salma"}, "admin", []),
        (FROM_LIST, {"tag_folded": "hot", "archived": "any"}, "admin", ["archived", "tag"]),
        (FROM_BOARD, {"tag": "Hot", "q": "aya"}, "board", ["search", "tag"]),
    ],
)
def test_it_is_written_down_who_took_what_but_not_what_was_typed(manager, leads, path, query, door, filters):
    response = download(manager, path, **query)
    export = Export.objects.get()
    assert (export.door, export.format, export.actor_name) == (door, "csv", "Nadia")
    assert sorted(export.filters) == sorted(filters) and export.rows == len(names(response))
