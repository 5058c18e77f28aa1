"""Every number of every figure is what the oracle works out from the API alone, and opens a list of as many leads."""

import pytest

from conftest import ApiClient
from leads.analytics import behind, counting
from leads.analytics.tests.judging import Judge
from leads.analytics.tests.plays import PURGER, SARA, WEBSITE, Play, of_every_kind, twelve
from leads.analytics.tests.telling import Reader, printed_openings, set_openings
from leads.models import Lead
from steerleads import demo
from steerleads.dealers.models import Dealership

pytestmark = pytest.mark.long

LISTS = 1  # that are opened of each answer, in the short run
AUTUMN = {"from": "2026-09-01", "to": "2026-11-30"}
COMPARED = ["conversion", "response", "completion"]
GROUPED = [*COMPARED, "ageing"]
BY = ["tag", "action", "car", "source", "month", "answeredBy", "decidedBy", "assignee"]
PLAIN = [
    *((figure, {}) for figure in GROUPED),
    *(("activity", {"interval": interval}) for interval in ("month", "week")),
    *(("heatmap", {"of": of}) for of in ("created", "answered")),
]
FILTERS = [
    {"tag": "HOT lead "},
    {"tag": "احمد"},
    {"action": "cäll back"},
    {"make": "hónda"},
    {"model": "civic", "tag": "hot lead"},
    {"source": "api_key:Website"},
    {"source": "import:Sara Alami", "make": "dacia"},
    {"tag": "nobody has this"},
]


def judge_of(play, api, openings=None, most=LISTS):
    return Judge(api, Reader(api, openings or set_openings(play.dealership)).told(play.at), most)


@pytest.fixture
def play(casa):
    play = of_every_kind(casa)
    with play.clock():
        yield play


def test_the_twelve_leads_of_the_contract(casa, api, subtests):
    with twelve(casa).clock() as play:
        ask(PLAIN, judge_of(play, api, printed_openings(casa), most=4), subtests)


def test_leads_of_every_kind(play, api, subtests):
    """In the short run every fifth of the questions, so that figures, groups and filters take their turns."""
    ask(questions()[::5], judge_of(play, api), subtests)


def test_leads_of_every_kind_asked_as_where_there_are_many(play, api, subtests, monkeypatch):
    """A large dealership's leads are counted profile by profile, and its lists are walked."""
    monkeypatch.setattr(counting, "MANY", 0)
    monkeypatch.setattr(behind, "SHORT", -1)
    monkeypatch.setattr(behind, "STEP", 1)
    ask(questions()[2::7], judge_of(play, api), subtests)


@pytest.mark.slow
def test_leads_of_every_kind_and_all_their_lists(play, api, subtests):
    ask(questions(), judge_of(play, api, most=None), subtests)


def ask(asked, judge, subtests):
    for figure, query in asked:
        with subtests.test(figure=figure, **query):
            judge.check(figure, **query)


def questions():
    """[(figure, query)] for a history from September to November."""
    middle = {"from": "2026-10-16", "to": "2026-11-15"}
    days = [{}, {"to": "2026-11-29"}, {"from": "2026-11-30"}, {"from": "2026-09-20", "to": "2026-09-20"}]
    return [
        *((figure, in_autumn(figure, by=by)) for by in BY for figure in GROUPED),
        *((figure, in_autumn(figure, **query)) for figure, query in [*PLAIN, ("activity", {})]),
        *((figure, in_autumn(figure, **filters, **query)) for filters in FILTERS for figure, query in PLAIN),
        *((figure, {"compare": "previous", **middle}) for figure in COMPARED),
        *((figure, {"compare": "2026-09-01..2026-10-15", "make": "dacia", **middle}) for figure in COMPARED),
        *((figure, period) for period in days for figure in ("conversion", "activity")),
    ]


def in_autumn(figure, **query):
    return query if figure == "ageing" else query | AUTUMN


def test_two_dealerships_see_each_their_own(casa, atlas, subtests):
    twelve(casa)
    other = Play(atlas, "2026-11-30 11:00")
    with other.clock():
        other.create(WEBSITE, other.car())
        other.later(60)
        ask(PLAIN, judge_of(other, ApiClient(atlas)), subtests)


# --- Deletions ---------------------------------------------------------------------------------------


def test_after_twenty_deletions_all_counts_are_as_before(play, api, subtests):
    """But for those of the leads that were still open, and the group of the deleted.

    A program deletes: a deletion by staff is something that a person did, and answers.
    """
    openings = printed_openings(play.dealership)
    before = counts(judge_of(play, api, openings, most=0))
    decided = Lead.objects.of(play.dealership).exclude(status="NEW").order_by("pk").values_list("pk", flat=True)
    for lead in list(decided)[:20]:
        play.delete(PURGER, lead)
    after = counts(judge_of(play, api, openings, most=0))
    assert len([path for path in before if "groups" in path]) > 100
    for path, count in before.items():
        with subtests.test(path=path):
            assert after[path] == count
    judge = judge_of(play, api, openings)
    for by in ("tag", "action"):
        groups = judge.check("conversion", by=by, **AUTUMN)["groups"]
        assert [group["created"] for group in groups if group["group"] == "(deleted)"][0]["gone"] >= 20


def counts(judge):
    """{path: count} of what a deletion does not change; of groups, those that no person typed."""
    found = {}
    for figure, query in [*PLAIN, *(("conversion", {"by": by}) for by in ("car", "source", "answeredBy", "decidedBy"))]:
        answer = judge.check(figure, **in_autumn(figure, **query))
        found |= {(figure, *query.values(), *path): count for path, count in counts_in(answer) if "deleted" not in path}
    return found


def counts_in(told, path=()):
    if isinstance(told, dict) and "count" in told:
        yield path, told["count"]
    elif isinstance(told, dict):
        for key, each in told.items():
            yield from counts_in(each, (*path, key))
    elif isinstance(told, list):
        for index, each in enumerate(told):
            name = each.get("group", index) if isinstance(each, dict) else index
            yield from counts_in(each, (*path, name))


# --- Many groups -------------------------------------------------------------------------------------


def test_more_groups_than_are_shown(casa, api, subtests):
    """54 tags, none, and the deleted: the largest first, ties by code point, no tag last among them; the rest is other."""
    play = Play(casa, "2026-11-20 10:00")
    with play.clock():
        car, tags = play.car(), [f"Tag {number:02}" for number in range(50)] + ["étage", "Zèbre", "أحمد", "𝒳"]
        for number, tag in enumerate([*tags, None, *tags[:5], "TAG 07", "tag 07"]):
            lead = play.later(600).create(WEBSITE, car, tag=tag)
            if number % 3:
                play.later(60).change(SARA, lead, status=("COMPLETED", "NOT_NEEDED")[number % 2])
        play.delete(PURGER, play.create(WEBSITE, car, tag="Tag 01"))
        play.when("2026-11-30 12:00")
        ask([(figure, {"by": "tag"}) for figure in GROUPED], judge_of(play, api), subtests)


# --- Days and clocks ---------------------------------------------------------------------------------

# Zone, instants at which leads were made elsewhere, and the period that is asked for.
CLOCKS = [
    ("Europe/Paris", ["2026-10-24 22:30", "2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 22:59:59"], "2026-10-25"),
    ("Asia/Beirut", ["2026-10-24 20:30", "2026-10-24 21:30", "2026-10-24 22:00", "2026-03-28 22:30"], "2026-10-24"),
    ("America/St_Johns", ["2010-11-07 02:29:59", "2010-11-07 02:30:30", "2010-11-07 02:31:30"], "2010-11-07"),
    ("Pacific/Apia", ["2011-12-30 09:59:59", "2011-12-30 10:00", "2011-12-31 09:59:59"], "2011-12-31"),
    (
        "Africa/Casablanca",
        ["2026-02-15 01:59:59", "2026-02-15 02:00", "2026-03-22 02:30", "2026-09-20 01:30"],
        "2026-02-15",
    ),
]


@pytest.mark.parametrize(("zone", "instants", "day"), CLOCKS, ids=[zone for zone, _, _ in CLOCKS])
def test_days_where_clocks_change(db, zone, instants, day):
    dealership = Dealership.objects.create(name="Casa Motors", time_zone=zone)
    play = Play(dealership, "2026-11-01 12:00")
    with play.clock():
        car = play.car()
        for at in instants:
            play.change(SARA, play.bring(car, at), status="COMPLETED")
        judge = judge_of(play.later(60), ApiClient(dealership))
        for period in ({"from": day, "to": day}, {"from": day[:8] + "01", "to": day}):
            judge.check("activity", **period)
            judge.check("heatmap", **period)
        judge.check("conversion", by="month", **period)


# --- The demo ----------------------------------------------------------------------------------------


def judge_demo(name, subtests, most):
    play = Play(None, "2026-11-30 12:00")
    demo.load(now=play.at)
    play.dealership = Dealership.objects.get(name=name)
    with play.later(1).clock():
        judge = judge_of(play, ApiClient(play.dealership), printed_openings(play.dealership), most)
        asked = [*PLAIN, *((figure, {"by": by}) for by in BY for figure in GROUPED)][:most]
        ask([(figure, in_autumn(figure, **query)) for figure, query in asked], judge, subtests)


def test_the_demo_of_the_neighbour(db, subtests):
    Dealership.objects.create(name=demo.NAME)  # what is there already is not made
    judge_demo(demo.TANGIER_NAME, subtests, most=len(GROUPED))


@pytest.mark.slow
def test_the_whole_demo(db, subtests):
    judge_demo(demo.NAME, subtests, most=None)
