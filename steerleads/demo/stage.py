"""A dealership in memory: what the verbs do to leads and their history, but at times in the past.

Only the demo may write around the verbs: they know no other time than now.
"""

from leads.contacts.search import contact_keys
from leads.history import NOTHING, change_event, event_of
from leads.models import EventKind, Lead, LeadEvent
from leads.work.due import last_moment
from leads.work.events import of_plan, plan_of
from leads.work.models import Work
from steerleads.db.ids import new_id


class Stage:
    def __init__(self, dealership):
        self.dealership = dealership
        self.leads, self.events, self.works = [], [], {}

    def create(self, at, actor, car, fields):
        lead = Lead(dealership=self.dealership, car=car, created_at=at, updated_at=at, **fields)
        lead.fold()
        self.leads.append(lead)
        self.events.append(change_event(lead, EventKind.CREATED, NOTHING, actor=actor))
        return lead

    def change(self, at, actor, lead, changes, *, kind=None, batch=None):
        before = {name: getattr(lead, name) for name, value in changes.items() if getattr(lead, name) != value}
        if not before:
            return
        for name in before:
            setattr(lead, name, changes[name])
        lead.fold()
        lead.updated_at = at
        lead.version += 1
        kind = kind or (EventKind.MOVED if set(before) == {"order"} else EventKind.CHANGED)
        self.events.append(change_event(lead, kind, before, actor=actor, batch=batch))

    def reorder(self, at, actor, leads):
        """Number these leads from 1, in this order."""
        batch = new_id()
        for order, lead in enumerate(leads, 1):
            self.change(at, actor, lead, {"order": order}, batch=batch)

    def archive(self, at, actor, lead):
        self.change(at, actor, lead, {"archived": True}, kind=EventKind.ARCHIVED)

    def restore(self, at, actor, lead):
        self.change(at, actor, lead, {"archived": False}, kind=EventKind.RESTORED)

    def assign(self, at, actor, lead, colleague_id):
        work = self._work(lead)
        work.assignee, work.assigned_at = colleague_id, at
        work.contact_phone, work.contact_email = contact_keys(lead.target_info)
        changes = {"assignee": {"from": None, "to": actor.name}}
        self.events.append(event_of(lead, EventKind.ASSIGNED, at, actor, changes))

    def plan(self, at, actor, lead, next_step, *, due=None, due_on=None):
        work = self._work(lead)
        before = plan_of(work)
        work.next_step, work.due_on = next_step, due_on
        work.due = last_moment(due_on, self.dealership.tz) if due_on else due
        [told] = of_plan(before, plan_of(work))
        self.events.append(event_of(lead, told.kind, at, actor, told.values, told.texts))

    def contact(self, at, actor, lead, via, outcome):
        changes = {"via": {"from": None, "to": via}, "outcome": {"from": None, "to": outcome}}
        self.events.append(event_of(lead, EventKind.CONTACTED, at, actor, changes))

    def write(self):
        Lead.objects.bulk_create(self.leads)
        Work.objects.bulk_create(self.works.values())
        self.events.sort(key=lambda event: event.at)
        for event in self.events:
            event.pk = new_id()  # ids rise with time, as everywhere
        LeadEvent.objects.bulk_create(self.events)

    def _work(self, lead):
        """The lead's Work, to be written once more."""
        work = self.works.setdefault(lead.pk, Work(lead=lead, dealership=self.dealership))
        work.version += 1
        return work
