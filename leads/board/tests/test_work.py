"""Whose a lead is and until when, on the board: what cards, columns and filters say of it (contract W14)."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cars.actions import change_car
from conftest import TESTER, make_car, make_lead
from leads.board import columns
from leads.board.cards import initials
from leads.models import Lead
from leads.work.actions import note_contact, plan_work
from leads.work.models import Work
from steerleads.dealers.hours.models import Hours

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)  # a Wednesday; the same in Casablanca by then


@pytest.fixture
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def plan(lead, **changes):
    return plan_work(lead.dealership, lead.pk, changes, actor=TESTER)


def badges(card):
    """[(kinds, words), …]"""
    found = re.findall(r'class="board-badge ([^"]*)"[^>]*>([^<]*)<', card)
    return [(kind, words.replace("\xa0", " ")) for kind, words in found]


def badges_of(board, lead):
    return badges(board.cards(lead)[str(lead.pk)])


# --- Cards -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "kind", "words"),
    [
        ({"due_at": NOON - timedelta(minutes=20)}, "is-overdue", "Overdue 20 min"),
        ({"due_at": NOON - timedelta(hours=3)}, "is-overdue", "Overdue 3 h"),
        ({"due_at": NOON - timedelta(days=2)}, "is-overdue", "Overdue 2 d"),
        ({"due_on": NOON.date() - timedelta(days=1)}, "is-overdue", "Overdue 1 d"),
        ({"due_on": NOON.date()}, "is-today", "Today"),
        ({"due_at": NOON + timedelta(hours=1)}, "is-today", "Today 13:00"),
        ({"due_at": NOON + timedelta(days=1)}, "is-planned", "Tomorrow 12:00"),
        ({"due_on": NOON.date() + timedelta(days=3)}, "is-planned", "Sat 5 Dec."),
        ({"due_on": NOON.date() + timedelta(days=90)}, "is-planned", "2 March 2027"),
    ],
)
def test_a_card_says_when_it_is_due_in_words_and_colour(seller, civic, noon, due, kind, words):
    lead = make_lead(civic, status="COMPLETED")
    plan(lead, **due)
    assert badges_of(seller, lead) == [(kind, words)]


def test_a_due_lead_is_news_when_its_words_are_others(seller, lead, noon, monkeypatch):
    plan(lead, due_at=NOON + timedelta(hours=1))
    marks = set()
    for minutes in (0, 59, 61, 62, 120, 60 * 13, 60 * 37):
        monkeypatch.setattr(timezone, "now", lambda minutes=minutes: NOON + timedelta(minutes=minutes))
        marks.add(seller.state().json()["columns"]["NEW"]["cards"][0][1].split(".", 4)[4].split(".")[0])
    assert marks == {"0", "1min", "2min", "1h", "1d", "2d"}


def test_a_card_counts_down_to_the_first_answer_until_somebody_acts(casa, seller, civic, noon):
    Hours.objects.create(dealership=casa, target_seconds=3600)
    lead = make_lead(civic)
    Lead.objects.update(created_at=NOON - timedelta(minutes=48))
    assert badges_of(seller, lead) == [("is-answer", "answer in 12 min")]
    by = int((NOON + timedelta(minutes=12)).timestamp() * 1000)
    assert f'data-answer-by="{by}"' in seller.cards(lead)[str(lead.pk)]
    shown = seller.state()
    seller.post("contact", lead=lead, via="call", outcome="no_answer")
    assert badges_of(seller, lead) == []
    assert seller.state(if_none_match=shown["ETag"]).status_code == 200


def test_when_the_target_is_used_up_it_says_late_and_then_for_how_many_days(casa, seller, civic, noon):
    lead = make_lead(civic)
    for created, untouched in ((timedelta(hours=3), False), (timedelta(days=3), True)):
        Lead.objects.update(created_at=NOON - created)
        card = seller.cards(lead)[str(lead.pk)]
        assert badges(card) == [("is-late", "answer late")]
        assert ("untouched 3 d" in card) is untouched
    note_contact(casa, lead.pk, via="visit", outcome="reached", actor=TESTER)  # a program's: nobody of the staff
    assert badges_of(seller, lead) == [("is-late", "answer late")]
    seller.post("contact", lead=lead, via="visit", outcome="reached")
    assert badges_of(seller, lead) == [] and "untouched" not in seller.cards(lead)[str(lead.pk)]


def test_the_one_look_for_all_that_are_late_agrees_with_each_leads_own_deadline(casa, seller, civic, noon):
    """Over nights, a Sunday and the next opening."""
    from leads.work.showing import Shown

    shown = Shown(casa, NOON)
    for hours in range(0, 24 * 8):
        created = NOON - timedelta(hours=hours, minutes=7)
        late = int(created.timestamp()) <= shown.late_since
        assert late is (shown.respond_by(created) < NOON), hours


def test_initials_are_on_the_card_and_the_name_for_who_asks(seller, boss, lead):
    plan(lead, assignee=seller.user.membership.pk)
    mine, theirs = (board.cards(lead)[str(lead.pk)] for board in (seller, boss))
    assert ">AT</bdi>" in mine and 'title="Yours: Amina Tazi" ' not in theirs
    assert 'aria-label="Yours: Amina Tazi"' in mine and 'data-value="me"' in mine
    assert 'aria-label="Has it: Amina Tazi" title="Has it: Amina Tazi"' in theirs
    assert 'data-act="claim"' not in mine and 'data-act="claim"' not in theirs


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sara Alami", "SA"),
        ("sara@casa.example", "S"),
        ("Jean-Luc de la Tour", "JT"),
        ("سارة العلمي", "س\u200cا"),
        ("Élodie", "É"),
        ("(–)", "("),
        ("", "?"),
    ],
)
def test_initials(name, shown):
    assert initials(name) == shown


def test_a_column_says_how_many_are_overdue(seller, civic, noon):
    leads = [make_lead(civic, tag=tag) for tag in ("Hot", "Hot", None, None)]
    for lead, days in zip(leads, (-1, -5, -2, 1), strict=True):
        plan(lead, due_on=NOON.date() + timedelta(days=days))
    assert seller.state().json()["columns"]["NEW"]["overdue"] == "3 overdue"
    assert seller.state("tag=Hot").json()["columns"]["NEW"]["overdue"] == "2 overdue"
    assert seller.state().json()["columns"]["COMPLETED"]["overdue"] == ""
    assert seller.page().count(">3 overdue<") == 2  # and on a phone's tab


# --- Filters and the sort ----------------------------------------------------------------------------


def test_chips_narrow_the_board_and_me_is_whoever_reads(seller, boss, civic, noon):
    for action, board, days in (("A", seller, 0), ("B", seller, -1), ("C", boss, 0), ("D", None, 3)):
        lead = make_lead(civic, action=action)
        who = {"assignee": board.user.membership.pk} if board else {}
        plan(lead, due_on=NOON.date() + timedelta(days=days), **who)
    make_lead(civic, action="E")
    found = {
        "assignee=me": ["A", "B"],
        "assignee=none": ["D", "E"],
        "due=overdue": ["B"],
        "due=today": ["A", "C"],
        "assignee=me&due=today": ["A"],
        f"assignee={boss.user.membership.pk}": ["C"],
        "assignee=01890000-0000-7000-8000-000000000000": [],
        "assignee=nonsense&due=nonsense": ["A", "B", "C", "D", "E"],
        "assignee=me&q=nobody": [],
        "assignee=me&q=call&sort=due": [],
    }
    for query, actions in found.items():
        assert seller.shown(query)["NEW"] == actions, query
        assert len(seller.ids("NEW", query)) == len(actions)
    assert boss.shown("assignee=me")["NEW"] == ["C"]


def test_sorted_by_due_those_without_come_last(seller, civic, noon):
    for action, days in (("A", None), ("B", 2), ("C", -1), ("D", None), ("E", 0)):
        lead = make_lead(civic, action=action)
        if days is not None:
            plan(lead, due_on=NOON.date() + timedelta(days=days))
    assert seller.shown("sort=due")["NEW"] == ["C", "E", "B", "A", "D"]
    found = [lead.action for lead in Lead.objects.in_bulk(seller.ids("NEW", "sort=due&q=sara")).values()]
    assert sorted(found) == ["A", "B", "C", "D", "E"]
    assert seller.ids("NEW", "sort=due&q=sara") == seller.ids("NEW", "sort=due")
    assert len(seller.ids("NEW", "sort=due&NEW=4")) == 4


def test_the_export_is_of_what_the_chips_show(boss, seller, civic):
    mine, _other = make_lead(civic, action="Mine"), make_lead(civic, action="Other")
    plan(mine, assignee=boss.user.membership.pk, due_on=NOON.date() - timedelta(days=900))
    for query in ("assignee=me", "due=overdue", f"assignee={boss.user.membership.pk}&due=overdue"):
        answer = boss.client.post(f"/admin/leads/board/export/?{query}", {"format": "csv"})
        text = b"".join(answer.streaming_content).decode()
        assert "Mine" in text and "Other" not in text, query


# --- Claim and Contacted -----------------------------------------------------------------------------


def test_a_claim_is_told_and_can_be_undone(seller, lead):
    answer = seller.post("claim", lead=lead).json()
    assert Work.objects.get().assignee == seller.user.membership.pk
    assert 'aria-label="Yours: Amina Tazi"' in answer["cards"][str(lead.pk)]
    assert seller.undo(answer).json() == {"done": [{"lead": str(lead.pk), "work": 2}], "left": 0}
    assert Work.objects.get().assignee is None


def test_a_claim_of_a_lead_that_somebody_has_says_who(seller, boss, lead):
    boss.post("claim", lead=lead)
    answer = seller.post("claim", lead=lead)
    assert (answer.status_code, answer.json()["message"]) == (409, "Nadia Berrada has this lead already.")


def test_a_claim_that_a_colleague_has_changed_stays(seller, boss, lead):
    answer = seller.post("claim", lead=lead).json()
    plan(lead, next_step="Call")
    undone = seller.undo(answer)
    assert undone.status_code == 409 and undone.json()["message"].startswith("A colleague changed meanwhile")
    # But what the person did since is no colleague's.
    assert seller.undo(answer, mine=[2]).status_code == 200
    assert Work.objects.get().assignee is None


def test_a_contact_is_in_the_history_with_who_had_it(api, seller, lead):
    answer = seller.post("contact", lead=lead, via="whatsapp", outcome="reached")
    assert answer.status_code == 200 and "back" not in answer.json()
    [event, *_created] = api.get(f"/leads/{lead.pk}/history").json()
    assert (event["kind"], event["actor"]["name"]) == ("lead.contacted", "Amina Tazi")
    assert event["changes"]["via"]["to"] == "whatsapp"
    for wrong in ({"via": "pigeon"}, {"outcome": None}, {"lead": "nonsense"}):
        assert seller.post("contact", **{"lead": lead, "via": "call", "outcome": "reached", **wrong}).status_code == 400


def test_who_is_not_on_the_staff_can_take_nothing(casa, lead):
    from leads.board.tests.boards import Board
    from steerleads.dealers.tests.people import make_staff

    root = Board(make_staff(None, None))
    answer = root.post("claim", lead=lead)
    assert answer.status_code == 403 and "not on the staff" in answer.json()["message"]
    assert 'data-act="claim"' not in root.page() and 'data-value="me"' not in root.page()
    assert root.shown("assignee=me")["NEW"] == []


# --- What a column is worth ---------------------------------------------------------------------------


def test_a_column_says_what_its_leads_cars_cost_together(seller, casa, civic, monkeypatch):
    dear, cheap = make_car(casa, price="1234567.60"), make_car(casa, price="500")
    for car, tag in ((dear, "Hot"), (dear, None), (cheap, None), (civic, "Hot")):
        make_lead(car, tag=tag)
    make_lead(civic, status="COMPLETED")
    shown = {query: worth(seller, query) for query in ("", "tag=Hot", "q=sara", "assignee=me")}
    assert shown == {"": ["2 469 635 DH", ""], "tag=Hot": ["1 234 568 DH", ""], "q=sara": ["2 469 635 DH", ""]} | {
        "assignee=me": ["", ""]
    }
    assert ">2,469,635 DH</span>" in seller.page()
    change_car(casa, cheap.pk, {"price": Decimal("1500")})
    assert worth(seller, "") == ["2 470 635 DH", ""]
    monkeypatch.setattr(columns, "MOST_COUNTED", 2)
    assert seller.state("NEW=2").json()["columns"]["NEW"]["worth"] == ""  # of more than are counted, nothing is summed


def worth(board, query):
    found = board.state(query).json()["columns"]
    return [found[status]["worth"].replace(",", " ") for status in ("NEW", "COMPLETED")]
