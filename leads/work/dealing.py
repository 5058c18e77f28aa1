"""Deals new leads out in turn (contract W7): in the order of the events feed, each to the next who is available.

One lead a transaction, which also says how far that was: who is killed has dealt nothing, and of several workers each
deals what the others have not. Locks: the dealership's Turns, its staff by id, the lead, its Work. The staff stays held, so
nobody leaves, is switched off, or gets more leads than they may have while one is dealt to them.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.contacts.search import contact_keys
from leads.feed import events_after, locked_feed, number_events
from leads.models import EventKind, Feed, Lead, Status
from leads.work.actions import hand_over, locked_open_leads, write_work
from leads.work.answers import is_waiting
from leads.work.models import Turns, Work
from leads.work.people import colleague_in, colleague_of, held_staff
from steerleads.dealers.actors import Actor, ActorType
from steerleads.dealers.availability import can_be_given_leads
from steerleads.dealers.models import Assigning, Dealership, User
from steerleads.dealers.staff import StaffRefused

IN_TURN = Actor.of_command("round robin")
LOOK_AGAIN = timedelta(minutes=1)  # while nobody is available: own hours begin, and leads are closed
KEYS = ("contact_phone", "contact_email")  # of Work, in the order of `contact_keys`
MOST_EARLIER = 20  # leads of the same contact that are looked at, by each key


class Outcome(Enum):
    """What came of dealing one lead."""

    SEEN_TO = auto()  # there may be more
    ALL_SEEN_TO = auto()
    BEGINS_TO_WAIT = auto()  # for somebody to be available, first of those that wait
    WAITS = auto()


def due(now: datetime | Combinable) -> QuerySet[Dealership]:
    """Dealerships with new leads to deal out, or with some that waited long enough for another look."""
    unseen = Q(turns__nobody_since=None) & (Q(turns=None, feed__last__gt=0) | Q(turns__after__lt=F("feed__last")))
    return Dealership.objects.filter(unseen | Q(turns__look_at__lte=now), assigning=Assigning.ROUND_ROBIN)


def deal_next(dealership: Dealership, *, now: datetime) -> Outcome:
    """Deal the next new lead out, if somebody is to have it; or leave it to whoever is dealing them just now."""
    with transaction.atomic():
        turns = _locked(dealership)
        if turns is None:
            return Outcome.ALL_SEEN_TO
        sequence, lead_id = _next_new_lead(dealership, turns)
        if lead_id is None:
            return _all_seen_to(turns, sequence)
        candidates = Candidates(dealership, now)
        lead = Lead.objects.locked(dealership, lead_id)
        if lead is not None and lead.status == Status.NEW and not lead.archived:
            work = Work.objects.locked(dealership, lead_id) or Work(lead=lead, dealership=dealership)
            if work.assignee is None:
                if not candidates.ids:
                    return _wait(turns, now)
                assignee = candidates.had_by_same_contact(lead) or candidates.take_turn(turns)
                write_work(dealership, lead, work, {"assignee": assignee}, IN_TURN)
        turns.after = sequence
        turns.save()
        return Outcome.SEEN_TO


def deal_open_leads(dealership: Dealership, user: User, *, actor: Actor) -> None:
    """Deal the open leads of somebody who leaves out in turn, all in one act. Raises StaffRefused if they cannot all be."""
    turns = _held_turns(dealership)
    leaver = colleague_of(dealership, user)
    if leaver is None:
        return
    candidates = Candidates(dealership, timezone.now(), without={leaver.id})
    leads, successors = locked_open_leads(dealership, leaver), []
    for lead in leads:
        if not candidates.ids:
            words = _("Only %(dealt)s of their %(count)s open leads can be dealt out to those who are available.")
            raise StaffRefused(words % {"dealt": len(successors), "count": len(leads)})
        successors.append((lead, colleague_in(dealership, candidates.staff[candidates.take_turn(turns)])))
    hand_over(dealership, leaver, successors, actor=actor)
    turns.save(update_fields=["last_served"])


def pass_on(dealership: Dealership, lead_id: UUID, *, before: datetime, actor: Actor) -> bool:
    """Deal a lead that still waits for its first answer, and that nobody got since then, to the next colleague.

    Whether that was so, and another than who has it could be given it.
    """
    with transaction.atomic():
        turns = _held_turns(dealership)
        candidates = Candidates(dealership, timezone.now())
        lead = Lead.objects.locked(dealership, lead_id)
        if lead is None or not is_waiting(lead):
            return False
        work = Work.objects.locked(dealership, lead_id) or Work(lead=lead, dealership=dealership)
        if work.assignee and (work.assigned_at is None or work.assigned_at >= before):
            return False
        candidates.room.pop(work.assignee, None)
        if not candidates.ids:
            return False
        write_work(dealership, lead, work, {"assignee": candidates.take_turn(turns)}, actor)
        turns.save(update_fields=["last_served"])
    return True


def next_in_turn(order: Sequence[UUID], last_served: UUID | None) -> UUID:
    """The first of some ids in order behind the one that was served last, who need not be among them; round and round."""
    return order[bisect_right(order, last_served) % len(order) if last_served else 0]


class Candidates:
    """Those of a dealership's staff (held from now on) who can be given a lead."""

    def __init__(self, dealership: Dealership, now: datetime, *, without: Collection[UUID] = ()):
        self.dealership = dealership
        self.staff = {pk: each for pk, each in held_staff(dealership).items() if pk not in without}
        on_duty = {pk: each for pk, each in self.staff.items() if can_be_given_leads(each, now, dealership.tz)}
        limits = {pk: each.most_open for pk, each in on_duty.items() if each.most_open is not None}
        had = _open_leads_of(dealership, limits)
        # How many more each may have; None: any number.
        self.room = {pk: limits[pk] - had.get(pk, 0) if pk in limits else None for pk in on_duty}

    @property
    def ids(self) -> list[UUID]:
        return sorted(pk for pk, room in self.room.items() if room is None or room > 0)

    def take_turn(self, turns: Turns) -> UUID:
        """Whose turn it is, now served. Whoever is left out keeps the place: the order is fixed, and no debt is kept."""
        turns.last_served = next_in_turn(self.ids, turns.last_served)
        room = self.room[turns.last_served]
        self.room[turns.last_served] = None if room is None else room - 1
        return turns.last_served

    def had_by_same_contact(self, lead: Lead) -> UUID | None:
        """Who has, or had, the last lead of the same contact, if they are among us. It is no turn of theirs."""
        previous = _previous_assignee(self.dealership, lead)
        return previous if previous in self.ids else None


# --- Switching it on, and people who come back -------------------------------------------------------


def begin_to_deal(sender: object, dealership: Dealership, changed: set[str], **kwargs: object) -> None:
    """What is new from now on is dealt out, and nothing that was there before."""
    if "assigning" not in changed or not dealership.deals_in_turn:
        return
    number_events(dealership)
    feed = locked_feed(dealership)
    beginning = {"after": feed.last if feed else 0, "nobody_since": None, "look_at": None}
    Turns.objects.update_or_create(dealership=dealership, defaults=beginning)


def look_at_once(sender: object, dealership: Dealership, **kwargs: object) -> None:
    """Deal out what waits, as somebody may be available now.

    Afterwards: their membership is held, and whoever deals holds the Turns before it.
    """
    waiting = Turns.objects.of(dealership).filter(nobody_since__isnull=False)
    transaction.on_commit(lambda: waiting.update(look_at=timezone.now()))


# --- What waits --------------------------------------------------------------------------------------


def _locked(dealership: Dealership) -> Turns | None:
    """None if somebody else is dealing, or leads are not dealt out any more."""
    Turns.objects.get_or_create(dealership=dealership)
    turns = Turns.objects.of(dealership).filter(dealership__assigning=Assigning.ROUND_ROBIN)
    return turns.select_for_update(skip_locked=True, of=("self",)).first()


def _held_turns(dealership: Dealership) -> Turns:
    """Whoever deals, whichever way: a turn is taken by one at a time."""
    Turns.objects.get_or_create(dealership=dealership)
    return Turns.objects.of(dealership).select_for_update().get()


def _next_new_lead(dealership: Dealership, turns: Turns) -> tuple[int, UUID | None]:
    """(the sequence of its event, its id), or (how far all is seen to, None). Those of imports are dealt to nobody."""
    feed = Feed.objects.filter(dealership=dealership).first()
    last = feed.last if feed else 0
    new = events_after(dealership, turns.after).filter(kind=EventKind.CREATED, sequence__lte=last)
    found = new.exclude(actor_type=ActorType.IMPORT).values_list("sequence", "lead_id").first()
    return found or (last, None)


def _all_seen_to(turns: Turns, last: int) -> Outcome:
    turns.after, turns.nobody_since, turns.look_at = last, None, None
    turns.save()
    return Outcome.ALL_SEEN_TO


def _wait(turns: Turns, now: datetime) -> Outcome:
    begins = turns.nobody_since is None
    turns.nobody_since = now if begins else turns.nobody_since
    turns.look_at = now + LOOK_AGAIN
    turns.save()
    return Outcome.BEGINS_TO_WAIT if begins else Outcome.WAITS


def _open_leads_of(dealership: Dealership, people: Collection[UUID]) -> dict[UUID, int]:
    """{id: how many open leads} of these people."""
    if not people:
        return {}
    leads = Lead.objects.of(dealership).with_archived(False).with_status(Status.NEW)
    counts = leads.filter(work__assignee__in=people).order_by().values_list("work__assignee")
    return dict(counts.annotate(count=Count("pk")))


def works_by_key(dealership: Dealership, key: str, value: str) -> QuerySet[Work]:
    """The Work, with its lead, that had this `contact_phone` or `contact_email` when it was written, the last assigned first.

    Asked for apart: of an OR, SQLite without statistics goes through all that the dealership has.
    """
    works = Work.objects.of(dealership).filter(**{key: value}).select_related("lead")
    return works.order_by("-assigned_at", "-lead_id")


def _previous_assignee(dealership: Dealership, lead: Lead) -> UUID | None:
    keys = dict(zip(KEYS, contact_keys(lead.target_info), strict=True))
    earlier = [
        work
        for key, value in keys.items()
        if value
        for work in works_by_key(dealership, key, value)[:MOST_EARLIER]
        # Of another lead that somebody has or had, whose contact is not another by now.
        if work.assignee and work.pk != lead.pk and value in contact_keys(work.lead.target_info)
    ]
    return max(earlier, key=lambda work: work.assigned_at).assignee if earlier else None
