"""What staff do with a lead in tests of facts."""

from leads import actions
from steerleads.dealers.actors import Actor

SARA = Actor("staff", "Sara Alami")


def complete(lead, actor=SARA):
    return actions.change_lead(lead.dealership, lead.pk, {"status": "COMPLETED"}, actor=actor)
