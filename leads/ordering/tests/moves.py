"""Short words for moving leads, and for looking at where they are."""

from conftest import TESTER
from leads.actions import move_lead
from leads.models import Lead, LeadEvent
from leads.ordering.placing import Place
from steerleads.dealers.actors import Actor

OMAR = Actor("staff", "Omar")


def move(lead, status="NEW", *, version=None, actor=TESTER, **where):
    """Put a lead at a Place, whose neighbours may be given as Leads."""
    where = {name: value.pk if isinstance(value, Lead) else value for name, value in where.items()}
    return move_lead(lead.dealership, lead.pk, Place(status, **where), actor=actor, version=version)


def column(dealership, status="NEW", **more):
    leads = Lead.objects.of(dealership).with_archived(False).with_status(status).filter(**more)
    return list(leads.order_by("order", "created_at", "id"))


def orders(leads):
    return [Lead.objects.get(pk=lead.pk).order for lead in leads]


def newest(lead):
    """The last thing that happened to a lead."""
    return LeadEvent.objects.filter(lead_id=lead.pk).order_by("-at", "-id").first()
