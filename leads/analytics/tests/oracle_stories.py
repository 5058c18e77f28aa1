"""What the oracle knows of each lead: its story, from the events of GET /v1/events and the lists of leads and vehicles."""

from dataclasses import dataclass
from functools import cached_property

from leads.analytics.tests.oracle_clocks import Openings, seconds_of

HUMAN_KINDS = {"lead.changed", "lead.archived", "lead.restored", "lead.deleted", "lead.contacted"}
PROGRAMS = {"api_key", "inbox", "form"}
DECISIONS = {"COMPLETED", "NOT_NEEDED"}


@dataclass
class Told:
    """All that the API tells at one time: the objects of its lists, whole, and what the answer gives as its own time."""

    events: list
    leads: list
    vehicles: list
    openings: Openings
    now: int

    @property
    def zone(self) -> str:
        return self.openings.zone

    @cached_property
    def stories(self) -> list["Story"]:
        leads, cars = ({found["id"]: found for found in listed} for listed in (self.leads, self.vehicles))
        by_lead = {}
        for event in self.events:
            by_lead.setdefault(event["data"]["leadId"], []).append(event)
        assert not leads.keys() - by_lead.keys()
        return [Story(events, leads.get(lead), cars) for lead, events in by_lead.items()]


class Story:
    """What became of one lead, from its events in the order of the feed, and from the lists (`lead`, None: deleted)."""

    def __init__(self, events, lead, cars):
        self.id, self.lead = events[0]["data"]["leadId"], lead
        self.events = [Happening(event) for event in events]
        born, later = self.events[0], self.events[1:]
        assert born.kind == "lead.created" and all(event.kind != "lead.created" for event in later)
        assert [event.at for event in self.events] == sorted(event.at for event in self.events)
        self.created, self.source, self.born_status = born.at, born.actor, born.status
        self.car_id = events[0]["data"]["carId"]
        self.car = cars.get(self.car_id)  # None: deleted after its leads
        self.changes = [event for event in later if event.status]
        self.humans = [event for event in later if event.is_human]
        self.deleted = next((event.at for event in later if event.kind == "lead.deleted"), None)
        self.status, self.archived, self.is_deleted = self.state_at(self.events[-1].at)
        assert self.is_deleted == (lead is None)
        if lead:
            assert (lead["status"], seconds_of(lead["createdAt"])) == (self.status, self.created)

    def state_at(self, second):
        """(status, archived, deleted) when that second is over.

        A deletion says `status {from, to: null}`: the status is what the lead died with.
        """
        status, archived, deleted = None, False, False
        for event in self.events:
            if event.at <= second:
                status = event.status or status
                archived = archived if event.archived is None else event.archived
                deleted = event.kind == "lead.deleted"
        return status, archived, deleted

    def is_open_at(self, second):
        return self.state_at(second) == ("NEW", False, False)

    # --- Whose it is -----------------------------------------------------------------------------

    @property
    def way(self):
        """A6. Reading: a lead that staff made is `byHand` in any status, so never `bornClosed`."""
        kind = self.source.split(":")[0]
        if kind == "staff":
            return "byHand"
        if kind in PROGRAMS:
            return "asked" if self.born_status == "NEW" else "bornClosed"
        return "byImport"

    @property
    def answer(self):
        """A7 of an asked lead."""
        if self.humans:
            return "answered"
        return "waiting" if (self.status, self.archived, self.is_deleted) == ("NEW", False, False) else "ended"

    @property
    def answered_by(self):
        """Reading: whoever first did something by hand, also to a lead that nobody asked for."""
        return self.humans[0].actor if self.humans else None

    @property
    def decided_by(self):
        """Who made the change to the present decision: after a correction, who corrected.

        Reading: null while NEW, and for a lead that was born decided and never changed; a program may decide, too.
        """
        return self.changes[-1].actor if self.changes and self.status in DECISIONS else None

    @property
    def assignee(self):
        """W: who has it by the last assignment, also of a lead that was deleted since; null is nobody."""
        names = [event.assignee for event in self.events if event.is_assignment]
        return f"staff:{names[-1]}" if names and names[-1] else None

    # --- What was decided ------------------------------------------------------------------------

    @property
    def first_completed(self):
        """The first change to COMPLETED: being born so is none."""
        return next((event.at for event in self.changes if event.status == "COMPLETED"), None)

    @property
    def is_reopened(self):
        return any(event.is_reopening for event in self.changes)

    @property
    def ever_decided(self):
        return self.born_status in DECISIONS or any(event.status in DECISIONS for event in self.changes)


class Happening:
    """One event."""

    def __init__(self, event):
        data = event["data"]
        self.kind, self.at = event["type"], seconds_of(event["timestamp"])
        self.actor = f"{data['actor']['type']}:{data['actor']['name']}"
        self.status_before = data["changes"].get("status", {}).get("from")
        self.status = data["changes"].get("status", {}).get("to")
        self.archived = data["changes"].get("archived", {}).get("to")
        self.is_assignment = self.kind == "lead.assigned"
        self.assignee = data["changes"].get("assignee", {}).get("to")
        alone = data.get("batch") in (None, data["eventId"])
        self.is_human = data["actor"]["type"] == "staff" and self.kind in HUMAN_KINDS and alone

    @property
    def is_reopening(self):
        """COMPLETED → NOT_NEEDED is a correction, no reopening."""
        return self.status == "NEW" and self.status_before in DECISIONS
