"""The list behind a number is a list like others: paged, sorted, known again; and it says how many are gone."""

import pytest

from conftest import ApiClient, error_of, make_lead
from leads.actions import archive_lead, delete_lead
from leads.analytics import answers, behind
from leads.analytics.tests.november import SARA
from steerleads.api import list_query

CREATED = "/analytics/conversion/leads?cell=created"


@pytest.fixture(autouse=True, params=["sorted", "walked", "given up"])
def way(request, monkeypatch):
    """All ways in which a page is found."""
    if request.param != "sorted":
        monkeypatch.setattr(behind, "SHORT", -1)
        monkeypatch.setattr(behind, "STEP", 0.3)
        monkeypatch.setattr(behind, "PATIENCE", 1 if request.param == "given up" else 100)


@pytest.fixture
def leads(casa, civic):
    """Six leads, one of which is archived; another one is deleted."""
    made = [make_lead(civic, order=-number, target_name=name) for number, name in enumerate("CABFED")]
    archive_lead(casa, made[0].pk, actor=SARA)
    delete_lead(casa, make_lead(civic).pk, actor=SARA)
    return made


def names_of(response):
    return "".join(lead["targetName"] for lead in response.json())


def numbers_of(response):
    return response["X-Total-Count"], response["X-Gone-Count"]


def test_it_has_all_leads_that_are_there_with_their_car(api, leads):
    response = api.get(CREATED)
    assert (names_of(response), numbers_of(response)) == ("DEFBAC", ("6", "1"))
    every = api.get("/leads?archived=any").json()
    assert response.json() == every


@pytest.mark.parametrize(
    "query", ["&sortBy=targetName", "&sortBy=targetName&sortOrder=asc", "&count=true&sortBy=targetName"]
)
def test_it_is_sorted(api, leads, query):
    assert names_of(api.get(CREATED + query)) == "ABCDEF"


def test_it_is_sorted_by_what_is_mostly_null(api, leads):
    """Archived leads, too."""
    assert sorted(names_of(api.get(f"{CREATED}&sortBy=due&limit=10"))) == list("ABCDEF")


def test_it_comes_in_pages(api, leads):
    seen, path = "", f"{CREATED}&limit=4&sortBy=targetName&sortOrder=desc&from=2020-01-01"
    while path:
        response = api.get(path)
        assert numbers_of(response) == ("6", "1")
        assert 'rel="first"' in response["Link"]
        seen += names_of(response)
        path = response["Link"].split(">")[0].removeprefix("</v1") if 'rel="next"' in response["Link"] else None
    assert seen == "FEDCBA"


def test_a_cursor_belongs_to_its_number(api, leads):
    link = api.get(f"{CREATED}&limit=1")["Link"].split(">")[0].removeprefix("</v1")
    assert error_of(api.get(link.replace("cell=created", "cell=stillNew"))) == (400, "VALIDATION_ERROR", "cursor")


def test_it_is_known_again_until_somebody_else_is_gone(api, casa, leads):
    path = "/analytics/conversion/leads?cell=completed"
    first = api.get(path)
    assert (api.get(path, if_none_match=first["ETag"]).status_code, numbers_of(first)) == (304, ("0", "0"))
    before = api.get(CREATED)
    assert api.get(CREATED, if_none_match=before["ETag"])["X-Gone-Count"] == "1"
    delete_lead(casa, leads[0].pk, actor=SARA)
    assert api.get(CREATED, if_none_match=before["ETag"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_long_one_is_streamed(api, leads, monkeypatch):
    monkeypatch.setattr(list_query, "LONGEST_WHOLE", 2)
    response = api.get(CREATED)
    assert response.streaming
    assert numbers_of(response) == ("6", "1")
    assert b"".join(response).count(b'"targetName"') == 6
    head = api.send("HEAD", CREATED)
    assert numbers_of(head) == ("6", "1")


def test_it_is_no_way_round_the_scope_of_leads(casa, leads):
    assert error_of(ApiClient(casa, scopes=["analytics:read"]).get(CREATED)) == (403, "INSUFFICIENT_SCOPE", None)
    assert error_of(ApiClient(casa, scopes=["leads:read"]).get(CREATED)) == (403, "INSUFFICIENT_SCOPE", None)


def test_another_dealerships_are_not_among_them(api, rival, leads):
    assert (rival.get(CREATED).json(), rival.get("/analytics/conversion").json()["created"]["count"]) == ([], 0)


@pytest.mark.parametrize("cell", ["created", "stillNew"])
def test_who_is_deleted_between_counting_and_looking_is_gone(api, casa, leads, monkeypatch, cell):
    """The events of that state wait: facts do not know yet who is gone, and a page does not read all leads."""
    real, late = answers.catch_up, iter(leads)

    def counted_too_early(*given, **how):
        found = real(*given, **how)
        delete_lead(casa, next(late).pk, actor=SARA)
        return found

    monkeypatch.setattr(answers, "catch_up", counted_too_early)
    response = api.get(f"/analytics/conversion/leads?cell={cell}&limit=4")
    assert (names_of(response), numbers_of(response)) == ("DEFB", ("5", "2"))
