"""Contract 19 to 23: sorting, filters, search and parameters of the lead lists."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from conftest import TESTER, error_of, make_car, make_lead
from leads import actions
from leads.models import Lead


def names(response):
    assert response.status_code == 200, response.content
    return [lead["targetName"] for lead in response.json()]


def test_ties_are_settled_by_creation_and_stay_so_after_an_edit(api, civic):
    made = [make_lead(civic, target_name=name) for name in "ABC"]
    api.patch(f"/leads/{made[0].pk}", {"note": "edited"})
    assert names(api.get("/leads")) == ["A", "B", "C"]
    assert names(api.get("/leads?sortOrder=desc")) == ["C", "B", "A"]


def test_equal_creation_times_are_settled_by_id(api, civic):
    made = [make_lead(civic, target_name=name) for name in "ABC"]
    Lead.objects.update(created_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert [lead["id"] for lead in api.get("/leads").json()] == sorted(str(lead.pk) for lead in made)


def test_status_sorts_as_the_workflow_lists_it(api, civic):
    for status in ("NOT_NEEDED", "COMPLETED", "NEW"):
        make_lead(civic, status=status, target_name=status)
    assert names(api.get("/leads?sortBy=status")) == ["NEW", "COMPLETED", "NOT_NEEDED"]
    assert names(api.get("/leads?sortBy=status&sortOrder=DESC")) == ["NOT_NEEDED", "COMPLETED", "NEW"]


def test_text_sorts_by_its_folded_form_in_code_point_order(api, civic):
    for name in ("Zineb", "élodie", "Ahmed", "أحمد", "eve", "Œuvre", "😀"):
        make_lead(civic, target_name=name)
    expected = ["Ahmed", "élodie", "eve", "Œuvre", "Zineb", "أحمد", "😀"]
    assert names(api.get("/leads?sortBy=targetName")) == expected
    assert names(api.get("/leads?sortBy=targetName&sortOrder=desc")) == expected[::-1]


def test_updated_at_is_a_sort_too(api, civic):
    first = make_lead(civic, target_name="A")
    make_lead(civic, target_name="B")
    api.patch(f"/leads/{first.pk}", {"note": "later"})
    assert names(api.get("/leads?sortBy=updatedAt")) == ["B", "A"]


@pytest.mark.parametrize("query", ["sortBy=id", "sortBy=Order", "sortOrder=up", "sortBy=created_at"])
def test_an_unknown_sort_is_refused(api, lead, query):
    assert error_of(api.get(f"/leads?{query}")) == (400, "VALIDATION_ERROR", query.partition("=")[0])


@pytest.mark.parametrize("query", ["status=NEW&status=COMPLETED", "status=NEW,COMPLETED", "status=COMPLETED, NEW"])
def test_several_statuses_mean_or(api, civic, query):
    for status in ("NEW", "COMPLETED", "NOT_NEEDED"):
        make_lead(civic, status=status, target_name=status)
    assert names(api.get(f"/leads?{query}")) == ["NEW", "COMPLETED"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "new"}, (400, "INVALID_LEAD_STATUS", "status")),
        ({"status": "NEW,DONE"}, (400, "INVALID_LEAD_STATUS", "status")),
        ({"status": "DONE", "limit": "x"}, (400, "VALIDATION_ERROR", "limit")),
        ({"carId": "123"}, (400, "VALIDATION_ERROR", "carId")),
        ({"archived": "yes"}, (400, "VALIDATION_ERROR", "archived")),
        ({"updatedSince": "yesterday"}, (400, "VALIDATION_ERROR", "updatedSince")),
        ({"search": "x" * 201}, (400, "VALIDATION_ERROR", "search")),
        ({"tag": "a\x00b"}, (400, "VALIDATION_ERROR", "tag")),
    ],
)
def test_bad_values_are_refused(api, lead, query, expected):
    status, code, field = error_of(api.get("/leads", query=query))
    assert (status, code) == expected[:2]
    fields = {detail["field"] for detail in api.get("/leads", query=query).json()["error"]["details"]}
    assert expected[2] in fields


def test_a_wrong_status_beside_another_error_is_named_with_it(api, lead):
    details = api.get("/leads?status=DONE&limit=0").json()["error"]["details"]
    assert {detail["field"] for detail in details} == {"status", "limit"}


def test_the_message_offers_the_right_spelling(api, lead):
    assert "Did you mean NEW?" in api.get("/leads?status=new").json()["error"]["message"]
    assert "Did you mean NOT_NEEDED?" in api.get("/leads/status/not needed").json()["error"]["message"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tag": "hot lead"}, True),
        ({"tag": "  HÔT LEAD "}, True),
        ({"tag": "hot"}, False),
        ({"targetName": "elodie garcon"}, True),
        ({"action": "APPELER"}, True),
        ({"action": "appel"}, False),
        ({"tag": "hot lead", "action": "other"}, False),
        ({"tag": " "}, True),
    ],
)
def test_text_filters_are_equal_after_folding(api, civic, query, found):
    make_lead(civic, action="Appeler", target_name="Élodie Garçon", tag="Hot Lead")
    assert bool(api.get("/leads", query=query).json()) is found


def test_each_request_is_answered_for_its_own_tag_though_all_take_one_compiled_query(api, rival, civic, atlas):
    for name, tag, action in [("A", "hot", "cold"), ("B", "cold", "hot"), ("C", "hot", "hot"), ("D", None, "hot")]:
        make_lead(civic, target_name=name, tag=tag, action=action)
    make_lead(make_car(atlas), target_name="E", tag="hot")
    asked = ["tag=hot", "tag=cold", "tag=hot", "tag=hot&action=cold", "action=hot&tag=cold", "tag=x&action=hot"]
    asked += ["tag=hot&limit=1", "tag=cold&limit=1", f"tag=hot&carId={civic.pk}&status=NEW", "tag=hot&archived=true"]
    names = [[lead["targetName"] for lead in api.get(f"/leads?{query}").json()] for query in asked]
    assert names == [["A", "C"], ["B"], ["A", "C"], ["A"], ["B"], [], ["A"], ["B"], ["A", "C"], []]
    assert [lead["targetName"] for lead in rival.get("/leads?tag=hot").json()] == ["E"]


def test_a_filter_for_a_tag_never_finds_leads_without_one(api, lead):
    assert api.get("/leads", query={"tag": "ـ"}).json() == []


@pytest.mark.parametrize("car", ["550e8400-e29b-41d4-a716-446655440000", "foreign"])
def test_an_unknown_or_foreign_car_filter_gives_nothing(api, lead, atlas, car):
    car = make_car(atlas).pk if car == "foreign" else car
    assert api.get(f"/leads?carId={car}").json() == []


@pytest.mark.parametrize(
    "path",
    ["/leads/status/NEW?status=COMPLETED", "/leads/car/{car}?carId=550e8400-e29b-41d4-a716-446655440000"],
)
def test_a_filter_that_contradicts_the_path_gives_nothing(api, lead, path):
    assert api.get(path.format(car=lead.car_id)).json() == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("elodie", True),
        ("ÉLODIE appeler", True),
        ("garcon hot", True),
        ("lod", True),
        ("appeler banana", False),
        ("احمد", True),
        ("%", False),
        ("_", False),
        ("100", False),
        ("leadappeler", False),
        ("  ", True),
        ("\\", False),
    ],
)
def test_search_wants_every_word_somewhere(api, civic, words, found):
    make_lead(civic, action="Appeler", target_name="Élodie Garçon أحمد", tag="Hot Lead")
    assert bool(api.get("/leads", query={"search": words}).json()) is found


def test_search_takes_percent_and_underscore_literally(api, civic):
    make_lead(civic, action="100% sure_thing", target_name="A")
    make_lead(civic, action="100 sure thing", target_name="B")
    assert names(api.get("/leads", query={"search": "100%"})) == ["A"]
    assert names(api.get("/leads", query={"search": "sure_"})) == ["A"]


def test_search_does_not_look_into_contact_info_or_notes(api, civic):
    make_lead(civic, target_info="secret@example.com", note="secret")
    assert api.get("/leads?search=secret").json() == []


def test_an_empty_parameter_counts_as_absent(api, lead):
    query = "search=&status=&carId=&sortBy=&sortOrder=&limit=&cursor=&updatedSince=&archived=&count="
    response = api.get(f"/leads?{query}")
    assert len(response.json()) == 1
    assert "Link" not in response


def test_a_single_valued_parameter_given_twice(api, lead):
    assert error_of(api.get("/leads?tag=a&tag=b")) == (400, "VALIDATION_ERROR", "tag")
    assert api.get("/leads?limit=5&limit=5").status_code == 200


@pytest.mark.parametrize(
    ("count", "counted"),
    [
        *((spelling, True) for spelling in ("true", "True", "TRUE", "1")),
        *((spelling, False) for spelling in ("false", "False", "FALSE", "0", "")),
    ],
)
def test_yes_or_no_is_understood_as_clients_of_other_languages_write_it(api, lead, count, counted):
    assert ("X-Total-Count" in api.get("/leads", query={"count": count})) is counted
    assert ("X-Total-Count" in api.get("/vehicles", query={"count": count})) is counted


@pytest.mark.parametrize("wrong", ["yes", "on", "2", "-1", "01", "t", "true ", "١"])
@pytest.mark.parametrize("name", ["count", "archived"])
def test_other_words_for_yes_and_no_are_refused(api, lead, name, wrong):
    assert error_of(api.get("/leads", query={name: wrong})) == (400, "VALIDATION_ERROR", name)


def test_a_link_goes_on_as_it_was_asked_for(api, civic):
    for _ in range(3):
        make_lead(civic)
    first = api.get("/leads?count=1&archived=0&limit=1&status[]=NEW&status[]=COMPLETED")
    path = re.match(r"</v1([^>]*)>; rel=\"next\"", first["Link"])[1]
    second = api.get(path)
    assert (second.status_code, second["X-Total-Count"]) == (200, "3")
    assert len({*(lead["id"] for lead in first.json()), *(lead["id"] for lead in second.json())}) == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=%EF%BF%BD", 0),  # a replacement character is a character
        ("tag=%EF%BF%BD", 0),
        ("search=%EF%BF%BD&other=%FF", 0),
        ("other=%FF", 1),
        ("%FF=1", 1),
        ("search[x]=%FF", 1),
    ],
)
def test_what_is_utf8_or_not_known_is_not_refused_for_it(api, lead, query, found):
    assert len(api.get(f"/leads?{query}").json()) == found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status[]=NEW", ["NEW"]),
        ("status[0]=COMPLETED&status[1]=NOT_NEEDED", ["COMPLETED", "NOT_NEEDED"]),
        ("status%5B%5D=NEW&status%5B%5D=COMPLETED", ["NEW", "COMPLETED"]),
        ("status=NEW&status[]=COMPLETED&status[7]=NOT_NEEDED", ["NEW", "COMPLETED", "NOT_NEEDED"]),
        ("status[]=NEW,COMPLETED", ["NEW", "COMPLETED"]),
        ("status[]=", ["NEW", "COMPLETED", "NOT_NEEDED"]),
        ("tag[]=hot&tag[0]=hot&tag=hot", ["NEW", "COMPLETED", "NOT_NEEDED"]),
        ("sortBy[]=status&sortOrder[0]=desc&limit[]=1", ["NOT_NEEDED"]),
    ],
)
def test_brackets_behind_a_name_mean_the_name(api, civic, query, expected):
    for status in ("NEW", "COMPLETED", "NOT_NEEDED"):
        make_lead(civic, status=status, target_name=status, tag="hot")
    response = api.get(f"/leads?{query}")
    assert names(response) == expected
    assert "X-Ignored-Parameters" not in response


def test_a_single_valued_parameter_given_twice_with_brackets(api, lead):
    assert error_of(api.get("/leads?tag=a&tag[]=b")) == (400, "VALIDATION_ERROR", "tag")
    assert error_of(api.get("/leads?limit[0]=1&limit[1]=2")) == (400, "VALIDATION_ERROR", "limit")


@pytest.mark.parametrize("name", ["status[x]", "status[-1]", "status[0][1]", "status[", "status]", "[]", "[0]", "x[]"])
def test_other_brackets_are_unknown(api, lead, name):
    response = api.get("/leads", query={name: "COMPLETED"})
    assert len(response.json()) == 1
    assert unquote(response["X-Ignored-Parameters"]) == name


def test_unknown_parameters_are_ignored_and_named(api, lead):
    response = api.get("/leads?foo=1&Search=x&foo=2&été=3")
    assert len(response.json()) == 1
    assert response["X-Ignored-Parameters"] == "foo,Search,%C3%A9t%C3%A9"


def test_at_most_twenty_ignored_parameters_are_named(api, lead):
    query = "&".join(f"p{n}=1" for n in range(30))
    named = api.get(f"/leads?{query}")["X-Ignored-Parameters"].split(",")
    assert named == [*(f"p{n}" for n in range(20)), "%E2%80%A6"]


def test_over_a_thousand_parameters_are_refused_in_the_envelope(api, lead):
    query = "&".join(f"p{n}=1" for n in range(1001))
    assert error_of(api.get(f"/leads?{query}"))[:2] == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "since",
    [
        "2024-06-01T12:00:00Z",
        "2024-06-01T12:00:00",
        "2024-06-01T13:00:00+01:00",
        "2024-06-01T13:00:00 01:00",
        "2024-06-01 12:00:00",
        "20240601T120000Z",
        "2024-06-01t12:00:00z",
        "2024-06-01t13:00:00 01:00",
    ],
)
def test_updated_since_is_inclusive_and_understands_zones(api, civic, since):
    noon = datetime(2024, 6, 1, 12, tzinfo=UTC)
    for name, at in (("before", noon - timedelta(seconds=1)), ("at", noon), ("after", noon + timedelta(seconds=1))):
        Lead.objects.filter(pk=make_lead(civic, target_name=name).pk).update(updated_at=at)
    assert names(api.get("/leads", query={"updatedSince": since})) == ["at", "after"]


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        *((spelling, ["open"]) for spelling in ("false", "False", "FALSE", "0", "")),
        *((spelling, ["put away"]) for spelling in ("true", "True", "TRUE", "1")),
        ("any", ["open", "put away"]),
    ],
)
def test_archived_is_yes_no_or_any(api, civic, casa, spelling, expected):
    make_lead(civic, target_name="open")
    actions.archive_lead(casa, make_lead(civic, target_name="put away").pk, actor=TESTER)
    assert names(api.get("/leads", query={"archived": spelling})) == expected


def test_archived_leads_are_listed_on_demand(api, civic, casa):
    make_lead(civic, target_name="open")
    actions.archive_lead(casa, make_lead(civic, target_name="put away").pk, actor=TESTER)
    assert names(api.get("/leads")) == names(api.get("/leads?archived=false")) == ["open"]
    assert names(api.get("/leads?archived=true")) == ["put away"]
    assert names(api.get("/leads?archived=any")) == ["open", "put away"]
