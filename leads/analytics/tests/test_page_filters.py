"""The page's filters: what an address means, and what is said of one that means nothing."""

from datetime import date

import pytest
from django.http import QueryDict

from leads.analytics.forms import FigureForm

pytestmark = pytest.mark.on_one_database
TODAY = date(2026, 11, 30)


def form_of(address):
    return FigureForm(QueryDict(address), today=TODAY, dealerships=[])


@pytest.mark.parametrize(
    ("address", "days"),
    [
        ("", ("2026-11-01", "2026-11-30")),
        ("to=2026-10-31", ("2026-10-02", "2026-10-31")),
        ("from=2026-10-31", ("2026-10-31", "2026-11-30")),
        ("from=2026-01-01&to=2026-01-31", ("2026-01-01", "2026-01-31")),
        ("from=2016-11-23&to=2026-11-30", ("2016-11-23", "2026-11-30")),
    ],
)
def test_days_mean_what_they_mean_to_the_api(address, days):
    form = form_of(address)
    assert form.is_valid()
    assert (form.query()["from"], form.query()["to"]) == days
    assert (form.data["from"], form.data["to"]) == days  # and so the page's fields show them


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("to=0001-01-05", "to"),
        ("from=9999-12-31&to=9999-12-31", "from to"),
        ("from=2026-12-01", "from"),
        ("from=2026-11-02&to=2026-11-01", "from"),
        ("from=2016-11-22&to=2026-11-30", "from"),
        ("compare=last year", "compare"),
        ("compare=2026-11-30..2026-11-01", "compare"),
        ("compare=2026-13-01..2026-13-02", "compare"),
        ("compare=previous&by=tag", "compare"),
        ("by=owner", "by"),
        ("carId=civic", "carId"),
        ("of=deleted", "of"),
        (f"tag={'a' * 301}", "tag"),
    ],
)
def test_what_cannot_be_shown_is_said_beside_its_field(address, wrong):
    assert set(form_of(address).errors) == set(wrong.split())


def test_a_query_has_the_filters_that_are_set_and_what_is_asked_for():
    form = form_of("tag=Hot&make=&source=api_key:Website&by=tag&from=2026-11-01")
    query = {"from": "2026-11-01", "to": "2026-11-30", "tag": "Hot", "source": "api_key:Website"}
    assert form.query().dict() == query
    assert form.query("by", interval="week").dict() == query | {"by": "tag", "interval": "week"}


def test_a_period_to_compare_with_can_be_chosen_by_its_address():
    form = form_of("compare=2026-10-01..2026-10-31")
    assert form.is_valid()
    assert form.query("compare")["compare"] == "2026-10-01..2026-10-31"
    assert "2026-10-01..2026-10-31" in dict(form.fields["compare"].choices)
