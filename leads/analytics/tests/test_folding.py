"""What the events of one lead say of it, whoever did what in whichever order (contract-analytics A5 to A9)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.analytics.folding import Story, is_human, second_of
from leads.analytics.tests.histories import AT, BEGAN, COMMAND, IMPORT, KEY, OWN, SARA, history, told
from steerleads.db.ids import new_id

NEW = ("created", KEY, 0, {"status": "NEW"})
DONE = ("created", KEY, 0, {"status": "COMPLETED"})
BULK = {"batch": new_id()}


def done(seconds, actor=SARA, **how):
    return ("changed", actor, seconds, {"status": "COMPLETED", **how})


def not_needed(seconds, actor=SARA):
    return ("changed", actor, seconds, {"status": "NOT_NEEDED"})


def new(seconds, actor=SARA):
    return ("changed", actor, seconds, {"status": "NEW"})


def fact(*steps):
    return told(history(*steps)).fact


def test_a_new_lead_is_what_its_creation_says():
    events = history(NEW)
    made = told(events).fact
    assert (made.lead_id, made.car_id, made.source_type, made.source_name) == (
        events[0].lead_id,
        events[0].car_id,
        "api_key",
        "Website",
    )
    assert (made.status, made.born_status, made.created_at, made.archived, made.ever_decided) == (
        "NEW",
        "NEW",
        AT,
        False,
        False,
    )


# --- Human actions (A5) ---------------------------------------------------------------------------

HUMAN = {
    "a change": (("changed", SARA, 60), True),
    "archiving": (("archived", SARA, 60), True),
    "restoring": (("restored", SARA, 60), True),
    "a deletion": (("deleted", SARA, 60), True),
    "a drop for which neighbours made room": (("changed", SARA, 60, {"batch": OWN, "status": "COMPLETED"}), True),
    "a move": (("moved", SARA, 60), False),
    "making room for a neighbour": (("moved", SARA, 60, BULK), False),
    "a bulk change": (("changed", SARA, 60, BULK), False),
    "bulk archiving": (("archived", SARA, 60, BULK), False),
    "bulk deletion": (("deleted", SARA, 60, BULK), False),
    "a program's change": (("changed", KEY, 60), False),
    "a command's": (("archived", COMMAND, 60), False),
    "an import's": (("changed", IMPORT, 60, BULK), False),
}


@pytest.mark.parametrize(("step", "human"), HUMAN.values(), ids=HUMAN)
def test_a_human_action_is_what_a_person_does_to_this_lead_alone(step, human):
    events = history(NEW, step)
    made = told(events).fact
    first = (made.first_human_at, made.first_human_by, made.last_human_at, made.answer_seconds)
    assert is_human(events[1]) is human
    assert first == ((AT + 60, "staff:Sara Alami", AT + 60, 60) if human else (None, None, None, None))


def test_staff_who_type_a_lead_in_have_not_answered_it():
    assert fact(("created", SARA, 0, {"status": "NEW"})).first_human_at is None


def test_the_first_and_the_last_human_action_count():
    made = fact(
        NEW, ("changed", KEY, 5), ("changed", SARA, 60), ("archived", ("staff", "Omar"), 90), ("moved", SARA, 99)
    )
    assert (made.first_human_at, made.first_human_by, made.last_human_at) == (AT + 60, "staff:Sara Alami", AT + 90)


# --- Where it came from (A6) ----------------------------------------------------------------------

WAYS = [
    (KEY, "NEW", "asked"),
    (KEY, "COMPLETED", "bornClosed"),
    (KEY, "NOT_NEEDED", "bornClosed"),
    (SARA, "NEW", "byHand"),
    (SARA, "COMPLETED", "byHand"),
    (IMPORT, "NEW", "byImport"),
    (IMPORT, "COMPLETED", "byImport"),
    (COMMAND, "NEW", "byImport"),
]


@pytest.mark.parametrize(("actor", "status", "way"), WAYS)
def test_each_lead_came_in_one_way(actor, status, way):
    assert fact(("created", actor, 0, {"status": status})).way == way


# --- What became of it (A8, A9, A11) --------------------------------------------------------------

BECAME = {
    "nothing": ((), ("NEW", None, None, None, False, False)),
    "completed": ((done(60),), ("COMPLETED", 60, 60, "staff:Sara Alami", True, False)),
    "by a key": ((done(60, KEY),), ("COMPLETED", 60, 60, "api_key:Website", True, False)),
    "in bulk": ((done(60, batch=new_id()),), ("COMPLETED", 60, 60, "staff:Sara Alami", True, False)),
    "corrected": ((done(60), not_needed(90)), ("NOT_NEEDED", 60, 90, "staff:Sara Alami", True, False)),
    "reopened": ((done(60), new(90)), ("NEW", 60, None, None, True, True)),
    "completed again": ((done(60), new(90), done(99, KEY)), ("COMPLETED", 60, 99, "api_key:Website", True, True)),
    "not needed, reopened": ((not_needed(60), new(90)), ("NEW", None, None, None, True, True)),
    "archived and restored": ((("archived", SARA, 9), ("restored", SARA, 10)), ("NEW", None, None, None, False, False)),
    "moved": ((("moved", SARA, 9),), ("NEW", None, None, None, False, False)),
    "deleted": ((done(60), ("deleted", SARA, 99)), ("COMPLETED", 60, 60, "staff:Sara Alami", True, False)),
    "deleted as new": ((("deleted", SARA, 99),), ("NEW", None, None, None, False, False)),
}


@pytest.mark.parametrize(("steps", "expected"), BECAME.values(), ids=BECAME)
def test_a_lead_has_the_decision_that_was_last_made(steps, expected):
    made = fact(NEW, *steps)
    instants = (made.first_completed_at, made.decided_at)
    since = tuple(None if at is None else at - AT for at in instants)
    assert (made.status, *since, made.decided_by, made.ever_decided, made.reopened) == expected


def test_a_lead_that_was_made_completed_was_never_completed_by_a_change():
    made = fact(DONE)
    assert (made.first_completed_at, made.decided_at, made.decided_by, made.ever_decided) == (None, AT, None, True)
    again = fact(DONE, new(60), done(90))
    assert (again.first_completed_at, again.reopened) == (AT + 90, True)


def test_archived_and_deleted_are_kept_as_they_were():
    made = fact(NEW, ("archived", SARA, 60), ("deleted", COMMAND, 90))
    assert (made.archived, made.deleted_at, made.status, made.last_human_at) == (True, AT + 90, "NEW", AT + 60)


# --- What happened, and when it was open (A15) ----------------------------------------------------

TURNS = {
    "completed": ((done(5),), [("completed", 5)]),
    "not needed": ((not_needed(5),), [("notNeeded", 5)]),
    "corrected": ((done(5), not_needed(7)), [("completed", 5), ("notNeeded", 7)]),
    "reopened": ((done(5), new(7)), [("completed", 5), ("reopened", 7)]),
    "archived": ((("archived", SARA, 5), ("restored", SARA, 6)), [("archived", 5)]),
    "deleted": ((("deleted", SARA, 5),), []),
    "twice in a second": ((done(5), new(5.1), done(5.2)), [("completed", 5), ("reopened", 5)]),
}


@pytest.mark.parametrize(("steps", "expected"), TURNS.values(), ids=TURNS)
def test_turns_are_what_activity_counts(steps, expected):
    turns = told(history(NEW, *steps)).turns
    assert sorted((kind, at - AT) for kind, at in turns) == sorted(expected)


SPANS = {
    "still": ((), {0: None}),
    "completed": ((done(5),), {0: 5}),
    "reopened": ((done(5), new(9)), {0: 5, 9: None}),
    "corrected": ((done(5), not_needed(9)), {0: 5}),
    "archived": ((("archived", SARA, 5),), {0: 5}),
    "restored": ((("archived", SARA, 5), ("restored", SARA, 9)), {0: 5, 9: None}),
    "archived, completed, restored": ((("archived", SARA, 5), done(6), ("restored", SARA, 9)), {0: 5}),
    "deleted": ((("deleted", SARA, 5),), {0: 5}),
    "archived, then deleted": ((("archived", SARA, 5), ("deleted", COMMAND, 9)), {0: 5}),
    "shut in the second it began": ((done(0.1),), {}),
    "open and shut in one second": ((done(5), new(5.1), done(5.2), new(5.3)), {0: 5, 5: None}),
}


@pytest.mark.parametrize(("steps", "expected"), SPANS.values(), ids=SPANS)
def test_spans_are_when_it_was_open(steps, expected):
    spans = told(history(NEW, *steps)).spans
    assert {start - AT: end and end - AT for start, end in spans.items()} == expected


def test_instants_are_cut_before_they_are_subtracted():
    """Made at .25 of a second, answered 59.9 s later: .15 of the 60th second after its own."""
    assert fact(NEW, ("changed", SARA, 59.9)).answer_seconds == 60
    assert second_of(BEGAN + timedelta(microseconds=749_999)) == AT


def test_without_a_creation_there_is_nothing_to_tell():
    assert told(history(done(5), ("deleted", SARA, 9))).fact is None


# --- Any history ----------------------------------------------------------------------------------

actors = st.sampled_from([KEY, SARA, COMMAND, IMPORT, ("staff", "Omar")])
statuses = st.sampled_from(["NEW", "COMPLETED", "NOT_NEEDED"])
batches = st.sampled_from([None, OWN, new_id()])
changes = st.tuples(
    st.just("changed"), actors, st.fixed_dictionaries({"status": statuses | st.none(), "batch": batches})
)
others = st.tuples(
    st.sampled_from(["archived", "restored", "moved"]), actors, st.fixed_dictionaries({"batch": batches})
)
pauses = st.sampled_from([0.001, 0.4, 1, 60, 86_400])


@st.composite
def histories(draw):
    """Of one lead, each event later than the one before it."""
    steps, seconds = [("created", draw(actors), 0, {"status": draw(statuses)})], 0
    for kind, actor, how in draw(st.lists(changes | others, max_size=12)):
        seconds += draw(pauses)
        steps.append((kind, actor, seconds, how))
    if draw(st.booleans()):
        steps.append(("deleted", draw(actors), seconds + draw(pauses)))
    return history(*steps)


def state(story):
    return vars(story.fact) | {"_state": None}


@given(histories(), st.data())
def test_a_story_told_in_two_parts_is_the_same(events, data):
    cut = data.draw(st.integers(1, len(events)))
    first, whole = told(events[:cut]), told(events)
    open_since = next((start for start, end in first.spans.items() if end is None), None)
    rest = told(events[cut:], story=Story(first.fact, open_since))
    spans = {start: end for start, end in first.spans.items() if end is not None} | rest.spans
    assert (state(rest), rest.turns | first.turns, spans) == (state(whole), whole.turns, whole.spans)


@given(histories())
def test_what_is_told_of_a_lead_agrees_with_itself(events):
    story = told(events)
    made = story.fact
    is_open = made.status == "NEW" and not made.archived and made.deleted_at is None
    assert [end for end in story.spans.values() if end is None] == ([None] if is_open else [])
    edges = [edge for start, end in sorted(story.spans.items()) for edge in (start, end or start + 1)]
    assert edges == sorted(edges) and all(start != end for start, end in story.spans.items())
    assert (made.decided_at is None) == (made.status == "NEW")
    assert (made.first_human_at is None) == (made.answer_seconds is None) == (made.last_human_at is None)
    assert made.answer_seconds is None or made.answer_seconds >= 0
    assert not made.reopened or made.ever_decided
