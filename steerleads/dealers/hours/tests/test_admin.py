"""Hours in the admin: dated weeks, special days, holidays that are proposed, targets and quiet hours."""

import html
import re
from datetime import date, time

import pytest

from steerleads.dealers.hours.actions import add_special_days, change_special_day, change_week, set_hours, set_week
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS
from steerleads.dealers.models import AuditEvent, Dealership
from steerleads.dealers.tests.people import form_errors

pytestmark = pytest.mark.usefixtures("in_english")

HOURS, WEEKS, DAYS = (f"/admin/dealers/{model}/" for model in ("hours", "openingweek", "specialday"))
HOLIDAYS = f"{DAYS}holidays/"
TARGETS = {"target_minutes": "45", "stale_days": "3", "quiet_from": "22:00", "quiet_until": "07:00"}
BREAK = {"friday_0": "09:00", "friday_1": "12:00", "friday_2": "14:30", "friday_3": "18:00"}
EID = {"name": "Eid", "first": date(2026, 3, 20), "last": date(2026, 3, 21), "hours": []}


@pytest.fixture
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: date(2026, 5, 1))


def page_of(row):
    return f"/admin/dealers/{row._meta.model_name}/{row.pk}/change/"


def told():
    """What the audit log has: (kind, type of row, name of row, what changed)."""
    rows = AuditEvent.objects.filter(kind__startswith="hours.").order_by("id")
    return [(row.kind, row.subject_type, row.subject_name, row.details.get("changed")) for row in rows]


def sent(page):
    """What a browser sends of a page's form: what is in its inputs, hidden ones too."""
    inputs = re.findall(r"<input ([^>]*)>", page.content.decode())
    named = [(re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs]
    return {name[1]: html.unescape(value[1]) if value else "" for name, value in named if name}


# --- Targets and quiet hours -------------------------------------------------------------------------


def test_a_manager_comes_straight_to_the_own_hours_made_at_the_first_opening(casa, manager):
    pages = [manager.get(HOURS, follow=True) for _ in range(2)]
    hours = Hours.objects.get()
    assert hours.dealership == casa and [page.redirect_chain[-1][0] for page in pages] == [page_of(hours)] * 2
    shown = pages[0].content.decode()
    assert 'value="30"' in shown and 'value="7"' in shown and 'value="21:00"' in shown and told() == []


def test_a_manager_changes_targets_and_quiet_hours(casa, manager):
    hours = set_hours(casa, {})
    assert manager.post(page_of(hours), TARGETS).status_code == 302
    found = Hours.objects.get()
    assert (found.target_seconds, found.stale_seconds) == (2700, 3 * 86_400)
    assert (found.quiet_from, found.quiet_until) == (time(22), time(7))
    changed = ["quiet_from", "quiet_until", "stale_seconds", "target_seconds"]
    assert told() == [("hours.changed", "hours", "22:00–07:00", changed)]


def test_a_target_that_was_set_to_the_second_stays_so_until_it_is_changed(casa, manager):
    hours = set_hours(casa, {"target_seconds": 90})
    manager.post(page_of(hours), sent(manager.get(page_of(hours))) | TARGETS | {"target_minutes": "2"})
    assert Hours.objects.get().target_seconds == 90


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quiet_from": ""}, "quiet_from"),
        ({"quiet_until": "25:00"}, "quiet_until"),
        ({"target_minutes": "0"}, "target_minutes"),
        ({"stale_days": "9999"}, "stale_days"),
    ],
)
def test_wrong_targets_are_refused_on_the_form(casa, manager, wrong, field):
    hours = set_hours(casa, {})
    assert list(form_errors(manager.post(page_of(hours), {**TARGETS, **wrong}))) == [field]
    assert Hours.objects.get().quiet_from == time(21)


def test_a_superuser_sees_everybodys_hours_and_adds_those_of_one(casa, atlas, root):
    set_hours(casa, {})
    root.post(f"{HOURS}add/", {**TARGETS, "dealership": atlas.pk})
    assert "dealership" in form_errors(root.post(f"{HOURS}add/", {**TARGETS, "dealership": atlas.pk}))
    assert {hours.dealership for hours in root.get(HOURS).context["cl"].result_list} == {casa, atlas}
    assert Hours.objects.get(dealership=atlas).target_seconds == 2700


@pytest.mark.parametrize("page", ["", "add/", "01890000-0000-7000-8000-000000000000/change/?_popup=1"])
def test_an_address_of_before_leads_to_the_page(manager, page):
    answer = manager.get(f"/admin/delivery/hours/{page}")
    assert (answer.status_code, answer["Location"]) == (301, f"{HOURS}{page}")


# --- Weeks -------------------------------------------------------------------------------------------


def inputs(page):
    """{name: value} of what the page shows for dates and times."""
    return dict(re.findall(r'type="(?:time|date)" name="(\w+)"(?: value="([\d:-]+)")?', page.content.decode()))


@pytest.mark.usefixtures("_today")
def test_a_new_week_begins_as_the_one_in_force_and_today(casa, manager):
    set_week(casa, date(2026, 1, 1), USUAL_WEEK | {"friday": [["09:00", "12:00"], ["14:30", "24:00"]]})
    set_week(casa, date(2026, 6, 1), USUAL_WEEK)
    shown = inputs(manager.get(f"{WEEKS}add/"))
    assert shown["valid_from"] == "2026-05-01" and (shown["monday_0"], shown["monday_1"]) == ("09:00", "19:00")
    assert [shown[f"friday_{place}"] for place in range(6)] == ["09:00", "12:00", "14:30", "00:00", "", ""]
    assert "monday_4" not in shown and shown["sunday_3"] == ""


def test_a_manager_adds_a_week_with_a_break_and_earlier_ones_stay(casa, manager):
    set_week(casa, date(2026, 1, 1), USUAL_WEEK)
    typed = BREAK | {"valid_from": "2026-06-01", "saturday_0": "10:00", "saturday_1": "00:00"}
    assert manager.post(f"{WEEKS}add/", typed).status_code == 302
    first, new = OpeningWeek.objects.order_by("valid_from")
    assert (first.week, new.dealership, new.valid_from) == (USUAL_WEEK, casa, date(2026, 6, 1))
    assert new.week == dict.fromkeys(WEEKDAYS, []) | {
        "friday": [["09:00", "12:00"], ["14:30", "18:00"]],
        "saturday": [["10:00", "24:00"]],
    }
    assert told()[1:] == [("hours.changed", "openingweek", "2026-06-01", ["week"])]


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        (dict.fromkeys(BREAK, ""), "__all__", "open at some time"),
        ({"friday_1": ""}, "friday", "needs a closing time"),
        ({"friday_0": ""}, "friday", "needs a closing time"),
        ({"friday_1": "25:00"}, "friday", "valid time"),
        ({"friday_1": "08:00"}, "friday", "after"),
        ({"friday_2": "11:00"}, "friday", "overlap"),
        ({"valid_from": ""}, "valid_from", "required"),
        ({"valid_from": "1969-12-31"}, "valid_from", "1970"),
        ({"valid_from": "2026-01-01"}, "valid_from", "already"),
    ],
)
def test_a_wrong_week_is_refused_on_the_form(casa, manager, wrong, field, words):
    set_week(casa, date(2026, 1, 1), USUAL_WEEK)
    errors = form_errors(manager.post(f"{WEEKS}add/", {**BREAK, "valid_from": "2026-06-01", **wrong}))
    assert list(errors) == [field] and words in str(errors[field]) and OpeningWeek.objects.count() == 1


def test_a_manager_corrects_and_deletes_a_week(casa, manager):
    week = set_week(casa, date(2026, 1, 1), USUAL_WEEK)
    manager.post(page_of(week), BREAK | {"valid_from": "2026-01-02"})
    found = OpeningWeek.objects.get()
    assert (found.pk, found.valid_from, found.week["monday"]) == (week.pk, date(2026, 1, 2), [])
    manager.post(f"{WEEKS}{week.pk}/delete/", {"post": "yes"})
    assert not OpeningWeek.objects.exists()
    assert told()[1:] == [
        ("hours.changed", "openingweek", "2026-01-02", ["valid_from", "week"]),
        ("hours.deleted", "openingweek", "2026-01-02", None),
    ]


def test_what_a_colleague_changed_meanwhile_stays(casa, manager):
    week, hours = set_week(casa, FIRST_DAY, USUAL_WEEK), set_hours(casa, {})
    [eid] = add_special_days(casa, [EID])
    pages = {row: sent(manager.get(page_of(row))) for row in (week, hours, eid)}
    change_week(week, {"week": {"monday": [["08:00", "12:00"]], "sunday": [["10:00", "12:00"]]}})
    set_hours(casa, {"target_seconds": 600})
    change_special_day(eid, {"last": date(2026, 3, 22)})
    typed = {"friday_1": "20:00", "saturday_0": "", "saturday_1": "", "stale_days": "3", "name": "Aïd"}
    for row, page in pages.items():
        manager.post(page_of(row), {**page, **{name: value for name, value in typed.items() if name in page}})
    week.refresh_from_db(), hours.refresh_from_db(), eid.refresh_from_db()
    theirs = {"monday": [["08:00", "12:00"]], "sunday": [["10:00", "12:00"]]}
    assert week.week == USUAL_WEEK | theirs | {"friday": [["09:00", "20:00"]], "saturday": []}
    assert (hours.target_seconds, hours.stale_seconds) == (600, 3 * 86_400)
    assert (eid.name, eid.last) == ("Aïd", date(2026, 3, 22))


@pytest.mark.parametrize("shown", ["", "[", "null", "7", '["09:00"]', "[[1, 2]]", "[" * 100_000])
def test_without_a_readable_note_of_what_was_shown_all_counts_as_changed(casa, manager, shown):
    week = set_week(casa, FIRST_DAY, USUAL_WEEK)
    page = sent(manager.get(page_of(week))) | {"initial-sunday": shown, "initial-monday": shown, "monday_0": "08:00"}
    assert manager.post(page_of(week), page).status_code == 302
    week.refresh_from_db()
    assert week.week == USUAL_WEEK | {"monday": [["08:00", "19:00"]]}


def test_the_list_has_a_line_for_each_run_of_days(casa, manager):
    set_week(casa, FIRST_DAY, USUAL_WEEK | {"friday": [["09:00", "12:00"], ["14:30", "19:00"]]})
    lines = re.findall(r'<bdi class="hours-line">(.*?)</bdi>', manager.get(WEEKS).content.decode())
    assert lines == ["Mon–Thu 09:00–19:00", "Fri 09:00–12:00 · 14:30–19:00", "Sat 09:00–19:00", "Sun closed"]


# --- Special days ------------------------------------------------------------------------------------


def test_a_manager_adds_changes_and_deletes_special_days(casa, manager):
    typed = {"name": "Ramadan", "first": "2026-02-19", "last": "2026-03-19", "hours_0": "10:00", "hours_1": "15:00"}
    manager.post(f"{DAYS}add/", typed)
    manager.post(f"{DAYS}add/", {"name": "Throne Day", "first": "2026-07-30"})
    throne, ramadan = SpecialDay.objects.all()
    assert (ramadan.dealership, ramadan.hours, throne.last, throne.hours) == (
        casa,
        [["10:00", "15:00"]],
        throne.first,
        [],
    )
    manager.post(page_of(ramadan), typed | {"last": "2026-03-20"})
    assert SpecialDay.objects.get(pk=ramadan.pk).last == date(2026, 3, 20)
    manager.post(DAYS, {"action": "delete_selected", "_selected_action": [throne.pk, ramadan.pk], "post": "yes"})
    assert not SpecialDay.objects.exists()
    assert [(kind, name) for kind, _type, name, _changed in told()] == [
        ("hours.changed", "Ramadan"),
        ("hours.changed", "Throne Day"),
        ("hours.changed", "Ramadan"),
        ("hours.deleted", "Throne Day"),
        ("hours.deleted", "Ramadan"),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"first": "tomorrow"}, "first"),
        ({"last": "2026-03-19"}, "last"),
        ({"last": "2200-01-01"}, "last"),
        ({"hours_0": "10:00"}, "hours"),
        ({"first": "2026-03-20", "last": "2026-03-21"}, "first"),  # is there already
    ],
)
def test_a_wrong_special_day_is_refused_on_the_form(casa, manager, wrong, field):
    add_special_days(casa, [EID])
    typed = {"name": "Eid", "first": "2026-03-20", "last": "", **wrong}
    assert list(form_errors(manager.post(f"{DAYS}add/", typed))) == [field] and SpecialDay.objects.count() == 1


# --- Holidays ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize(("language", "name"), [("en", "Labor Day"), ("fr", "Fête du Travail"), ("ar", "عيد العمال")])
def test_holidays_are_proposed_in_the_dealerships_language_all_ticked(casa, manager, language, name):
    Dealership.objects.update(language=language)
    page = manager.get(HOLIDAYS)
    boxes = re.findall(r'name="days" value="([\d/-]+)"[^>]*?( checked)?>', page.content.decode())
    assert boxes[0] == ("2026-05-01/2026-05-01", " checked") and name in page.content.decode()
    assert {checked for _days, checked in boxes} == {" checked"} and boxes[-1][0] == "2027-11-18/2027-11-18"
    assert "2026-05-27/2026-05-28" in dict(boxes) and not SpecialDay.objects.exists()


@pytest.mark.usefixtures("_today")
def test_what_a_manager_confirms_is_added_and_proposed_no_more(casa, manager):
    ticked = ["2026-05-27/2026-05-28", "2026-07-30/2026-07-30"]
    assert manager.post(HOLIDAYS, {"days": ticked})["Location"] == DAYS
    found = list(SpecialDay.objects.order_by("first").values_list("name", "first", "last", "hours"))
    assert found[0] == ("Eid al-Adha", date(2026, 5, 27), date(2026, 5, 28), [])
    assert found[1][0] == "Throne Day" and len(found) == 2 and len(told()) == 2
    page = manager.get(HOLIDAYS).content.decode()
    assert not any(key in page for key in ticked)


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize("days", [[], ["2026-05-02/2026-05-02"], ["x"]])
def test_nothing_else_is_added(manager, days):
    assert manager.post(HOLIDAYS, {"days": days}).status_code == 200
    assert not SpecialDay.objects.exists()
