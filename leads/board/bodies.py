"""What the board's calls send, in declared serializers as the API's."""

from leads import actions
from leads.models import Status
from leads.placing import Place
from leads.serializers import LeadBody
from steerleads.api.errors import ValidationFailed
from steerleads.api.ids import parse_id
from steerleads.api.serializers import BodyField, BodySerializer, ChoiceField, IdField, WholeNumberField, check

VERBS = {"archive": actions.archive_lead, "restore": actions.restore_lead}
FIELDS = ("status", "tag")  # what many leads can be given at once


class LeadIdsField(BodyField):
    """A list of ids of leads."""

    default_error_messages = {
        "invalid": 'This field must be a list of ids, like ["550e8400-e29b-41d4-a716-446655440000"].',
    }

    def to_internal_value(self, value):
        ids = [parse_id(each) for each in value] if isinstance(value, list) else [None]
        return self.fail("invalid") if None in ids else ids


class WhateverField(BodyField):
    """A value that the field of a lead judges for which it is meant."""

    def to_internal_value(self, value):
        return value


class CallBody(BodySerializer):
    @staticmethod
    def failure(details):
        """Says which field it is: the board shows the message alone."""
        return ValidationFailed(f"“{details[0]['field']}”: {details[0]['message']}")


class MoveBody(CallBody):
    """One lead to its place, by its neighbours' ids."""

    lead = IdField()
    status = ChoiceField(Status.values)
    after = IdField(required=False)
    before = IdField(required=False)
    end = ChoiceField(["top", "bottom"], required=False)
    car = IdField(required=False)
    version = WholeNumberField(least=0, required=False)


class ManyBody(CallBody):
    """The same done to one lead or to several."""

    leads = LeadIdsField()
    do = ChoiceField([*VERBS, *FIELDS])
    value = WhateverField(required=False)


def place_of(move):
    """The Place that clean values of a MoveBody name."""
    where = {name: move[name] for name in ("after", "before", "end") if name in move}
    return Place(move["status"], car_id=move.get("car"), **where)


def verb_of(many):
    """What clean values of a ManyBody ask for, as a function of dealership, lead id and actor."""
    do = many["do"]
    if do in VERBS:
        return VERBS[do]
    changes, _ignored = check(LeadBody, {do: many.get("value")}, partial=True)
    return lambda dealership, lead_id, *, actor: actions.change_lead(dealership, lead_id, changes, actor=actor)
