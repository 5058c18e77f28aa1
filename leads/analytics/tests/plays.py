"""Histories that tests of the figures play: the real verbs, at times of their own, by all kinds of actors."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from cars.actions import delete_car
from conftest import make_car
from leads import actions
from leads.creating import Draft, create_leads
from leads.models import Lead, Origin
from leads.ordering.placing import Place
from leads.privacy.retention import archive_leads, purge_leads
from leads.work.actions import plan_work
from leads.work.tests.people import hire
from steerleads.db.ids import new_id
from steerleads.dealers.actors import Actor

WEBSITE, PORTAL = Actor("api_key", "Website"), Actor("api_key", "Car portal")
SARA, OMAR = Actor("staff", "Sara Alami"), Actor("staff", "Omar")
ARCHIVER, PURGER = Actor("command", "archive_leads"), Actor("command", "purge_leads")
IMPORT = Actor("import", "Sara Alami")


def instant(text: str) -> datetime:
    """Of “2026-11-02 10:00” or “2026-11-02 10:00:30”, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Play:
    """A dealership whose clock is set by hand. `at` is when the next thing happens."""

    def __init__(self, dealership, at):
        self.dealership, self.at = dealership, instant(at)
        self.imported = 0
        self.staff = {}

    @contextmanager
    def clock(self):
        """Within this, it is `at`."""
        with patch("django.utils.timezone.now", lambda: self.at):
            yield self

    def when(self, text):
        self.at = instant(text)
        return self

    def later(self, seconds):
        self.at += timedelta(seconds=seconds)
        return self

    def car(self, **fields):
        return make_car(self.dealership, **fields)

    def create(self, actor, car, **fields):
        """The id of a new lead, by the model's field names."""
        fields = {"action": "Call back", "target_name": "Nadia Idrissi", "target_info": "+212-600-123456", **fields}
        return actions.create_lead(self.dealership, car.pk, fields, actor=actor).pk

    def bring(self, car, created_at, *, actor=IMPORT, **fields):
        """The id of a lead that an import brings, which keeps when it was made elsewhere."""
        self.imported += 1
        fields = {"action": "Call back", "target_name": "Nadia Idrissi", "target_info": "+212-600-123456", **fields}
        origin = Origin(source="Old CRM", external_id=str(self.imported), received_at=self.at)
        draft = Draft(car.pk, fields, origin, created_at and instant(created_at))
        return create_leads(self.dealership, [draft], actor=actor, batch=new_id())[0].pk

    def change(self, actor, lead, *, batch=None, **changes):
        actions.change_lead(self.dealership, lead, changes, actor=actor, batch=batch)

    def many(self, actor, leads, **changes):
        """As the board and the admin do it for several leads."""
        batch = new_id()
        for lead in leads:
            self.change(actor, lead, batch=batch, **changes)

    def drop(self, actor, lead, status, **where):
        """As the board does it; `after` and `before` are ids of neighbours."""
        actions.move_lead(self.dealership, lead, Place(status, **where), actor=actor)

    def reorder(self, actor, car, *leads):
        orders = {lead: number for number, lead in enumerate(leads, 1)}
        actions.reorder_leads(self.dealership, car.pk, orders, actor=actor)

    def assign(self, actor, lead, name):
        """To a colleague of this name, or to nobody."""
        if name and name not in self.staff:
            self.staff[name] = hire(self.dealership, name)
        assignee = self.staff[name].pk if name else None
        plan_work(self.dealership, lead, {"assignee": assignee}, actor=actor)

    def archive(self, actor, lead, **how):
        actions.archive_lead(self.dealership, lead, actor=actor, **how)

    def restore(self, actor, lead, **how):
        actions.restore_lead(self.dealership, lead, actor=actor, **how)

    def delete(self, actor, lead, **how):
        actions.delete_lead(self.dealership, lead, actor=actor, **how)

    def archive_old(self, days):
        """As the command `archive_leads` does."""
        before, statuses = self.at - timedelta(days=days), ["COMPLETED", "NOT_NEEDED"]
        archive_leads(self.dealership, before=before, statuses=statuses, actor=ARCHIVER, now=self.at)

    def purge_old(self, days):
        purge_leads(self.dealership, before=self.at - timedelta(days=days), actor=PURGER, now=self.at)

    def leads(self):
        return list(Lead.objects.of(self.dealership).values_list("pk", flat=True))


TAGS = ["Hot Lead", "hot lead", "HÔT LEAD", "أحمد", "احمد", "=1+1", "-", None, None]
ACTIONS = ["Call back", "CALL BACK", "Cäll back", "Test drive"]
ASSIGNEES = ["Sara Alami", None, "Omar Tazi", "Sara Alami"]
WAITS = [1, 300, 301, 900, 1800, 1801, 3600, 14400, 86400, 86401, 400000]
# A Friday before the prayer, a Sunday, an evening, the day on which Morocco's clocks changed, a holiday's eve.
ASKED_AT = ["2026-09-11 11:50", "2026-09-13 15:00", "2026-10-05 18:55", "2026-09-19 22:30", "2026-11-17 10:00"]
NAMESAKE = Actor("staff", "Sara Alami", id="999999999")  # another person of this name


def of_every_kind(dealership) -> Play:
    """A lead or more of every kind that the contract's rules tell apart, from September to 30 November 2026 at noon."""
    play = Play(dealership, "2026-08-31 12:00")
    with play.clock():
        cars = [
            play.car(),
            play.car(make="HONDA", model="civic"),
            play.car(make="Dacia", model="Duster"),
            play.car(make="Citroën", model="C3"),
        ]
        for number, wait in enumerate(WAITS * 2):
            play.when(ASKED_AT[number % 5]).later(number * 37)
            texts = {"tag": TAGS[number % 9], "action": ACTIONS[number % 4]}
            lead = play.create((WEBSITE, PORTAL)[number % 2], cars[number % 4], **texts)
            if assignee := ASSIGNEES[number % 4]:
                play.assign(PORTAL, lead, assignee)
            if number % 7 == 0:
                play.assign(SARA, lead, ASSIGNEES[number % 3])
            play.later(wait)
            (_note, _complete, _refuse, _archive, _drop)[number % 5](play, (SARA, OMAR, NAMESAKE)[number % 3], lead)
        _never_answered(play, cars)
        _to_and_fro(play, cars[0])
        _made_by_others(play, cars)
        _at_the_edges(play, cars[2])
        _gone(play, cars[1])
    return play.when("2026-11-30 12:00")


def _note(play, staff, lead):
    play.change(staff, lead, note="Called")


def _complete(play, staff, lead):
    play.change(staff, lead, status="COMPLETED")


def _refuse(play, staff, lead):
    play.change(staff, lead, status="NOT_NEEDED")
    play.later(7200).change(WEBSITE, lead, status="NEW")


def _archive(play, staff, lead):
    play.archive(staff, lead)
    play.later(86400).restore(staff, lead)


def _drop(play, staff, lead):
    play.drop(staff, lead, "COMPLETED")


def _never_answered(play, cars):
    """Whatever is done to these leads, no person answered them."""
    leads = []
    for number in range(9):
        play.when("2026-10-12 09:00").later(number * 3600)
        leads.append(play.create(WEBSITE, cars[number % 4], tag=TAGS[number]))
    waiting, moved, room, front, bulk, other, by_program, archived, restored = leads
    play.when("2026-10-14 10:00").drop(SARA, moved, "NEW", end="top")
    # All have the order 0: who is dropped between two of them makes their neighbours move, and is no answer itself.
    play.later(60).drop(SARA, room, "NEW", after=front)
    play.later(60).many(OMAR, [bulk, other], status="COMPLETED")
    play.later(60).change(PORTAL, by_program, status="COMPLETED")
    play.later(60).reorder(SARA, cars[0], waiting, bulk)
    play.later(60).archive(WEBSITE, archived)
    play.later(60).archive(WEBSITE, restored)
    play.later(60).restore(ARCHIVER, restored)
    # A drop into another column for which neighbours make room has its own id as batch: that is an answer.
    columned = [play.later(60).create(WEBSITE, cars[0], status="NOT_NEEDED") for _ in range(3)]
    dropped = play.later(60).create(WEBSITE, cars[0], tag="hot lead")
    play.later(5000).drop(NAMESAKE, dropped, "NOT_NEEDED", after=columned[0])


def _to_and_fro(play, car):
    """Reopened, corrected, and completed twice."""
    for number, statuses in enumerate(
        [
            ["COMPLETED", "NEW"],
            ["COMPLETED", "NEW", "COMPLETED"],
            ["COMPLETED", "NOT_NEEDED"],
            ["NOT_NEEDED", "COMPLETED"],
            ["NOT_NEEDED", "NEW", "NOT_NEEDED", "COMPLETED", "NEW"],
        ]
    ):
        play.when("2026-10-20 08:00").later(number * 86400)
        lead = play.create(WEBSITE, car, tag="Hot Lead")
        for step, status in enumerate(statuses):
            play.later(200000).change((SARA, OMAR, PORTAL, ARCHIVER)[(number + step) % 4], lead, status=status)


def _made_by_others(play, cars):
    """By staff, commands and imports, in every status."""
    for number, status in enumerate(["NEW", "COMPLETED", "NOT_NEEDED"]):
        texts = {"status": status, "tag": TAGS[number], "action": ACTIONS[number]}
        play.when("2026-11-03 09:00").later(number * 86400)
        made = [play.create(actor, cars[number], **texts) for actor in (SARA, ARCHIVER, PORTAL)]
        made.append(play.bring(cars[number], "2026-10-01 08:00", **texts))
        made.append(play.bring(cars[number], None, **texts))
        for lead in made[number::2]:
            play.later(4000).change(OMAR, lead, tag="later", status="NEW")


def _at_the_edges(play, car):
    """As old, as idle or as quick to the second as a rule names, and a second beside it; and cut before it is subtracted."""
    now = instant("2026-11-30 12:00")
    for days in (1, 3, 7, 30):
        for beside in (-1, 0, 1):
            play.at = now - timedelta(days=days, seconds=beside)
            play.create(WEBSITE, car, tag="edge")
            lead = play.create(PORTAL, car, tag="edge")
            play.at = now - timedelta(days=days, seconds=beside)
            lead = play.bring(car, "2026-10-28 10:00", tag="edge")
            play.change(SARA, lead, note="Called")
            play.at = now - timedelta(days=2 * days)
            lead = play.create(WEBSITE, car, action="Test drive")
            play.later(days * 86400 + beside).change(SARA, lead, status="COMPLETED")
    lead = play.when("2026-11-10 10:00:00.900").create(WEBSITE, car)
    play.when("2026-11-10 10:05:01.100").change(OMAR, lead, note="Called")  # 301 seconds, though 300.2 have passed
    for last in ("2026-10-31 23:59:59", "2026-11-01 00:00", "2026-11-30 00:00"):
        play.when(last).create(WEBSITE, car)


def _gone(play, car):
    """Deleted and purged, by whomever; of one, the car as well."""
    sold = play.car(make="Fiat", model="500")
    for number, actor in enumerate([SARA, WEBSITE, ARCHIVER, OMAR]):
        lead = (
            play.when("2026-11-12 09:00").later(number * 9000).create(PORTAL, (car, sold)[number % 2], tag="Hot Lead")
        )
        if number % 3:
            play.later(500).change(SARA, lead, status="COMPLETED")
        if number % 2:
            play.later(60).assign(WEBSITE, lead, "Omar Tazi")
        play.later(3000).delete(actor, lead)
    bulk = [play.when("2026-11-13 09:00").create(WEBSITE, car) for _ in "12"]
    for lead in bulk:
        play.later(60).delete(SARA, lead, batch=new_id())
    delete_car(play.dealership, sold.pk)
    play.when("2026-11-29 12:00").archive_old(days=30)
    play.when("2026-11-29 18:00").purge_old(days=20)


def twelve(dealership) -> Play:
    """The set of 12 leads and 26 events of which the contract gives the numbers, on 30 November 2026 at noon."""
    play = Play(dealership, "2026-11-02 10:00")
    with play.clock():
        car, key, hot = play.car(), WEBSITE, {"tag": "Hot Lead"}
        a = play.create(key, car, **hot)
        play.later(120).change(SARA, a, note="Called")
        play.when("2026-11-02 11:00").change(SARA, a, status="COMPLETED")
        b = play.when("2026-11-03 10:00").create(key, car, **hot)
        play.later(600).change(OMAR, b, note="Called")
        play.when("2026-11-04 13:46:40").change(OMAR, b, status="COMPLETED")
        c = play.when("2026-11-04 10:00").create(key, car, tag="hot lead")
        play.later(172800).change(SARA, c, status="COMPLETED")
        d = play.when("2026-11-05 10:00").create(key, car, **hot)
        play.later(1500).change(SARA, d, note="Called")
        play.when("2026-11-05 10:00").later(518400).change(key, d, status="COMPLETED")
        play.when("2026-11-12 10:00").change(OMAR, d, status="NEW")
        play.later(60).archive(SARA, d)
        e = play.when("2026-11-17 10:00").create(key, car, **hot)
        play.later(3000).change(SARA, e, note="Called")
        play.when("2026-11-17 10:00").later(930600).change(key, e, status="COMPLETED")
        f = play.when("2026-11-09 19:00").create(key, car, tag="HOT LEAD")
        play.later(48000).change(SARA, f, status="NOT_NEEDED")
        g = play.when("2026-11-10 18:00").create(key, car, **hot)
        play.later(57600).change(OMAR, g, status="NOT_NEEDED")
        h = play.when("2026-11-30 10:00").create(key, car, **hot)
        i = play.when("2026-11-25 10:00").create(key, car, **hot)
        play.later(86400).delete(PURGER, i)
        j = play.when("2026-11-20 10:00").create(SARA, car, **hot)
        k = play.when("2026-11-21 10:00").bring(car, "2026-11-08 10:00", **hot)
        m = play.create(PORTAL, car, status="NOT_NEEDED")
    play.named = dict(zip("abcdefghijkm", (a, b, c, d, e, f, g, h, i, j, k, m), strict=True))
    return play.when("2026-11-30 12:00")
