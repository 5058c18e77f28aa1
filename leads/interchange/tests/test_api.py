"""The exports of the API (contract X1 to X4): the lists' rows as files, each written down."""

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from cars.models import Car
from conftest import TESTER, ApiClient, error_of, make_car
from leads.actions import change_lead, delete_lead
from leads.interchange import views
from leads.interchange.models import Export
from leads.interchange.tests.files import ids_of, rows_of
from steerleads.dealers.models import Dealership

HISTORY_COLUMNS = "leadId,id,kind,at,actorType,actorName,changes,batch"
VEHICLE_COLUMNS = "id,make,model,overviewYear,vin,stockNumber,price,km,location,status,createdAt,updatedAt"


# --- Formats -------------------------------------------------------------------------------------

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = [
    ("leads", "csv", "text/csv; charset=utf-8", "leads-2026-11-30.csv"),
    ("leads", "jsonl", "application/x-ndjson", "leads-2026-11-30.jsonl"),
    ("leads", "xlsx", SHEET, "leads-2026-11-30.xlsx"),
    ("vehicles", "csv", "text/csv; charset=utf-8", "vehicles-2026-11-30.csv"),
    ("vehicles", "jsonl", "application/x-ndjson", "vehicles-2026-11-30.jsonl"),
    ("vehicles", "xlsx", SHEET, "vehicles-2026-11-30.xlsx"),
    ("history", "csv", "text/csv; charset=utf-8", "history-2026-11-30.csv"),
    ("history", "jsonl", "application/x-ndjson", "history-2026-11-30.jsonl"),
]


@pytest.mark.parametrize(("contents", "format", "media_type", "name"), FILES)
def test_a_file_says_what_it_is_and_is_called_by_the_dealerships_date(
    api, lead, monkeypatch, contents, format, media_type, name
):
    Dealership.objects.update(time_zone="Asia/Dubai")
    eve = datetime(2026, 11, 29, 20, 30, tzinfo=UTC)  # half past midnight there
    monkeypatch.setattr(views, "timezone", SimpleNamespace(now=lambda: eve))
    response = api.get(f"/exports/{contents}?format={format}")
    assert (response.status_code, response["Content-Type"]) == (200, media_type)
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert rows_of(response)


@pytest.mark.parametrize("contents", ["leads", "vehicles", "history"])
@pytest.mark.parametrize("query", ["", "?format=", "?format=CSV", "?format=pdf", "?format=csv&format=jsonl"])
def test_a_missing_or_unknown_format_is_refused(api, contents, query):
    assert error_of(api.get(f"/exports/{contents}{query}")) == (400, "VALIDATION_ERROR", "format")


def test_history_is_no_sheet(api):
    response = api.get("/exports/history?format=xlsx")
    assert error_of(response) == (400, "VALIDATION_ERROR", "format")
    assert "csv, jsonl" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("format=csv&status=new", "INVALID_LEAD_STATUS", "status"),
        ("format=pdf&status=new", "VALIDATION_ERROR", "status"),
        ("format=csv&for=word", "VALIDATION_ERROR", "for"),
        ("format=csv&sortBy=make", "VALIDATION_ERROR", "sortBy"),
        ("format=csv&limit=1001", "VALIDATION_ERROR", "limit"),
        ("format=csv&cursor=x", "VALIDATION_ERROR", "cursor"),
        ("format=xlsx&limit=5", "VALIDATION_ERROR", "limit"),
        ("format=xlsx&cursor=x", "VALIDATION_ERROR", "cursor"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written_down(api, query, code, field):
    assert error_of(api.get(f"/exports/leads?{query}")) == (400, code, field)
    assert not Export.objects.exists()


def test_what_may_be_sent_is_said_by_the_parameters_name(api):
    message = api.get("/exports/leads?format=csv&for=word").json()["error"]["message"]
    assert message == "“word” is not allowed for “for”. Use one of: excel."


def test_unknown_parameters_are_named(api, lead):
    assert api.get("/exports/leads?format=csv&colour=red")["X-Ignored-Parameters"] == "colour"


# --- Rows ----------------------------------------------------------------------------------------

QUERIES = [
    "",
    "status=NEW",
    "status=NEW,COMPLETED&archived=any",
    "archived=true",
    "search=elodie",
    "targetName=احمد&archived=any",
    "tag=hot lead",
    "carId=<car>",
    "externalId=none",
    "updatedSince=2020-01-01",
    "sortBy=targetName&sortOrder=desc",
    "sortOrder=desc&archived=any",
    "sortBy=status",
    "search=nobody",
]


@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx"])
def test_leads_are_those_of_the_list_in_its_order(api, leads, subtests, format):
    for query in QUERIES:
        with subtests.test(query):
            query = query.replace("<car>", str(leads[0].car_id))
            listed = [lead["id"] for lead in api.get(f"/leads?{query}").json()]
            assert ids_of(api.get(f"/exports/leads?format={format}&{query}")) == listed


@pytest.mark.parametrize("query", ["", "make=dacia", "search=honda", "sortBy=make&sortOrder=desc", "status=SOLD"])
def test_vehicles_are_those_of_the_list(api, leads, query):
    listed = api.get(f"/vehicles?{query}").json()
    assert rows_of(api.get(f"/exports/vehicles?format=jsonl&{query}")) == listed
    for format in ("csv", "xlsx"):
        assert ids_of(api.get(f"/exports/vehicles?format={format}&{query}")) == [car["id"] for car in listed]


def test_a_vehicles_numbers_are_numbers(api, casa):
    make_car(casa, price="215000.50", km=38500, make="-Honda", location=None)
    make_car(casa, price="99000.00", km=0)
    (first, second), (one, two) = (rows_of(api.get(f"/exports/vehicles?format={f}")) for f in ("csv", "xlsx"))
    assert ",".join(first) == ",".join(one) == VEHICLE_COLUMNS
    assert (first["price"], first["km"], second["price"], second["km"]) == ("215000.5", "38500", "99000", "0")
    assert (one["price"], one["km"], two["price"]) == (215000.5, 38500, 99000)
    assert (first["make"], first["location"], one["location"]) == ("'-Honda", "", "")


def test_excel_gets_the_dealerships_separator(api, leads):
    response = api.get("/exports/leads?format=csv&for=excel")
    [titles, *_] = response.content.decode("utf-8").splitlines()
    assert titles.startswith("\ufeffid;status;")


@pytest.mark.parametrize(("language", "price"), [("fr", "215000,5"), ("ar", "215000,5"), ("en", "215000.5")])
def test_excel_gets_decimals_as_its_language_writes_them_and_cars_come_in_by_them(
    api, casa, atlas, tmp_path, language, price
):
    Dealership.objects.update(language=language)
    make_car(casa, price="215000.50", km=38500)
    content = api.get("/exports/vehicles?format=csv&for=excel").content
    separator = "," if language == "en" else ";"
    assert f"{separator}{price}{separator}38500{separator}" in content.decode()
    path = tmp_path / "cars.csv"
    path.write_bytes(content)
    call_command("import_cars", str(path), "--dealership", "Atlas Cars", stdout=io.StringIO(), stderr=io.StringIO())
    assert str(Car.objects.of(atlas).get().price) == "215000.50"


# --- History -------------------------------------------------------------------------------------


def test_history_has_each_leads_entries_as_the_list_has_them(api, casa, leads):
    change_lead(casa, leads[0].pk, {"status": "COMPLETED", "note": "x"}, actor=TESTER)
    exported = rows_of(api.get("/exports/history?format=jsonl"))
    assert {next(iter(entry)) for entry in exported} == {"leadId"}
    by_lead = {str(lead.pk): api.get(f"/leads/{lead.pk}/history").json() for lead in leads}
    assert exported == [{"leadId": id, **entry} for id in reversed(by_lead) for entry in by_lead[id]]
    lines = rows_of(api.get("/exports/history?format=csv"))
    assert ",".join(lines[0]) == HISTORY_COLUMNS
    assert [line["id"] for line in lines] == [entry["id"] for entry in exported]
    assert [json.loads(line["changes"]) for line in lines] == [entry["changes"] for entry in exported]


def test_history_since_a_time(api, casa, leads):
    lead = change_lead(casa, leads[0].pk, {"status": "COMPLETED"}, actor=TESTER)
    since = lead.updated_at.isoformat()
    [entry] = rows_of(api.get("/exports/history", query={"format": "jsonl", "updatedSince": since}))
    assert (entry["leadId"], entry["kind"]) == (str(lead.pk), "lead.changed")
    assert error_of(api.get("/exports/history?format=csv&updatedSince=never"))[2] == "updatedSince"


def test_history_has_nothing_of_a_deleted_lead(api, casa, leads):
    delete_lead(casa, leads[0].pk, actor=TESTER)
    response = api.get("/exports/history?format=jsonl")
    assert str(leads[0].pk) not in response.content.decode()
    assert len({entry["leadId"] for entry in rows_of(response)}) == 3


# --- Pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/exports/leads?archived=any&sortBy=targetName", "/exports/vehicles?", "/exports/history?"]
)
@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_pages_make_up_the_whole(api, leads, path, format):
    path += f"&format={format}"
    whole, found, page = ids_of(api.get(path)), [], f"{path}&limit=1&count=true"
    while page:
        response = api.get(page)
        found += ids_of(response)
        assert response["X-Total-Count"] == str(len(whole))
        links = response["Link"].split(", ")
        page = next((link[4 : link.index(">")] for link in links if 'rel="next"' in link), None)
    assert found == whole


def test_a_cursor_belongs_to_its_format(api, leads):
    link = api.get("/exports/leads?format=csv&limit=1")["Link"]
    page = link[4 : link.index(">")].replace("format=csv", "format=jsonl")
    assert error_of(api.get(page)) == (400, "VALIDATION_ERROR", "cursor")


# --- Known already, and written down -------------------------------------------------------------


def recorded():
    """[(who, door, contents, format, filters, rows)], oldest first."""
    rows = Export.objects.order_by("at", "id")
    return [(e.actor_name, e.door, e.contents, e.format, e.filters, e.rows) for e in rows]


def test_every_export_is_written_down_without_what_was_looked_for(api, leads):
    api.get("/exports/leads?format=csv")
    api.get("/exports/leads?format=xlsx&search=elodie&status=NEW&status=COMPLETED&archived=any&tag=Hot Lead&sortBy=tag")
    api.get("/exports/leads?format=xlsx&search=elodie&status=NEW&status=COMPLETED&archived=any&tag=Hot Lead")
    api.get("/exports/leads?format=csv&status=NEW,,NEW,&search=%20&tag=%20&externalId=%20")
    api.get("/exports/vehicles?format=jsonl&status=SOLD&make=Honda")
    api.get("/exports/history?format=csv&updatedSince=2020-01-01&limit=2")
    assert recorded() == [
        ("Website", "api", "leads", "csv", [], 3),
        ("Website", "api", "leads", "xlsx", ["search", "status=NEW,COMPLETED", "tag", "archived"], 1),
        ("Website", "api", "leads", "csv", ["status=NEW"], 2),
        ("Website", "api", "vehicles", "jsonl", ["make", "status=SOLD"], 0),
        ("Website", "api", "history", "csv", ["updatedSince"], 2),
    ]


def test_what_is_known_already_is_no_export(api, leads):
    path = "/exports/leads?format=csv"
    etag = api.get(path)["ETag"]
    assert api.get(path, if_none_match=etag).status_code == 304
    assert len(recorded()) == 1
    api.patch(f"/leads/{leads[0].pk}", {"tag": "x"})
    assert api.get(path, if_none_match=etag).status_code == 200
    assert len(recorded()) == 2


def test_a_head_is_no_export(api, leads):
    response = api.send("HEAD", "/exports/leads?format=csv")
    assert (response.status_code, response.content, recorded()) == (200, b"", [])
    assert response["Content-Disposition"].startswith("attachment")


def test_a_dealership_with_nothing_gets_a_file_with_nothing(rival):
    assert rows_of(rival.get("/exports/leads?format=csv")) == []
    assert rows_of(rival.get("/exports/leads?format=xlsx")) == []
    assert rival.get("/exports/leads?format=jsonl").content == b""


# --- Keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [
        (["leads:read"], {"leads", "history"}),
        (["vehicles:read"], {"vehicles"}),
        (["leads:write", "vehicles:write", "webhooks:manage"], set()),
    ],
)
def test_scopes(casa, lead, scopes, opened):
    client = ApiClient(casa, scopes=scopes)
    status = {name: client.get(f"/exports/{name}?format=csv").status_code for name in ("leads", "vehicles", "history")}
    assert {name for name in status if status[name] == 200} == opened
    assert set(status.values()) <= {200, 403}
