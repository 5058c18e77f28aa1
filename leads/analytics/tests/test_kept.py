"""What was counted is kept for who asks next, and never shown once it is not so any more."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cars.actions import change_car, delete_car
from conftest import make_car, make_lead
from leads.actions import change_lead, create_lead, delete_lead
from leads.analytics import counting
from leads.analytics.leavers import FactsOfPeople
from leads.analytics.models import FactState, LeadFact
from leads.analytics.questions import shown_time
from leads.analytics.rebuilding import rebuild
from leads.analytics.tests.november import SARA
from leads.privacy.leavers import HistoryOfPeople
from steerleads.dealers.leaving import Leaver

CREATED = "/analytics/conversion/leads?cell=created&limit=1"
BY_TAG = "/analytics/conversion?by=tag"


@pytest.fixture(autouse=True)
def _empty():
    cache.clear()


@pytest.fixture
def lead(civic):
    return make_lead(civic, tag="Hot")


def groups_of(api, path=BY_TAG):
    return [(each["group"], each["created"]["count"]) for each in api.get(path).json()["groups"]]


@pytest.mark.parametrize("path", [CREATED, BY_TAG, f"{BY_TAG}&cell=groups.0.created".replace("?", "/leads?")])
def test_it_is_counted_once_of_one_state(api, lead, django_assert_max_num_queries, path):
    first = api.get(path)
    with django_assert_max_num_queries(20) as context:
        again = api.get(path)
    assert again.status_code == 200 and again.content == first.content
    assert not [query["sql"] for query in context.captured_queries if "COUNT(" in query["sql"]]


def test_a_figure_leaves_the_numbers_of_a_large_dealership_for_its_lists(
    api, lead, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(counting, "MANY", 1)
    assert api.get("/analytics/conversion").json()["created"]["count"] == 1
    with django_assert_max_num_queries(20) as context:
        assert api.get(CREATED)["X-Total-Count"] == "1"
    assert not [query["sql"] for query in context.captured_queries if "COUNT(" in query["sql"]]


def test_every_change_is_told_at_once(api, casa, civic, lead):
    assert (groups_of(api), api.get(CREATED)["X-Total-Count"]) == ([("hot", 1)], "1")
    change_lead(casa, lead.pk, {"tag": "Cold"}, actor=SARA)
    assert groups_of(api) == [("cold", 1)]
    create_lead(casa, civic.pk, {"action": "Call", "target_name": "A", "target_info": "+212"}, actor=SARA)
    assert (groups_of(api), api.get(CREATED)["X-Total-Count"]) == ([("cold", 1), (None, 1)], "2")
    delete_lead(casa, lead.pk, actor=SARA)
    response = api.get(CREATED)
    assert groups_of(api) == [("(deleted)", 1), (None, 1)]
    assert (response["X-Total-Count"], response["X-Gone-Count"]) == ("1", "1")


def test_a_vehicle_has_no_events_and_is_told_at_once_too(api, casa):
    car = make_car(casa, make="Dacia", model="Logan")
    lead = make_lead(car)
    assert groups_of(api, "/analytics/conversion?by=car") == [("dacia logan", 1)]
    change_car(casa, car.pk, {"model": "Duster"})
    assert groups_of(api, "/analytics/conversion?by=car") == [("dacia duster", 1)]
    assert api.get(f"{CREATED}&model=duster")["X-Total-Count"] == "1"
    change_car(casa, car.pk, {"model": "Sandero"})
    assert api.get(f"{CREATED}&model=duster")["X-Total-Count"] == "0"
    delete_lead(casa, lead.pk, actor=SARA)
    assert groups_of(api, "/analytics/conversion?by=car") == [("dacia sandero", 1)]
    delete_car(casa, car.pk)
    assert groups_of(api, "/analytics/conversion?by=car") == [(None, 1)]


def test_a_name_that_is_erased_is_not_shown_again(api, casa, civic):
    create_lead(casa, civic.pk, {"action": "Call", "target_name": "A", "target_info": "+212"}, actor=SARA)
    path = "/analytics/conversion?by=source"
    assert groups_of(api, path) == [("staff:Sara Alami", 1)]
    leaver = Leaver("sara@casa.example", frozenset({SARA.name}), frozenset({casa.pk}))
    for keeper in (HistoryOfPeople(), FactsOfPeople()):
        keeper.erase(leaver)
    assert groups_of(api, path) == [("staff:a former colleague", 1)]


def test_facts_that_were_mended_are_told(api, casa, lead):
    api.get("/analytics/conversion")
    LeadFact.objects.update(source_name="Somebody else")
    assert groups_of(api, "/analytics/conversion?by=source") == [("command:Somebody else", 1)]
    assert len(rebuild(casa)) == 1
    assert groups_of(api, "/analytics/conversion?by=source") != [("command:Somebody else", 1)]


def test_nobody_is_told_of_anothers(api, rival, casa, atlas, lead):
    """Even where the marks of their facts are the same, as those of all that a migration gave one to."""
    api.get(BY_TAG), rival.get(BY_TAG)
    mark = FactState.objects.get(dealership=casa).mark
    FactState.objects.update(mark=mark)
    assert (groups_of(api), groups_of(rival)) == ([("hot", 1)], [])
    assert [each.get(CREATED)["X-Total-Count"] for each in (api, rival)] == ["1", "0"]


def test_groups_are_of_one_moment_for_the_rest_of_its_minute(api, lead, monkeypatch):
    """A lead is ripe a day after its creation to the second; the answer says of which moment it is."""
    path = f"{BY_TAG}&from=2020-01-01"

    def ask(seconds):
        moment = lead.created_at.replace(second=0, microsecond=0) + timedelta(days=1, seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        answer = api.get(path).json()
        return answer["asOf"], answer["groups"][0]["within"][0]["ripe"]["count"]

    begin, ripe = ask(0), lead.created_at.second == 0
    assert begin[1] == ripe
    assert ask(59) == begin
    assert ask(60) == (shown_time(int(timezone.now().timestamp())), 1)
    assert api.get("/analytics/conversion").json()["asOf"] == shown_time(int(timezone.now().timestamp()))
