"""What staff do to several leads in one act has a common `batch`; what they do to one has none, through whichever call."""

import pytest

from conftest import make_lead
from leads.analytics.folding import is_human, told
from leads.board.tests.boards import Board
from leads.conflicts import made_room
from leads.feed import events_after, number_events
from leads.models import EventKind, LeadEvent
from leads.outbox.quiet import told_of
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff

LEADS = "/admin/leads/lead/"


@pytest.fixture
def boss(casa):
    Dealership.objects.update(language="en")
    return Board(make_staff(casa, Role.MANAGER, first_name="Nadia"))


def in_the_list(action, **more):
    def act(boss, leads):
        data = {"action": action, "_selected_action": [lead.pk for lead in leads], "index": 0, **more}
        return boss.client.post(f"{LEADS}?archived=any", data)

    return act


def on_the_board(do, **value):
    return lambda boss, leads: boss.post("many", leads=leads, do=do, **({"value": value} if value else {}))


def taken_back(boss, leads):
    """The undo of a change, whose own events are not looked at."""
    answer = boss.post("many", leads=leads, do="archive").json()
    LeadEvent.objects.filter(kind=EventKind.ARCHIVED).delete()
    return boss.undo(answer)


DOORS = {
    "the board's status": on_the_board("change", status="COMPLETED"),
    "the board's tag": on_the_board("change", tag="Hot"),
    "the board's archive": on_the_board("archive"),
    "the board's undo": taken_back,
    "the list's status": in_the_list("mark_completed"),
    "the list's archive": in_the_list("archive"),
    "the list's deletion": in_the_list("delete_selected", post="yes"),
}


def events(dealership):
    """[Event] of all but creations."""
    number_events(dealership)
    return [each for each in told(events_after(dealership, 0)) if each.kind != EventKind.CREATED]


@pytest.mark.parametrize("act", DOORS.values(), ids=DOORS)
def test_several_share_a_batch_and_are_no_persons_care_for_one(casa, civic, boss, act):
    act(boss, [make_lead(civic) for _ in range(3)])
    found = events(casa)
    assert len(found) == 3 and len({each.batch for each in found}) == 1
    assert found[0].batch and not any(map(is_human, found))


@pytest.mark.parametrize("act", DOORS.values(), ids=DOORS)
def test_a_single_one_has_none_and_is(casa, civic, boss, act):
    lead, _other = make_lead(civic), make_lead(civic)
    act(boss, [lead])
    [found] = events(casa)
    assert (found.batch, is_human(found)) == (None, True)


def test_one_lead_that_is_named_twice_is_a_single_one(casa, civic, boss):
    lead = make_lead(civic)
    boss.post("many", leads=[lead, lead], do="change", value={"status": "COMPLETED"})
    [found] = events(casa)
    assert (found.batch, is_human(found)) == (None, True)


def test_a_drop_is_a_persons_though_neighbours_made_room(casa, civic, boss):
    above, below = (make_lead(civic, status="COMPLETED") for _ in range(2))  # both at 0: there is no number between
    dropped = make_lead(civic)
    assert boss.move(dropped, status="COMPLETED", after=above, before=below).status_code == 200
    found = {each.lead_id: each for each in events(casa)}
    own = found.pop(dropped.pk)
    assert own.batch == own.id and is_human(own)
    assert found and {(each.kind, each.batch, is_human(each)) for each in found.values()} == {
        (EventKind.MOVED, own.id, False)
    }


def test_a_shared_batch_is_no_making_room_and_is_not_quiet(casa, civic, boss):
    leads = [make_lead(civic) for _ in range(2)]
    boss.post("many", leads=leads, do="change", value={"status": "COMPLETED"})
    changed = LeadEvent.objects.of(casa).filter(kind=EventKind.CHANGED).annotate(room=made_room())
    assert [event.room for event in changed] == [False, False]
    assert len(told_of(casa, changed)) == 2


def test_who_would_move_a_lead_is_told_of_a_change_of_several(casa, civic, boss):
    leads = [make_lead(civic) for _ in range(2)]
    omar = Board(make_staff(casa, first_name="Omar"))
    boss.post("many", leads=leads, do="change", value={"status": "COMPLETED"})
    refused = omar.move(leads[0], status="NOT_NEEDED", end="top")
    assert refused.status_code == 409 and "Nadia" in refused.content.decode()


def test_history_and_feed_show_it(api, civic, boss):
    leads = [make_lead(civic) for _ in range(2)]
    boss.post("many", leads=leads, do="archive")
    entries = [api.get(f"/leads/{lead.pk}/history").json()[0] for lead in leads]
    feed = [event["data"] for event in api.get("/events").json() if event["type"] == "lead.archived"]
    assert len({each["batch"] for each in [*entries, *feed]}) == 1 and len(feed) == 2
