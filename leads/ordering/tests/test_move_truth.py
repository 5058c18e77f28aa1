"""A move of a lead that others changed meanwhile: theirs is told, not undone, and what does not matter is not told."""

import pytest

from conftest import TESTER, make_lead
from leads import actions
from leads.actions import archive_lead, change_lead, reorder_leads, restore_lead
from leads.errors import ColumnBusy, LeadMovedMeanwhile
from leads.models import EventKind, Lead, LeadEvent
from leads.ordering.tests.moves import OMAR, column, move, orders

COLLEAGUES = {
    # What was done to a lead since a person saw it, and as what it is told to them if they move it.
    "its texts": ([lambda lead: change_lead(lead.dealership, lead.pk, {"note": "x", "tag": "y"}, actor=OMAR)], None),
    "its contact": ([lambda lead: change_lead(lead.dealership, lead.pk, {"target_name": "x"}, actor=OMAR)], None),
    "its order": ([lambda lead: change_lead(lead.dealership, lead.pk, {"order": 9}, actor=OMAR)], EventKind.MOVED),
    "a reorder": (
        [lambda lead: reorder_leads(lead.dealership, lead.car_id, {lead.pk: 9}, actor=OMAR)],
        EventKind.MOVED,
    ),
    "a move": ([lambda lead: move(lead, "NEW", end="bottom", actor=OMAR)], EventKind.MOVED),
    "a move by the same person": ([lambda lead: move(lead, end="bottom", actor=OMAR)], EventKind.MOVED),
    "its status": ([lambda lead: move(lead, "COMPLETED", actor=OMAR)], EventKind.CHANGED),
    "its status and texts": (
        [lambda lead: change_lead(lead.dealership, lead.pk, {"status": "COMPLETED", "note": "x"}, actor=OMAR)],
        EventKind.CHANGED,
    ),
    "making room": ([lambda lead: _make_room(lead)], None),
    "a move, then making room and texts": (
        [
            lambda lead: change_lead(lead.dealership, lead.pk, {"order": -1}, actor=OMAR),
            lambda lead: _make_room(lead),
            lambda lead: change_lead(lead.dealership, lead.pk, {"note": "x"}, actor=TESTER),
        ],
        EventKind.MOVED,
    ),
    "archived": ([lambda lead: archive_lead(lead.dealership, lead.pk, actor=OMAR)], EventKind.ARCHIVED),
    "archived and restored": (
        [
            lambda lead: archive_lead(lead.dealership, lead.pk, actor=OMAR),
            lambda lead: restore_lead(lead.dealership, lead.pk, actor=OMAR),
        ],
        EventKind.RESTORED,
    ),
}


def _make_room(lead):
    """Somebody puts another lead in front of it, where there is no number left, and many are in front of that."""
    [order], version = orders([lead]), Lead.objects.get(pk=lead.pk).version
    moved = make_lead(lead.car, order=order + 10)
    for _ in range(4):
        make_lead(lead.car, order=order - 1)
    move(moved, before=lead)
    assert Lead.objects.get(pk=lead.pk).version == version + 1


@pytest.mark.parametrize(("done", "told"), COLLEAGUES.values(), ids=COLLEAGUES)
def test_what_a_colleague_did_is_told_and_what_does_not_matter_is_not(civic, done, told):
    other = make_lead(civic, status="NOT_NEEDED")
    lead = make_lead(civic)
    make_lead(civic)
    for act in done:
        act(lead)
    if told is None:
        moved = move(lead, "NOT_NEEDED", before=other, version=lead.version)
        assert column(civic.dealership, "NOT_NEEDED") == [lead, other]
        assert moved.version == LeadEvent.objects.filter(lead_id=lead.pk).count()
        return
    was = Lead.objects.values().get(pk=lead.pk)
    with pytest.raises(LeadMovedMeanwhile) as refused:
        move(lead, "NOT_NEEDED", before=other, version=lead.version)
    assert (refused.value.actor_name, refused.value.kind) == ("Omar", told)
    assert (refused.value.status, refused.value.code, refused.value.type) == (409, "LEAD_MOVED", "conflict")
    assert Lead.objects.values().get(pk=lead.pk) == was


def test_texts_changed_meanwhile_are_kept(civic, lead):
    change_lead(lead.dealership, lead.pk, {"note": "x"}, actor=OMAR)
    moved = move(lead, "COMPLETED", version=1)
    assert (moved.note, moved.status, moved.version) == ("x", "COMPLETED", 3)


def test_what_was_there_to_be_seen_is_no_conflict(lead):
    change_lead(lead.dealership, lead.pk, {"order": 9}, actor=OMAR)
    assert move(lead, "COMPLETED", version=2).status == "COMPLETED"


def test_without_a_version_the_last_move_wins(lead):
    change_lead(lead.dealership, lead.pk, {"order": 9}, actor=OMAR)
    assert move(lead, "COMPLETED").status == "COMPLETED"


@pytest.mark.parametrize("version", [None, 1, 2])
def test_an_archived_lead_is_not_moved(lead, version):
    archive_lead(lead.dealership, lead.pk, actor=OMAR)
    with pytest.raises(LeadMovedMeanwhile) as refused:
        move(lead, "COMPLETED", version=version)
    assert (refused.value.actor_name, refused.value.kind) == ("Omar", EventKind.ARCHIVED)


def test_where_every_plan_is_overtaken_nothing_is_written(lead, monkeypatch):
    plan = actions.plan_move

    def outdated(*arguments):
        found = plan(*arguments)
        return type(found)(found.orders, dict.fromkeys(found.seen))

    monkeypatch.setattr(actions, "plan_move", outdated)
    with pytest.raises(ColumnBusy):
        move(lead, "COMPLETED")
    assert Lead.objects.get(pk=lead.pk).version == 1
