"""An agenda as iCalendar (RFC 5545): an event for each lead that is due."""

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from icalendar import Calendar, Event, vDuration

from leads.agenda.models import Agenda
from leads.models import EventKind, Lead, LeadEvent
from leads.work.actions import open_leads

MOST = 1000  # events; the latest are shown
LASTS = timedelta(minutes=30)  # what is due at a moment: without a length, programs draw a line that nobody reads
READ_AGAIN = timedelta(minutes=15)


def due_leads(agenda: Agenda) -> QuerySet[Lead]:
    """Open leads that the agenda's colleague has and that are due, with `planned_at`: when that was last changed."""
    leads = open_leads(agenda.dealership, agenda.membership.pk).with_archived(False)
    events = LeadEvent.objects.of(OuterRef("dealership")).filter(lead_id=OuterRef("pk"))
    planned = events.filter(kind__in=[EventKind.ASSIGNED, EventKind.DUE]).order_by("-at").values("at")[:1]
    due = leads.filter(work__due__isnull=False).select_related("car", "work")
    return due.annotate(planned_at=Subquery(planned)).order_by("-work__due", "pk")[:MOST]


def render(agenda: Agenda) -> bytes:
    """The calendar file. The same leads give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//SteerLeads//SteerLeads//EN")
    calendar.add("version", "2.0")
    # Both ways to say what it is called and how often to come back: programs understand one or the other.
    calendar.add("name", agenda.dealership.name)
    calendar.add("x-wr-calname", agenda.dealership.name)
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(READ_AGAIN))
    for lead in due_leads(agenda):
        calendar.add_component(_event(lead, with_contacts=agenda.with_contacts))
    return calendar.to_ical()


def _event(lead: Lead, *, with_contacts: bool) -> Event:
    event, work, car = Event(), lead.work, lead.car
    event.add("uid", str(lead.pk))
    event.add("sequence", work.version)
    event.add("dtstamp", lead.planned_at or work.due)
    for name, value in _times(work.due_at, work.due_on).items():
        event.add(name, value)
    event.add("summary", f"{work.next_step or lead.action} · {car.make} {car.model}")
    event.add("description", "\n".join(_facts(lead, with_contacts)))
    if car.location:
        event.add("location", car.location)
    event.add("url", urljoin(settings.SITE_URL, f"{reverse('board:page')}?{urlencode({'lead': lead.pk})}"))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # one can be asked to a meeting meanwhile
    return event


def _times(due_at, due_on) -> dict[str, Any]:
    if due_on:
        return {"dtstart": due_on, "dtend": due_on + timedelta(days=1)}
    return {"dtstart": due_at.astimezone(UTC), "duration": LASTS}


def _facts(lead, with_contacts):
    yield lead.action
    if with_contacts:
        yield from (lead.target_name, lead.target_info)
    car = lead.car
    yield " · ".join(str(fact) for fact in (f"{car.make} {car.model}", car.overview_year, car.plate) if fact)
