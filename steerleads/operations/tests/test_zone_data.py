"""Clocks: the newer of two sets of time zone data is read, everywhere. From 20 September 2026 theirs differ for Morocco."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
import tzdata
from django.conf import settings as project
from django.utils.timezone import override

from conftest import make_lead
from leads.board.history import history_of
from leads.board.times import age_in_words, age_of, minute_of
from leads.models import LeadEvent
from leads.notifications import texts
from leads.notifications.models import Rule
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.operations import checks, zone_data
from steerleads.tests.commands import environment, manage, python, run
from steerleads.tests.databases import scratch_database

pytestmark = pytest.mark.on_one_database

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)  # in Casablanca, too; by older data it is 13:00 there
ASK_HOUR = """
from datetime import datetime
from steerleads.dealers.models import Dealership
print(datetime.fromisoformat("2026-10-01T12:00Z").astimezone(Dealership.objects.get(name="Rabat Auto").tz).hour)
"""
IN_SQL = re.compile(
    r"\b(Trunc|Extract)\w*\(|date_hierarchy|AT TIME ZONE|date_trunc"
    r"|\w__(date|year|iso_year|month|day|week|week_day|quarter|time|hour|minute)(__\w+)?\b"
)
IN_A_BROWSER = re.compile(r"\bIntl\.|toLocale(Date|Time)?String|getTimezoneOffset|\.getHours\(|\.getDate\(")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Makes this process one on a system with such time zone data, by which Casablanca has the time of Lagos."""

    def machine(**data):
        monkeypatch.setenv("PYTHONTZPATH", f"{tmp_path / 'none'}:{data_in(tmp_path / 'zones', **data)}")
        return zone_data.use_newest()

    yield machine
    monkeypatch.undo()
    zone_data.use_newest()


def data_in(folder, *, name="tzdata.zi", text):
    (folder / "Africa").mkdir(parents=True)
    (folder / "Africa" / "Casablanca").write_bytes(files("tzdata.zoneinfo.Africa").joinpath("Lagos").read_bytes())
    (folder / name).write_text(text)
    return folder


# --- Which of the two ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "found", "hours"),
    [
        ({"text": "# version 2025b\n# more"}, "2025b", 0),
        ({"text": "# version 2999a\n# more"}, "2999a", 1),
        ({"text": "# version 2999aa\n"}, "2999aa", 1),
        ({"text": "2025b", "name": "+VERSION"}, "2025b", 0),
        ({"text": "2999a\n", "name": "+VERSION"}, "2999a", 1),
        ({"text": "# version unknown\n"}, "", 0),
        ({"text": "\0\xff"}, "", 0),
        ({"text": "2999a", "name": "other"}, "", 0),
    ],
)
def test_newer_data_is_used(machine, data, found, hours):
    assert machine(**data) == (found, tzdata.IANA_VERSION)
    assert zoneinfo.ZoneInfo("Africa/Casablanca").utcoffset(NOON) == timedelta(hours=hours)


def test_data_knows_the_rules_of_2026():
    assert zone_data.use_newest().used >= "2026f"


def test_check_names_both_versions_and_which_is_used(settings, machine):
    settings.TIME_ZONE_DATA = machine(text="# version 2025b\n")
    [found] = checks.check_zone_data(None)
    assert found.id == "steerleads.I002"
    assert f"data {tzdata.IANA_VERSION}: the package" in found.msg
    assert "this system 2025b" in found.msg


@pytest.mark.parametrize("text", ["# version 2025b\n", None])
def test_dealership_is_made_and_has_the_right_time_on_any_system(tmp_path, text):
    path = "" if text is None else str(data_in(tmp_path / "zones", text=text))
    with scratch_database(tmp_path) as (url, _):
        env = environment(url, tmp_path, {"PYTHONTZPATH": path})
        manage(["create_dealership", "Rabat Auto"], env)
        refusal = run(["create_dealership", "Fes Auto", "--time-zone", "Casablanca"], env)
        assert python(ASK_HOUR, env) == "12"
    assert refusal.returncode == 1
    assert "“Casablanca” is not a time zone. One is Africa/Casablanca." in refusal.stderr


# --- Every door ----------------------------------------------------------------------------------


@pytest.fixture
def told(casa, civic):
    """A lead and its one event, of noon."""
    lead = make_lead(civic)
    LeadEvent.objects.update(at=NOON)
    return lead, LeadEvent.objects.get()


def test_mail_has_the_new_time(casa, told):
    lead, event = told
    assert "12:00" in texts.of_lead(Rule(dealership=casa, trigger="created"), event, lead).mail


def test_history_has_the_new_time(casa, told):
    lead, _ = told
    [line] = history_of(lead, casa.tz, now=NOON)
    assert line["when"].endswith("12:00")


def test_board_counts_days_by_the_new_time(casa):
    with override(casa.tz):
        created, now = NOON.replace(hour=22, minute=30), NOON.replace(hour=23, minute=30)
        assert age_in_words(created, now) == "1\xa0hour"
        assert age_of(created, minute_of(now)) == "1h"


def test_admin_has_the_new_time(casa, told):
    page = browser(make_staff(casa)).get(f"/admin/leads/lead/{told[0].pk}/history/")
    assert page.context["history"][0]["at"].hour == 12


def test_business_and_quiet_hours_follow_the_new_time(casa):
    calendar = Calendar.of(casa)
    assert calendar.after_open(NOON, 8 * 3600) == NOON + timedelta(days=1, hours=-2)
    assert calendar.quiet_until(NOON.replace(hour=20)) is None
    assert calendar.quiet_until(NOON.replace(hour=21)) == NOON + timedelta(hours=20)


# --- Nobody else's data --------------------------------------------------------------------------


def test_no_statement_converts_zones():
    """The database has data of its own, and a browser, too: neither is asked."""
    python_files = [path for app in ("steerleads", "cars", "leads") for path in (project.BASE_DIR / app).rglob("*.py")]
    found = [path for path in python_files if "tests" not in path.parts and IN_SQL.search(path.read_text())]
    assert found == []


def test_no_script_tells_time():
    scripts = [path for app in ("steerleads", "leads") for path in (project.BASE_DIR / app).rglob("static/**/*.js")]
    assert [path for path in scripts if IN_A_BROWSER.search(path.read_text())] == []
