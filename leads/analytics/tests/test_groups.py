"""Groups: which there are, in which order, under which names, and who may see them."""

import pytest
from django.http import QueryDict

from cars.actions import delete_car
from conftest import TESTER, make_car, make_lead
from leads.actions import change_lead, delete_lead
from leads.analytics.answers import figure_answer, figure_leads
from leads.analytics.tests.made_facts import fact, save
from leads.analytics.tests.november import NOW, SARA
from leads.work.actions import plan_work
from leads.work.tests.people import hire
from steerleads.api.errors import ValidationFailed
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import make_staff

NOON = int(NOW.timestamp())
PERIOD = "from=2026-11-01&to=2026-11-30"


def groups_of(answer, cell="created"):
    return [(each["group"], each[cell]["count"]) for each in answer["groups"]]


def test_the_fifty_largest_and_all_others(api, november_is_over, casa):
    """Of sixty sources the first has sixty leads, and the last one."""
    save([fact(casa, NOON - 1, source_name=f"{n:02}") for n in range(60) for _ in range(60 - n)])
    answer = api.get("/analytics/conversion?by=source").json()
    assert groups_of(answer) == [(f"api_key:{n:02}", 60 - n) for n in range(50)]
    assert answer["other"]["created"]["count"] == sum(range(1, 11))
    assert answer["other"]["created"]["leads"].endswith("&by=source&cell=other.created")
    response = api.get(answer["other"]["created"]["leads"].removeprefix("/v1"))
    assert (response.json(), response["X-Gone-Count"]) == ([], "55")  # there are no leads behind these facts


def test_ties_are_in_code_point_order_and_null_is_their_last(api, november_is_over, casa):
    names = ["staff:é", "staff:Z", "staff:a", None, "staff:ж", "staff:😀", "staff:ﬀ"]
    save([fact(casa, NOON - 1, first_human_at=NOON, first_human_by=name) for name in names])
    answer = api.get("/analytics/conversion?by=answeredBy").json()
    assert [group for group, _count in groups_of(answer)] == [*sorted(filter(None, names)), None]


def test_a_label_is_the_commonest_spelling(api, casa, civic):
    for tag in ("Prêt", "PRET", "prêt", "PRET", "prêt", "ـ", None):
        make_lead(civic, tag=tag)
    make_lead(make_car(casa, make="HONDA", model="civic"))
    by_tag = api.get("/analytics/ageing?by=tag").json()["groups"]
    assert [(each["group"], each["label"], each["open"]["count"]) for each in by_tag] == [
        ("pret", "PRET", 5),
        (None, None, 2),
        ("", "ـ", 1),
    ]
    by_car = api.get("/analytics/ageing?by=car").json()["groups"]
    assert [(each["group"], each["label"]) for each in by_car] == [("honda civic", "Honda Civic")]


def test_after_twenty_deletions_all_counts_are_as_before_but_the_groups(api, casa, civic):
    leads = [make_lead(civic, tag=f"Tag {n % 3}", action="Call") for n in range(30)]
    before = {by: api.get(f"/analytics/conversion?by={by}").json() for by in ("tag", "action", "car", "source")}
    for lead in leads[:20]:
        delete_lead(casa, lead.pk, actor=SARA)
    after = {by: api.get(f"/analytics/conversion?by={by}").json() for by in before}
    for by in before:
        assert after[by]["created"] == {**before[by]["created"], "gone": 20}
    for by in ("car", "source"):
        assert groups_of(after[by]) == groups_of(before[by])
    assert groups_of(after["action"]) == [("(deleted)", 20), ("call", 10)]
    assert groups_of(after["tag"]) == [("(deleted)", 20), ("tag 2", 4), ("tag 0", 3), ("tag 1", 3)]
    assert api.get("/analytics/conversion?tag=Tag%202").json()["created"] == {
        **after["tag"]["groups"][1]["created"],
        "leads": api.get("/analytics/conversion?tag=Tag%202").json()["created"]["leads"],
    }


def test_a_vehicle_that_is_deleted_after_its_leads_is_null(api, casa):
    car = make_car(casa, model="Jazz")
    delete_lead(casa, make_lead(car).pk, actor=SARA)
    assert groups_of(api.get("/analytics/conversion?by=car").json()) == [("honda jazz", 1)]
    delete_car(casa, car.pk)
    assert groups_of(api.get("/analytics/conversion?by=car").json()) == [(None, 1)]


def test_months_are_local_ones(api, november_is_over, casa):
    second = int(NOW.replace(day=1, hour=0).timestamp())  # clocks show UTC since September 2026
    save([fact(casa, second), fact(casa, second - 1)])
    answer = api.get("/analytics/conversion?by=month&from=2026-10-01").json()
    assert groups_of(answer) == [("2026-10", 1), ("2026-11", 1)]
    assert groups_of(api.get("/analytics/ageing?by=month").json(), "open") == [("2026-10", 1), ("2026-11", 1)]


# --- Filters -------------------------------------------------------------------------------------

FILTERS = [
    ("tag=HOT%20LEAD", 10),
    ("action=call", 11),
    ("tag=hot+lead&action=nothing", 0),
    ("make=HONDA&model=civic", 12),
    ("model=Jazz", 0),
    ("source=api_key:Website", 10),
    ("source=staff:Sara%20Alami", 1),
    ("source=inbox:Forms", 0),
    ("source=api_key:website", 0),
    ("carId=550e8400-e29b-41d4-a716-446655440000", 0),
]


@pytest.mark.parametrize(("query", "count"), FILTERS)
def test_filters(api, november, query, count):
    for figure, path in (("conversion", ["created"]), ("activity", ["rows", 0, "created"])):
        counted = api.get(f"/analytics/{figure}?{PERIOD}&interval=month&{query}").json()
        for name in path:
            counted = counted[name]
        listed = api.get(counted["leads"].removeprefix("/v1"))
        assert (counted["count"], len(listed.json()) + int(listed["X-Gone-Count"])) == (count, count)


def test_activity_of_some_leads_is_of_these_alone(api, november):
    [row] = api.get(f"/analytics/activity?{PERIOD}&interval=month&source=staff:Sara%20Alami").json()["rows"]
    counts = {name: row[name]["count"] for name in row if name not in ("from", "to")}
    assert counts == {**dict.fromkeys(counts, 0), "created": 1, "notNeeded": 1}


# --- Comparisons ---------------------------------------------------------------------------------


def test_a_comparison_has_the_other_period_and_the_differences(api, november_is_over, casa):
    day = 86_400
    now, before = (
        [fact(casa, at, first_completed_at=at + day if n < done else None) for n in range(10)]
        for at, done in ((NOON - 9 * day, 8), (NOON - 40 * day, 3))
    )
    save([*now, *before])
    answer = api.get("/analytics/conversion?compare=previous").json()
    assert (answer["compared"]["from"], answer["compared"]["to"]) == ("2026-10-02", "2026-10-31")
    [week] = [each for each in answer["within"] if each["days"] == 7]
    assert week["share"] == {
        **{"value": 0.8, "low": 0.4902, "high": 0.9433, "of": 10},
        "difference": {"value": 0.5, "low": 0.0665, "high": 0.7398},
    }
    [month] = [each for each in answer["within"] if each["days"] == 30]
    assert month["share"]["difference"] == {"value": None, "low": None, "high": None}
    assert "difference" not in answer["compared"]["within"][2]["share"]
    assert "difference" not in answer["ofDecided"]
    same = api.get("/analytics/conversion?compare=2026-10-02..2026-10-31").json()
    assert same["compared"]["created"]["count"] == 10


# --- Salespeople ---------------------------------------------------------------------------------


@pytest.fixture
def sara(casa):
    return make_staff(casa, Role.SALESPERSON, first_name="Sara", last_name="Alami")


def test_a_salesperson_sees_their_own_row_only(casa, november, sara):
    query = QueryDict(f"{PERIOD}&by=answeredBy")
    manager = make_staff(casa, Role.MANAGER)
    every = figure_answer(casa, "response", query, viewer=manager)
    own = figure_answer(casa, "response", query, viewer=sara)
    assert len(every["groups"]) == 3 and every == {**figure_answer(casa, "response", query), "asOf": every["asOf"]}
    assert groups_of(own, "answered") == [("staff:Sara Alami", 5)]
    assert own["other"] is None and own["answered"] == every["answered"]


def test_a_salesperson_opens_their_own_row_only(casa, november, sara):
    query = QueryDict(f"{PERIOD}&by=answeredBy")
    assert figure_leads(casa, "response", query, "groups.0.answered", viewer=sara).leads.count() == 5
    for cell in ("groups.1.answered", "other.answered"):
        with pytest.raises(ValidationFailed):
            figure_leads(casa, "response", query, cell, viewer=sara)


def test_who_has_answered_nobody_has_no_row(casa, november):
    omar = make_staff(casa, Role.SALESPERSON, first_name="Omar")
    assert figure_answer(casa, "response", QueryDict("by=decidedBy"), viewer=omar)["groups"] == []


def test_leads_are_grouped_by_who_has_them_now_or_had_them_when_they_were_deleted(api, casa, civic, sara):
    colleagues = {"Sara": sara.membership, "Omar": hire(casa, "Omar Tazi")}
    given = [("Sara", "Sara"), ("Sara", "Omar"), ("Omar", None), ("Omar", "Omar"), (None, "Omar")]
    leads = []
    for names in given:
        leads.append(make_lead(civic))
        for name in names:
            assignee = colleagues[name].pk if name else None
            plan_work(casa, leads[-1].pk, {"assignee": assignee}, actor=TESTER)
    delete_lead(casa, leads[0].pk, actor=SARA)
    answer = api.get("/analytics/conversion?by=assignee").json()
    assert groups_of(answer) == [("staff:Omar Tazi", 3), ("staff:Sara Alami", 1), (None, 1)]
    assert [each["created"]["gone"] for each in answer["groups"]] == [0, 1, 0]
    own = figure_answer(casa, "conversion", QueryDict("by=assignee"), viewer=sara)
    assert groups_of(own) == [("staff:Sara Alami", 1)] and own["created"]["count"] == 5


def test_a_salesperson_sees_other_groups_whole(casa, november, sara):
    query = QueryDict(f"{PERIOD}&by=tag")
    whole = figure_answer(casa, "conversion", query)
    assert figure_answer(casa, "conversion", query, viewer=sara)["groups"] == whole["groups"]


def test_a_tag_that_people_changed_moves_its_lead(api, casa, lead):
    change_lead(casa, lead.pk, {"tag": "(Deleted)"}, actor=SARA)
    [group] = api.get("/analytics/ageing?by=tag").json()["groups"]
    assert (group["group"], group["open"]["count"]) == ("(deleted)", 1)
