"""A figure as a sheet, and the six of them on a command line."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leads.actions import change_lead
from leads.analytics.figures import FIGURES
from leads.analytics.models import LeadFact
from leads.analytics.tests.november import SARA

PERIOD = "from=2026-11-01&to=2026-11-30"
TITLES = "cell,group,count,gone,value,low,high,n,isBeyond"


def rows_of(text):
    return {row["cell"]: row for row in csv.DictReader(StringIO(text, newline=""))}


def sheet(api, figure, query):
    response = api.get(f"/analytics/{figure}?{PERIOD}&{query}&format=csv")
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert response["Content-Disposition"] == f'attachment; filename="{figure}-2026-11-30.csv"'
    return response.content.decode()


def test_a_row_for_each_number(api, november):
    text = sheet(api, "response", "")
    assert text.startswith(f'{TITLES}\r\n"asked","",9,1,"","","","",""\r\n')
    rows = rows_of(text)
    assert "wall.ofAll.median" in rows and text.count("\r\n") == 1 + 7 + 2 * (7 + 6) + 3
    assert list(rows["target.share"].values())[2:] == ["", "", "0.4444", "0.1888", "0.7333", "9", ""]
    assert list(rows["wall.ofAll.median"].values())[2:] == ["", "", "48000", "600", "", "9", "false"]
    assert list(rows["wall.ofAll.p90"].values())[2:] == ["", "", "", "", "", "9", "true"]


def test_groups_and_differences_have_rows(api, november):
    rows = rows_of(sheet(api, "conversion", "by=tag"))
    assert (rows["groups.0.created"]["group"], rows["groups.0.created"]["count"]) == ("hot lead", "10")
    assert [rows[f"groups.{place}.created"]["group"] for place in (1, 2)] == ["(deleted)", ""]
    compared = api.get("/analytics/response?from=2026-11-16&to=2026-11-30&compare=previous&format=csv")
    rows = rows_of(compared.content.decode())
    assert rows["target.share.difference"]["n"] == ""
    assert rows["compared.asked"]["count"] == "6"


def test_what_people_typed_is_no_formula(api, casa, november):
    for lead_id in list(november.values())[:2]:
        change_lead(casa, lead_id, {"tag": "=1+1"}, actor=SARA)
    assert rows_of(sheet(api, "conversion", "by=tag"))["groups.1.created"]["group"] == "'=1+1"


def test_for_excel_in_french(api, november):
    text = sheet(api, "conversion", "for=excel")
    assert text.startswith("\ufeffcell;group;count")
    assert '"ofCreated";"";"";"";0,3333;0,1381;0,6094;12;""' in text


# --- The command ---------------------------------------------------------------------------------


def printed(*arguments):
    out = StringIO()
    call_command("figures", "Casa Motors", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


ASKED = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.mark.parametrize("by", [(), ("--by", "tag")])
def test_the_command_prints_what_the_api_answers(api, november, by):
    answers = json.loads(printed(*ASKED, *by, "--json"))
    assert list(answers) == list(FIGURES)
    for name, figure in FIGURES.items():
        query = f"{PERIOD}&by=tag" if by and figure.has_groups else PERIOD
        assert answers[name] == api.get(f"/analytics/{name}?{query}").json()


def test_the_command_prints_one_sheet(api, november):
    lines = printed(*ASKED, "--csv").split("\r\n")
    assert lines[:2] == [f"figure,{TITLES}", '"conversion","created","",12,1,"","","","",""']
    assert len(lines) == 2 + sum(len(sheet(api, name, "").split("\r\n")) - 2 for name in FIGURES)


def test_the_command_prints_a_table(november):
    title, first, *_ = printed(*ASKED).splitlines()
    assert title.split() == ["figure", *TITLES.split(",")]
    assert first.split() == ["conversion", "created", "12", "1"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2026-11-31", "--json"),
        ("--by", "week"),
        ("--from", "2026-11-02", "--to", "2026-11-01", "--csv"),
        ("--rebuild", "--csv"),
        ("--rebuild", "--by", "tag"),
        ("--json", "--csv"),
    ],
)
def test_the_command_refuses_and_prints_nothing(casa, capsys, arguments):
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("figures", "Casa Motors", *arguments, stdout=out)
    assert out.getvalue() == ""


def test_facts_are_made_again(casa, november):
    printed("--json")
    LeadFact.objects.filter(lead_id=november["waiting"]).update(status="COMPLETED")
    with pytest.raises(SystemExit) as left:
        printed("--rebuild")
    assert left.value.code == 1
    assert printed("--rebuild") == ""
    assert json.loads(printed("--rebuild", "--json")) == []
