"""What the board's calls send, in declared serializers as the API's."""

from leads.bulk import MOST_AT_ONCE
from leads.fields import WRITABLE, Status
from leads.ordering.placing import Place
from leads.serializers import LeadBody
from leads.work.serializers import ContactOutcome, ContactVia, WorkChanges
from leads.work.views import COLUMNS as PLAN
from steerleads.api.errors import ValidationFailed
from steerleads.api.serializers import BodyField, BodySerializer, ChoiceField, IdField, WholeNumberField, check
from steerleads.db.ids import parse_id

ARCHIVED = {"archive": True, "restore": False}
GIVEN = {"status", "tag"}  # what many leads can be given at once
MOST_MINE = 1000


class LeadIdsField(BodyField):
    """A list of ids of leads."""

    default_error_messages = {
        "invalid": 'This field must be a list of ids, like ["550e8400-e29b-41d4-a716-446655440000"].',
    }

    def to_internal_value(self, value):
        ids = [parse_id(each) for each in value] if isinstance(value, list) else [None]
        return self.fail("invalid") if None in ids else ids


class ChangesField(BodyField):
    """Fields of a lead, by the API's names, as the lead's own columns. Judged as the API judges them."""

    default_error_messages = {"invalid": "This field must be an object with one or more of: {names}."}

    def __init__(self, names, **kwargs):
        super().__init__(**kwargs)
        self.names = names

    def to_internal_value(self, value):
        if not isinstance(value, dict) or not value or value.keys() - self.names:
            self.fail("invalid", names=", ".join(sorted(self.names)))
        changes, _ignored = check(LeadBody, value, partial=True)
        return {WRITABLE[name]: value for name, value in changes.items()}


class BackField(ChangesField):
    """The same, or {"archived": true or false}."""

    def to_internal_value(self, value):
        if isinstance(value, dict) and value.keys() == {"archived"} and isinstance(value["archived"], bool):
            return value
        return super().to_internal_value(value)


class VersionsField(BodyField):
    """A set of row versions."""

    default_error_messages = {"invalid": "This field must be a list of at most {most} versions."}

    def to_internal_value(self, value):
        if not isinstance(value, list) or len(value) > MOST_MINE:
            self.fail("invalid", most=MOST_MINE)
        version = WholeNumberField(least=0)
        return frozenset(version.run_validation(each) for each in value)


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
    mine = VersionsField(required=False)


class ClaimBody(CallBody):
    lead = IdField()


class ContactBody(CallBody):
    """A contact with a lead's person, or the attempt."""

    lead = IdField()
    via = ContactVia()
    outcome = ContactOutcome()


class BulkBody(CallBody):
    """The same done to one lead or to several."""

    leads = LeadIdsField()
    do = ChoiceField([*ARCHIVED, "change"])
    value = ChangesField(GIVEN, required=False)
    version = WholeNumberField(least=0, required=False)  # of a single lead, as the person saw it
    mine = VersionsField(required=False)


class WayBackBody(CallBody):
    """One of an UndoBody (leads/board/undo.py)."""

    lead = IdField()
    version = WholeNumberField(least=1)
    changes = BackField(set(WRITABLE))
    mine = VersionsField(required=False)


class PlanField(BodyField):
    """A plan by the API's names, as what `plan_work` writes."""

    default_error_messages = {"invalid": "This field must be an object with one or more of: {names}."}

    def to_internal_value(self, value):
        if not isinstance(value, dict) or not value or value.keys() - PLAN.keys():
            self.fail("invalid", names=", ".join(PLAN))
        changes, _ignored = check(WorkChanges, value, partial=True)
        return {PLAN[name]: value for name, value in changes.items()}


class WorkWayBackBody(CallBody):
    """One of an UndoBody, of a lead's work (leads/board/planning.py)."""

    lead = IdField()
    work = WholeNumberField(least=1)
    plan = PlanField()
    mine = VersionsField(required=False)


class WaysBackField(BodyField):
    default_error_messages = {"invalid": "This field must be a list of 1 to {most} ways back."}

    def to_internal_value(self, value):
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_AT_ONCE:
            self.fail("invalid", most=MOST_AT_ONCE)
        if not all(isinstance(each, dict) for each in value):
            self.fail("invalid", most=MOST_AT_ONCE)
        return [check(WorkWayBackBody if "work" in each else WayBackBody, each)[0] for each in value]


class UndoBody(CallBody):
    back = WaysBackField()


def place_of(move):
    """The Place that clean values of a MoveBody name."""
    where = {name: move[name] for name in ("after", "before", "end") if name in move}
    return Place(move["status"], car_id=move.get("car"), **where)


def changes_of(many):
    """The columns that clean values of a BulkBody ask to be written."""
    if many["do"] in ARCHIVED:
        return {"archived": ARCHIVED[many["do"]]}
    return many["value"] if "value" in many else _refuse("value")


def _refuse(field):
    raise ValidationFailed(f"“{field}” is missing.")
