"""The board's page: which cards it shows, what stands on them, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from conftest import make_car, make_lead
from leads.board.cards import mark_of
from leads.board.columns import PAGE, Column
from leads.board.tests.boards import COLUMNS, PATH, Board
from leads.board.times import Times, age_in_words
from leads.models import Lead, Status
from steerleads.dealers.models import Dealership
from steerleads.dealers.tests.people import browser, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.on_one_database]


def test_each_status_is_a_column_in_the_workflows_order(seller, civic):
    for status in COLUMNS:
        make_lead(civic, action=f"An action {status}", status=status)
    assert list(seller.shown().items()) == [(status, [f"An action {status}"]) for status in COLUMNS]


def test_the_order_is_the_apis(api, seller, civic):
    for number in (3, 1, 2, 1, 1):
        make_lead(civic, order=number)
    assert seller.ids("NEW") == [lead["id"] for lead in api.get("/leads?status=NEW").json()]


def test_archived_leads_are_not_on_the_board(api, seller, lead):
    api.post(f"/leads/{lead.pk}/archive")
    assert seller.shown()["NEW"] == [] and seller.cards(lead) == {}


def test_a_card_shows_what_matters(seller, casa):
    car = make_car(casa, make="Dacia", model="Logan", overview_year=2020, location="Salé")
    lead = make_lead(car, action="Prepare papers", target_name="أحمد", tag="Hot", note="Wants <b>white</b>")
    card = seller.cards(lead)[str(lead.pk)]
    for text in (
        "Prepare papers",
        "<bdi data-text>أحمد</bdi>",
        "<bdi>Dacia Logan 2020</bdi>",
        "<bdi>Salé</bdi>",
        "<bdi>Hot</bdi>",
    ):
        assert text in card
    assert "Wants &lt;b&gt;white&lt;/b&gt;" in card and "0 minutes" in card.replace("\xa0", " ")


def test_a_card_calls_writes_and_mails_with_one_tap(seller, civic):
    card = seller.cards(lead := make_lead(civic, target_info="06 00 12 34 56, sara@mail.ma"))[str(lead.pk)]
    for href in ("tel:+212600123456", "https://wa.me/212600123456", "mailto:sara@mail.ma"):
        assert f'href="{href}"' in card


def test_without_a_certain_link_the_text_is_shown(seller, civic):
    lead = make_lead(civic, target_info="ask at the desk")
    assert "ask at the desk" in seller.cards(lead)[str(lead.pk)]


@pytest.mark.parametrize(
    "query, found",
    [
        ("q=elodie", ["Élodie's"]),
        ("q=0600-990011", ["Élodie's"]),
        ("tag=hot", ["Tagged"]),
        ("tag=HOT&q=tagg", ["Tagged"]),
        ("tag=Cold", []),
        ("q=%E2%80%AAelodie%E2%80%AC", ["Élodie's"]),  # in the marks of whatever it was copied from
        ("q=+", ["Élodie's", "Tagged", "Other"]),
    ],
)
def test_filters_are_in_the_address(seller, civic, query, found):
    make_lead(civic, action="Élodie's", target_info="+212-600-990011")
    make_lead(civic, action="Tagged", tag="Hot")
    make_lead(civic, action="Other")
    assert seller.shown(query)["NEW"] == found
    assert len(seller.ids("NEW", query)) == len(found)


def test_the_board_of_one_car(seller, casa, lead):
    logan = make_car(casa, make="Dacia", model="Logan")
    make_lead(logan, action="For the Logan")
    assert seller.shown(f"car={logan.pk}")["NEW"] == ["For the Logan"]
    assert "Dacia Logan 2021" in seller.page(f"car={logan.pk}")


@pytest.mark.parametrize("query", ["", "tag=hot", "q=call"])
def test_a_view_can_be_sorted(seller, civic, query):
    for action, order in [("Call A", 2), ("Call B", 3), ("Call C", 1)]:
        make_lead(civic, action=action, order=order, tag="Hot")
    for sort, cards in [("", "CAB"), ("newest", "CBA"), ("waiting", "ABC"), ("nonsense", "CAB")]:
        assert seller.shown(f"{query}&sort={sort}")["NEW"] == [f"Call {card}" for card in cards]


def test_a_board_tells_of_the_newest_leads_of_a_week(seller, civic):
    old, *new = [make_lead(civic) for _ in range(3)]
    make_lead(civic, status="COMPLETED")
    Lead.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert [id for id, _at in seller.state().json()["fresh"]] == [str(lead.pk) for lead in reversed(new)]
    assert seller.state("q=call").json()["fresh"] == []


@pytest.mark.parametrize("car", ["nonsense", "01890000-0000-7000-8000-000000000000"])
def test_a_car_that_is_not_there(seller, car):
    assert seller.client.get(f"{PATH}?car={car}").status_code == 404


def test_a_foreign_car_is_not_there(seller, atlas):
    car = make_car(atlas)
    assert seller.client.get(f"{PATH}?car={car.pk}").status_code == 404


def test_columns_come_in_pages_with_true_counts(seller, civic):
    for number in range(PAGE + 3):
        make_lead(civic, action=f"Lead {number}", order=number)
    page = seller.page()
    assert len(seller.shown()["NEW"]) == PAGE
    assert f'data-total="{PAGE + 3}"' in page and f">{PAGE + 3}</span>" in page


def test_counts_are_grouped_as_the_language_does(casa, seller, monkeypatch):
    monkeypatch.setattr("leads.board.columns._walk", lambda *_asked: [Column(Status.NEW, [], 12345, 20_000)])
    assert ">12,345</span>" in seller.page()
    Dealership.objects.update(language="fr")
    assert ">12 345</span>" in seller.page().replace("\xa0", " ").replace("\u202f", " ")


def test_the_number_of_queries_is_constant(seller, civic):
    make_lead(civic, tag="Hot")
    few = queries(seller.page), queries(seller.state), queries(lambda: seller.cards(*Lead.objects.all()))
    for status in COLUMNS:
        for number in range(20):
            make_lead(civic, status=status, order=number, tag=f"Tag {number}")
    many = queries(seller.page), queries(seller.state), queries(lambda: seller.cards(*Lead.objects.all()[:PAGE]))
    # Session and person, with the place of work; then three columns and, for the page, its leads and tags; and what came last.
    # Before them, three looks at what was written since; three more columns are counted if all have more than is shown.
    # Of work: how many are overdue; and for the first answer, which were answered, and the dealership's hours (two).
    # And what the cars of the counted columns cost together.
    assert few == many == (16, 14, 7)
    for number in range(PAGE):
        make_lead(civic, order=number)
    assert queries(seller.state) == 15


def queries(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


# --- Age -----------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "created, words",
    [
        (datetime(2026, 11, 23, 9, 29, 40, tzinfo=UTC), "0 minutes"),
        (datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "25 minutes"),
        (datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "3 hours"),
        (datetime(2026, 11, 22, 22, 30, tzinfo=UTC), "1 day"),  # half past eleven in the evening in Lagos
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "10 hours"),  # the same day there
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "3 days"),
        (datetime(2026, 11, 20, 12, 0, 0, 999_999, tzinfo=UTC), "3 days"),
        (datetime(2026, 11, 9, 12, 0, tzinfo=UTC), "2 weeks"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "0 minutes"),  # a clock that was ahead
    ],
)
def test_age_is_told_by_the_dealerships_calendar(created, words):
    with timezone.override("Africa/Lagos"), translation.override("en"):
        # Lagos is at UTC+1, all year.
        assert age_in_words(created, NOW).replace("\xa0", " ") == words


def test_a_mark_changes_whenever_the_words_may():
    with timezone.override("Africa/Casablanca"):
        ages = [NOW - timedelta(minutes=minutes) for minutes in (0, 1, 59, 60, 119, 120, 700, 1500, 3000)]
        times = Times(Dealership(time_zone="Africa/Casablanca"), [], now=NOW)
        # 60 and 119 minutes are both an hour, 700 and 1500 both yesterday
        assert len({mark_of((1, 1, 1, created, None, None, None), times) for created in ages}) == 7
        versions = [(1, 1, None), (2, 1, None), (1, 2, None), (1, 1, 1), (1, 1, 2)]  # of the lead, its car, its work
        marks = {mark_of((1, lead, car, NOW, work, None, None), times) for lead, car, work in versions}
        assert len(marks) == len(versions)


# --- For whom ------------------------------------------------------------------------------------


def test_a_superuser_chooses_the_dealership(casa, atlas, lead):
    make_lead(make_car(atlas), action="Of Atlas")
    root = Board(make_staff(None, None))
    assert root.shown()["NEW"] == ["Of Atlas"]  # the first by name
    assert root.shown(f"dealership={casa.pk}")["NEW"] == [lead.action]
    assert f"state/?dealership={casa.pk}" in root.page(f"dealership={casa.pk}")


def test_nobody_else_chooses_a_dealership(seller, atlas, lead):
    make_lead(make_car(atlas), action="Of Atlas")
    assert seller.shown(f"dealership={atlas.pk}")["NEW"] == [lead.action]
    assert "Atlas" not in seller.page(f"dealership={atlas.pk}")


def test_a_superuser_before_the_first_dealership_comes_to_the_overview(db):
    root = browser(make_staff(None, None))
    assert root.get(PATH).url == "/admin/"
    assert root.get(f"{PATH}state/").status_code == 404


def test_somebody_without_a_dealership_sees_no_board(db):
    nobody = make_staff(None, "salesperson", email="nobody@example.com")
    assert browser(nobody).get(PATH).status_code == 403


def test_what_a_role_may_not_do_is_not_offered(seller, boss, lead):
    for control in ("data-bulk", "data-selecting", "data-select "):
        assert control in boss.page() and control not in seller.page()
    assert "data-add" in seller.page() and "data-handle" in seller.page()


@pytest.mark.parametrize(
    "language, direction, word", [("fr", "ltr", "Nouveau"), ("ar", "rtl", "جديد"), ("en", "ltr", "New")]
)
def test_the_board_speaks_the_dealerships_language(casa, seller, lead, language, direction, word):
    Dealership.objects.update(language=language)
    page = seller.page()
    assert f'lang="{language}" dir="{direction}"' in page and f">{word}</h2>" in page


def test_the_page_has_nothing_inline(seller, lead):
    page = seller.page()
    assert " style=" not in page and "onclick" not in page
    assert (
        page.count("<script")
        == page.count('<script src="/static/') + page.count('<script type="module" src="/static/') + 1
    )
    assert '<script id="board-settings" type="application/json">' in page
