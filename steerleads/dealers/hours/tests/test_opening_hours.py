"""`manage.py opening_hours`: what it prints, what it takes back, and what it refuses (contract A24)."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from steerleads.dealers.hours.actions import set_week
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import USUAL_WEEK, WEEKDAYS
from steerleads.dealers.models import AuditEvent

pytestmark = pytest.mark.django_db

USUAL = {
    "validFrom": "1970-01-01",
    "week": dict.fromkeys(WEEKDAYS, [["09:00", "19:00"]]) | {"sunday": []},
    "specialDays": [],
    "targetSeconds": 1800,
    "staleSeconds": 604_800,
}
BREAK = [["09:00", "12:30"], ["14:00", "19:00"]]
RAMADAN = {"name": "رمضان", "from": "2026-02-19", "to": "2026-03-19", "hours": [["10:00", "15:00"]]}
EID = {"name": "Aïd", "from": "2026-03-20", "to": "2026-03-21", "hours": []}
OWN = {
    "validFrom": "2026-01-01",
    "week": dict.fromkeys(WEEKDAYS, BREAK) | {"saturday": [["00:00", "24:00"]], "sunday": []},
    "specialDays": [RAMADAN, EID],
    "targetSeconds": 900,
    "staleSeconds": 86_400,
}


@pytest.fixture
def run(casa, tmp_path):
    """What the command prints on standard output, of Casa and with this file's content, if any."""

    def run(content=None, *arguments):
        out, file = io.StringIO(), tmp_path / "hours.json"
        if content is not None:
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        try:
            call_command("opening_hours", "Casa Motors", *[file] * (content is not None), *arguments, stdout=out)
        except CommandError as error:
            error.printed = out.getvalue()
            raise
        return out.getvalue()

    return run


def printed(run, *arguments):
    return json.loads(run(None, *arguments))


def everything():
    rows = [list(table.objects.order_by("pk").values()) for table in (Hours, OpeningWeek, SpecialDay)]
    return [*rows, AuditEvent.objects.count()]


def test_the_usual_hours_are_printed_until_somebody_says_otherwise(run):
    assert printed(run) == USUAL and list(printed(run)) == list(USUAL) and list(printed(run)["week"]) == list(WEEKDAYS)
    assert not Hours.objects.exists()


@pytest.mark.parametrize("hours", [USUAL, OWN])
def test_what_it_prints_it_takes_back(run, hours):
    assert run(hours) == "" and printed(run) == hours
    text, before = run(), everything()
    assert run(text) == "" and run() == text and everything() == before


def test_a_week_is_set_from_a_date_and_earlier_ones_stay(run):
    run(OWN)
    run(USUAL, "--from", "2026-09-01")
    assert printed(run, "--from", "2026-08-31")["week"] == OWN["week"]
    assert printed(run, "--from", "2026-08-31")["validFrom"] == "2026-01-01"
    assert printed(run, "--from", "2026-09-01") == USUAL | {"validFrom": "2026-09-01"}
    assert printed(run, "--from", "2025-12-31")["week"] == USUAL["week"]


def test_todays_week_is_printed_by_the_dealerships_own_date(run, casa, monkeypatch):
    set_week(casa, date(2026, 1, 1), USUAL_WEEK)
    set_week(casa, date(2026, 6, 1), dict.fromkeys(WEEKDAYS, BREAK))
    monkeypatch.setattr(
        "django.utils.timezone.localdate", lambda value=None, timezone=None: {casa.tz: date(2026, 6, 1)}[timezone]
    )
    assert printed(run)["validFrom"] == "2026-06-01"


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ({"targetSeconds": 60}, {"targetSeconds": 60}),
        ({"specialDays": [EID]}, {"specialDays": [EID]}),
        ({"specialDays": []}, {"specialDays": []}),
        (
            {"validFrom": "2026-01-01", "week": {"monday": BREAK}},
            {"week": dict.fromkeys(WEEKDAYS, []) | {"monday": BREAK}},
        ),
        (
            {"specialDays": [{"name": "Aïd", "from": "2026-03-20", "hours": []}]},
            {"specialDays": [EID | {"to": "2026-03-20"}]},
        ),
        ({"specialDays": [EID, RAMADAN]}, {}),  # in order of their dates
        ({"validFrom": "2026-01-01", "week": OWN["week"] | {"monday": BREAK[::-1]}}, {}),
    ],
)
def test_what_a_file_leaves_out_stays_and_what_it_says_is_put_in_order(run, part, kept):
    run(OWN)
    run(part)
    assert printed(run) == OWN | kept


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("{", ["no JSON"]),
        ("[]", ["must be a JSON object of validFrom, week, specialDays, targetSeconds, staleSeconds"]),
        ("{}", ["a JSON object of"]),
        ("[" * 100_000, ["no JSON"]),
        ('{"targetSeconds": 60, "targetSeconds": 61}', ["twice"]),
        ({"week": USUAL["week"]}, ["validFrom: It must say from which date"]),
        ({"validFrom": "2026-01-01"}, ["week: It must say which hours"]),
        ({**OWN, "validFrom": "01/02/2026"}, ["validFrom: “01/02/2026” is not a date"]),
        ({**OWN, "validFrom": "2026-02-30"}, ["validFrom: “2026-02-30” is not a date"]),
        ({**OWN, "validFrom": None}, ["validFrom: “None” is not a date"]),
        ({**OWN, "validFrom": "1969-12-31"}, ["validFrom: It must be from 1970-01-01 to 2199-12-31"]),
        ({**OWN, "week": []}, ["week: It must be an object of monday"]),
        ({**OWN, "week": dict.fromkeys(WEEKDAYS, [])}, ["week: It must be open"]),
        ({**OWN, "week": {"monday": BREAK, "mardi": BREAK}}, ["week.mardi: There is no such key"]),
        ({**OWN, "week": {"": BREAK, "[": BREAK}}, ["week.: There is no such key", "week[: There is no"]),
        ({**OWN, "week": {"monday": "09:00-19:00"}}, ["week.monday: It must be a list of intervals"]),
        ({**OWN, "week": {"monday": [["09:00"]]}}, ["week.monday: An interval is two times"]),
        ({**OWN, "week": {"monday": [["9:00", "19:00"]]}}, ["week.monday: “9:00” is not a time"]),
        ({**OWN, "week": {"monday": [["24:00", "24:00"]]}}, ["week.monday: “24:00” is not a time"]),
        ({**OWN, "week": {"monday": [[9, None]]}}, ["week.monday: “9” is not", "week.monday: “None” is not"]),
        ({**OWN, "week": {"monday": [["20:00", "02:00"]]}}, ["week.monday: 02:00 is not after 20:00"]),
        (
            {**OWN, "week": {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]}},
            ["09:00–12:00 and 11:00–13:00 overlap"],
        ),
        ({**OWN, "week": {"monday": [[f"0{hour}:00", f"0{hour}:30"] for hour in range(7)]}}, ["at most 6 intervals"]),
        ({**OWN, "specialDays": {}}, ["specialDays: It must be a list"]),
        ({**OWN, "specialDays": [[]]}, ["specialDays[0]: It must be an object"]),
        ({**OWN, "specialDays": [EID, {}]}, [f"specialDays[1].{key}:" for key in ("name", "from", "to", "hours")]),
        ({**OWN, "specialDays": [EID | {"to": "2026-03-19"}]}, ["specialDays[0].to: The last day comes before"]),
        (
            {**OWN, "specialDays": [EID, EID | {"name": "Eid"}]},
            ["specialDays[0]: There is another", "specialDays[1]: There"],
        ),
        (
            {**OWN, "specialDays": [EID | {"name": "a\0b"}]},
            ["specialDays[0].name: This field contains the character U+0000"],
        ),
        ({**OWN, "specialDays": [EID | {"name": "x" * 101}]}, ["specialDays[0].name: This field has 101 characters"]),
        ({**OWN, "specialDays": [EID] * 401}, ["specialDays: A dealership has at most 400"]),
        ({**OWN, "targetSeconds": 0}, ["targetSeconds: It must be a whole number of seconds"]),
        ({**OWN, "targetSeconds": True, "staleSeconds": "7"}, ["targetSeconds: It must", "staleSeconds: It must"]),
        ({**OWN, "holidays": []}, ["holidays: There is no such key"]),
        (
            {"week": {"monday": [["x", "y"]]}, "targetSeconds": -1, "x": 1},
            ["x:", "validFrom:", "week.monday:", "targetSeconds:"],
        ),
    ],
)
def test_bad_input_is_refused_with_all_that_is_wrong_and_nothing_changes(run, content, lines):
    run(OWN)
    before = everything()
    with pytest.raises(CommandError) as refused:
        run(content if isinstance(content, str) else json.dumps(content))
    assert [line for line in lines if line not in str(refused.value)] == []
    assert refused.value.printed == "" and everything() == before


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "1969-12-31", ""])
@pytest.mark.parametrize("content", [None, OWN])
def test_a_date_that_is_none_is_refused(run, content, day):
    with pytest.raises(CommandError, match="--from") as refused:
        run(content, f"--from={day}")
    assert refused.value.printed == "" and not OpeningWeek.objects.exists()


def test_a_file_that_is_none_is_refused(run, tmp_path):
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (2**20 + 1))
    (tmp_path / "latin.json").write_bytes('{"é": 1}'.encode("latin-1"))
    for file, words in [
        ("none", "No such file"),
        (".", "directory"),
        ("large.json", "larger"),
        ("latin.json", "UTF-8"),
    ]:
        with pytest.raises(CommandError, match=words):
            call_command("opening_hours", "Casa Motors", tmp_path / file)


def test_a_dealership_that_there_is_not_is_refused(run):
    with pytest.raises(CommandError, match="no dealership"):
        call_command("opening_hours", "Rabat Auto")


def test_the_audit_log_says_what_was_set(run):
    run(OWN)
    rows = AuditEvent.objects.order_by("id").values_list("kind", "actor_type", "subject_type", "subject_name")
    assert [row for row in rows if row[0].startswith("hours")] == [
        ("hours.changed", "command", "openingweek", "2026-01-01"),
        ("hours.changed", "command", "specialday", "رمضان"),
        ("hours.changed", "command", "specialday", "Aïd"),
        ("hours.changed", "command", "hours", "21:00–08:00"),
    ]
