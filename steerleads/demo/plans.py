"""Who has the demo's open leads, what is next and until when: some late, some due today, some nobody's yet."""

from datetime import UTC, datetime, time, timedelta

from leads.models import Status
from leads.work.due import Clock
from steerleads.demo import talk

ASSIGNED, PLANNED, CONTACTED = 0.65, 0.7, 0.4
# Days from today, as often as they stand here.
DAYS = [-6, -2, -1, 0, 0, 0, 1, 1, 2, 3, 5, 9]
VIAS, OUTCOMES = ["call"] * 4 + ["whatsapp"] * 3 + ["email", "visit"], ["reached", "reached", "no_answer"]


def plan(stage, staff, random, now):
    """Plan the open leads of a stage. `staff` are (Actor, id of the membership)."""
    clock = Clock(stage.dealership.tz, now)
    for lead in stage.leads:
        if lead.status == Status.NEW and not lead.archived and random.random() < ASSIGNED:
            _plan_one(stage, lead, random.choice(staff), clock, random)


def _plan_one(stage, lead, colleague, clock, random):
    actor, colleague_id = colleague
    at = _between(lead.updated_at, clock.now, random)
    stage.assign(at, actor, lead, colleague_id)
    if random.random() < PLANNED:
        language = "ar" if not lead.action.isascii() and "\u0600" <= max(lead.action) <= "\u06ff" else "fr"
        at = _between(at, clock.now, random)
        stage.plan(at, actor, lead, random.choice(talk.STEPS[language]), **_due(clock, random))
    if lead.version > 1 and random.random() < CONTACTED:
        at = _between(at, clock.now, random)
        stage.contact(at, actor, lead, random.choice(VIAS), random.choice(OUTCOMES))


def _due(clock, random):
    """A local day, or an hour of it."""
    days = random.choice(DAYS)
    if random.random() < 0.5:
        return {"due_on": clock.today + timedelta(days=days)}
    due = datetime.combine(clock.today + timedelta(days=days), time(random.randint(9, 18)), clock.tz)
    return {"due": due.astimezone(UTC)}


def _between(first, last, random):
    return first + (last - first) * random.uniform(0.05, 0.6)
