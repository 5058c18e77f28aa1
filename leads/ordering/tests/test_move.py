"""Moving a lead to a place (the board's verb): where it is then, what is written, and in how many statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import TESTER, make_car, make_lead
from leads import timeline
from leads.actions import archive_lead, move_lead, reorder_leads
from leads.errors import LeadNotFound, UnauthorizedLeadAccess
from leads.models import EventKind, Lead
from leads.ordering.placing import LEAST, MOST, Place
from leads.ordering.tests.moves import OMAR, column, move, newest, orders
from steerleads.api.errors import ValidationFailed
from steerleads.db.ids import new_id

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@pytest.fixture
def abc(civic):
    """Three cards at 0, 1024 and 2048."""
    return [make_lead(civic, order=1024 * n) for n in range(3)]


@pytest.fixture
def tied(civic):
    """Three cards, all at 0."""
    return [make_lead(civic) for _ in range(3)]


# --- The place ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "before", "end", "expected"),
    [
        ("b", None, "top", "abxc"),
        ("b", "a", "top", "abxc"),
        (None, "b", "bottom", "axbc"),
        ("done", "b", "bottom", "axbc"),
        ("archived", "done", "top", "xabc"),
        ("nobody", "nobody", "bottom", "abcx"),
        ("x", "x", "top", "xabc"),
        (None, None, "top", "xabc"),
        (None, None, None, "abcx"),
        ("c", None, "top", "abcx"),
        (None, "a", "bottom", "xabc"),
    ],
)
@pytest.mark.parametrize("status", ["NEW", "NOT_NEEDED"])
def test_a_place_is_told_by_neighbours_and_else_by_an_end(civic, abc, after, before, end, expected, status):
    named = dict(zip("abc", abc, strict=True)) | {"x": make_lead(civic, status=status, order=5)}
    named |= {
        "done": make_lead(civic, status="COMPLETED"),
        "archived": make_lead(civic),
        "nobody": new_id(),
        None: None,
    }
    archive_lead(civic.dealership, named["archived"].pk, actor=TESTER)
    move(named["x"], after=named[after], before=named[before], end=end)
    assert column(civic.dealership) == [named[name] for name in expected]


def test_a_lead_between_two_gets_the_middle_and_nobody_else_is_written(civic, abc):
    lead = make_lead(civic, status="COMPLETED", order=9000)
    moved = move(lead, after=abc[0], before=abc[1], actor=OMAR)
    assert (moved.status, moved.order, moved.version) == ("NEW", 512, 2)
    assert [Lead.objects.get(pk=other.pk).version for other in abc] == [1, 1, 1]
    event = newest(lead)
    assert (event.kind, event.actor_name, event.batch) == (EventKind.CHANGED, "Omar", None)
    assert event.changes == {"status": {"from": "COMPLETED", "to": "NEW"}, "order": {"from": 9000, "to": 512}}


def test_a_number_that_fits_already_is_kept(civic, abc):
    lead = make_lead(civic, status="COMPLETED", order=7)
    assert move(lead, after=abc[0]).order == 7
    assert newest(lead).changes.keys() == {"status"}


def test_within_a_column_it_is_a_move(abc):
    assert move(abc[2], end="top").order == -1024
    assert (newest(abc[2]).kind, newest(abc[2]).changes) == (EventKind.MOVED, {"order": {"from": 2048, "to": -1024}})


@pytest.mark.parametrize("where", [{"after": 0}, {"before": 2}, {"after": 0, "before": 2}])
def test_the_same_place_leaves_no_trace(abc, where):
    lead = move(abc[1], **{name: abc[index] for name, index in where.items()})
    assert (lead.order, lead.version, lead.updated_at) == (1024, 1, abc[1].updated_at)
    assert newest(lead).kind == EventKind.CREATED


def test_a_column_of_none_takes_any_number(lead):
    assert move(lead, "COMPLETED", end="top").order == 0


@pytest.mark.parametrize(("others", "end", "expected"), [([5, MOST], "bottom", 2053), ([LEAST, 5], "top", -2043)])
def test_where_the_numbers_end_neighbours_move_away(civic, others, end, expected):
    first, lead, last = (make_lead(civic, order=order) for order in (others[0], 0, others[1]))
    assert move(lead, end=end).order == expected
    assert column(civic.dealership) == ([first, last, lead] if end == "bottom" else [lead, first, last])


# --- Neighbours that make room -----------------------------------------------------------------


def test_neighbours_make_room_in_the_moves_own_batch(api, tied):
    first, second, third = tied
    move(third, after=first, actor=OMAR)
    assert column(first.dealership) == [first, third, second]
    assert orders([first, third, second]) in ([-2048, -1024, 0], [0, 1024, 2048])
    made_room = first if orders([first]) != [0] else second
    assert newest(made_room).batch == newest(third).batch == newest(third).pk
    assert (newest(made_room).kind, newest(made_room).actor_name) == (EventKind.MOVED, "Omar")
    assert api.get(f"/leads/{made_room.pk}/history").json()[0]["batch"] == str(newest(third).pk)


def test_a_lead_that_keeps_its_number_beside_neighbours_has_moved_all_the_same(api, civic):
    first, second = make_lead(civic, order=1000), make_lead(civic, order=1000)
    lead = make_lead(civic, order=2024)
    assert move(lead, after=first).version == 2
    assert orders(column(civic.dealership)) == [1000, 2024, 3048]
    assert column(civic.dealership) == [first, lead, second]
    [told, _] = api.get(f"/leads/{lead.pk}/history").json()
    assert (told["kind"], told["changes"], told["batch"]) == ("lead.moved", {}, str(newest(second).batch))


def test_the_history_in_words_says_who_only_made_room(tied, django_assert_num_queries):
    first, second, third = tied
    move(third, after=first)
    made_room = first if orders([first]) != [0] else second
    reorder_leads(first.dealership, first.car_id, {made_room.pk: 7, third.pk: 8}, actor=TESTER)
    for lead, words in (
        (made_room, ["moved", "made room for another lead", "created"]),
        (third, ["moved"] * 2 + ["created"]),
    ):
        with django_assert_num_queries(1):
            assert [line["kind"] for line in timeline.lines(timeline.events_of(lead), lead.dealership.tz)] == words


def test_a_board_of_one_car_writes_only_its_leads(casa, tied):
    theirs = [make_lead(make_car(casa)) for _ in range(5)]
    move(tied[2], after=tied[0], car_id=tied[0].car_id)
    assert column(casa, car_id=tied[0].car_id) == [tied[0], tied[2], tied[1]]
    assert {(lead.order, lead.version) for lead in Lead.objects.filter(pk__in=[lead.pk for lead in theirs])} == {(0, 1)}


def test_a_lead_of_another_car_is_no_neighbour_on_a_cars_board(casa, abc):
    other = make_lead(make_car(casa), order=1500)
    move(abc[0], after=other, before=abc[2], end="top", car_id=abc[0].car_id)
    assert column(casa, car_id=abc[0].car_id) == [abc[1], abc[0], abc[2]]
    move(abc[0], after=other, car_id=abc[0].car_id)
    assert column(casa, car_id=abc[0].car_id) == [abc[1], abc[2], abc[0]]


def test_a_lead_of_another_car_is_not_on_its_board(casa, lead):
    with pytest.raises(ValidationFailed, match="another vehicle"):
        move(lead, car_id=make_car(casa).pk)


def test_unknown_and_foreign_leads(casa, atlas, lead):
    with pytest.raises(LeadNotFound):
        move_lead(casa, new_id(), Place("NEW"), actor=TESTER)
    with pytest.raises(UnauthorizedLeadAccess):
        move_lead(atlas, lead.pk, Place("NEW"), actor=TESTER)


def test_a_foreign_lead_is_no_neighbour(atlas, abc):
    foreign = make_lead(make_car(atlas))
    move(abc[0], after=foreign, end="bottom")
    assert column(abc[0].dealership) == [abc[1], abc[2], abc[0]]


# --- Statements --------------------------------------------------------------------------------


def statements(act):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return [query["sql"] for query in captured if not query["sql"].startswith(CONTROL)]


@pytest.mark.parametrize("where", ["after", "before", "top", "bottom"])
@pytest.mark.parametrize("cards", [20, 500])
def test_a_move_takes_six_statements_however_long_the_column(civic, cards, where):
    """Lock the order; the lead and those named, the nearest card; lock the lead; update it, insert the event."""
    leads = [make_lead(civic, order=1024 * n) for n in range(cards)]
    lead, middle = make_lead(civic, status="COMPLETED", order=-1), leads[cards // 2]
    place = {where: middle} if where in ("after", "before") else {"end": where}
    dealership = lead.dealership
    place = Place("NEW", **{name: getattr(value, "pk", value) for name, value in place.items()})
    assert len(statements(lambda: move_lead(dealership, lead.pk, place, actor=TESTER, version=1))) == 6


@pytest.mark.parametrize("cards", [20, 500])
def test_making_room_takes_four_more(civic, cards):
    """The cards on both sides; update the neighbours, insert their events."""
    leads = [make_lead(civic, order=1024 * n) for n in range(cards)]
    pocket = [make_lead(civic, order=5 * 1024 + 7) for _ in range(3)]
    lead, dealership = make_lead(civic, status="COMPLETED"), civic.dealership
    place = Place("NEW", after=pocket[0].pk)
    assert len(statements(lambda: move_lead(dealership, lead.pk, place, actor=TESTER, version=1))) == 10
    assert column(dealership) == [*leads[:6], pocket[0], lead, *pocket[1:], *leads[6:]]
