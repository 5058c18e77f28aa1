"""The answers to twelve leads of a November are the examples of the API's document, number for number and key for key."""

import json

import pytest

from leads.analytics.openapi_examples import EXAMPLES

PERIOD = "from=2026-11-01&to=2026-11-30"
QUERIES = {
    "conversion": PERIOD,
    "response": PERIOD,
    "completion": PERIOD,
    "ageing": "",
    "activity": f"{PERIOD}&interval=month",
    "heatmap": f"{PERIOD}&of=created",
}
SPREAD = {
    "of": 5,
    "median": {"seconds": 172_800, "isBeyond": False, "low": None, "high": None},
    "p75": {"seconds": 518_400, "isBeyond": False, "low": None, "high": None},
    "p90": {"seconds": 930_600, "isBeyond": False, "low": None, "high": None},
}
NOTHING = {"seconds": None, "isBeyond": False, "low": None, "high": None}
NO_SPREAD = {"of": 0, "median": NOTHING, "p75": NOTHING, "p90": NOTHING}


def ordered(body):
    """As a text, so that the order of keys counts."""
    return json.dumps(body, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("figure", QUERIES)
def test_an_answer_is_its_example(api, november, figure):
    answer = api.get(f"/analytics/{figure}?{QUERIES[figure]}").json()
    assert ordered(answer) == ordered(EXAMPLES[figure])


def test_completion_by_tag(api, november):
    answer = api.get(f"/analytics/completion?by=tag&{PERIOD}").json()
    path = f"/v1/analytics/completion/leads?{PERIOD}&by=tag&cell="

    def counted(cell, count):
        return {"count": count, "gone": 0, "leads": path + cell}

    groups = [
        {
            "group": "hot lead",
            "label": "Hot Lead",
            "completed": counted("groups.0.completed", 5),
            "ofCompleted": SPREAD,
        },
        {
            "group": "(deleted)",
            "label": "(deleted)",
            "completed": counted("groups.1.completed", 0),
            "ofCompleted": NO_SPREAD,
        },
        {"group": None, "label": None, "completed": counted("groups.2.completed", 0), "ofCompleted": NO_SPREAD},
    ]
    whole = {**EXAMPLES["completion"], "completed": counted("completed", 5)}
    assert ordered(answer) == ordered({**whole, "by": "tag", "groups": groups, "other": None})


def counts_of(part):
    """All {count, gone, leads} in an answer."""
    if isinstance(part, dict):
        if "gone" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from counts_of(each)


@pytest.mark.parametrize("by", ["tag", "action", "car", "source", "month", "answeredBy", "decidedBy", "assignee"])
@pytest.mark.parametrize("figure", ["conversion", "response", "completion", "ageing"])
def test_every_number_of_groups_opens_its_leads(api, november, figure, by):
    answer = api.get(f"/analytics/{figure}?{QUERIES[figure]}&by={by}").json()
    assert_lists(api, answer)


@pytest.mark.parametrize("query", [*QUERIES.items(), ("heatmap", f"{PERIOD}&of=answered"), ("activity", PERIOD)])
def test_every_number_opens_its_leads(api, november, query):
    figure, query = query
    assert_lists(api, api.get(f"/analytics/{figure}?{query}").json())


@pytest.mark.parametrize("figure", ["conversion", "response", "completion"])
def test_every_number_of_a_comparison_opens_its_leads(api, november, figure):
    query = "from=2026-11-16&to=2026-11-30&compare=previous"
    assert_lists(api, api.get(f"/analytics/{figure}?{query}").json())


def assert_lists(api, answer):
    for counted in counts_of(answer):
        if counted["count"] or counted["leads"].endswith(("created", "asked", "open")):
            response = api.get(counted["leads"].removeprefix("/v1"))
            assert response.status_code == 200, counted
            assert (len(response.json()), response["X-Gone-Count"]) == (
                counted["count"] - counted["gone"],
                str(counted["gone"]),
            )
            assert response["X-Total-Count"] == str(len(response.json()))
