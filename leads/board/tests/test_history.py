"""The history in the side panel: what it tells, and how it says when."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from conftest import make_lead
from leads.board.history import history_of, when_in_words
from leads.models import Lead

NOW = datetime(2026, 11, 17, 15, 0)  # a Tuesday


@pytest.mark.parametrize(
    "ago, language, words",
    [
        ({"minutes": 55}, "en", "Tuesday 14:05"),
        ({"minutes": 55}, "fr", "mardi 14:05"),
        ({"minutes": 55}, "ar", "الثلاثاء 14:05"),
        ({"days": 6}, "en", "Wednesday 15:00"),
        ({"days": 6, "hours": 15}, "en", "Wednesday 00:00"),
        ({"days": 7}, "en", "Tuesday 10 November 2026 15:00"),
        ({"days": 7}, "fr", "mardi 10 novembre 2026 15:00"),
        ({"days": 365}, "en", "Monday 17 November 2025 15:00"),
    ],
)
def test_when_has_the_weekday_and_further_back_the_date(ago, language, words):
    with translation.override(language):
        assert when_in_words(NOW - timedelta(**ago), NOW) == words


def told(lead):
    lines = history_of(lead, lead.dealership.tz, now=timezone.now())
    return [
        (line["who"], str(line["kind"]), [(str(each["label"]), each["was"], each["now"]) for each in line["changes"]])
        for line in lines
    ]


@pytest.mark.django_db
def test_it_tells_of_people_and_not_of_numbers(civic, boss):
    first, second = make_lead(civic), make_lead(civic)
    boss.move(second, before=first)  # both had the order 0
    boss.move(Lead.objects.get(pk=second.pk), status="COMPLETED")
    with translation.override("en"):
        assert told(second) == [
            ("Nadia Berrada", "changed", [("status", "New", "Completed")]),
            ("Nadia Berrada", "moved", []),
            ("test", "created", []),
        ]
        assert told(first) == [("test", "created", [])]
