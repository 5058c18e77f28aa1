"""A person's data, wherever it stands: found by name, phone or e-mail, handed out, and erased for good."""

import json
import re
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from leads.actions import delete_lead
from leads.contacts.parsing import LEAST_DIGITS, emails_in, fold_contact, numbers_in
from leads.contacts.search import contact_pattern, contact_search_text
from leads.errors import LeadNotFound
from leads.feed import locked_feed
from leads.fields import PERSON_FIELDS, TEXT_FIELDS
from leads.models import Lead, LeadEvent, Origin, PersonRequest
from leads.serializers import HistoryEntry, LeadWithCarSerializer, OriginSerializer
from leads.work.actions import forget_contacts
from leads.work.events import plan_of
from leads.work.models import Work
from steerleads.db.text import words
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.idempotency import forget_answers
from steerleads.dealers.models import Dealership

AUDIT_KINDS = {
    PersonRequest.Kind.EXPORT: AuditKind.CONTACT_EXPORTED,
    PersonRequest.Kind.ERASE: AuditKind.CONTACT_ERASED,
}


class TooVague(Exception):
    """The text would mean everybody."""


@dataclass(frozen=True)
class Person:
    """Whom a text means: its `words` as a name, and its `pattern`, of a number or of other contact info."""

    words: tuple[str, ...]
    pattern: str
    is_number: bool

    @classmethod
    def of(cls, text: str) -> "Person":
        """Raises TooVague for a text that nobody is called, or a number that is none."""
        pattern = contact_pattern(text)
        is_number = any(map(str.isdigit, text)) and not any(letter.isalpha() or letter == "@" for letter in text)
        if not words(text) or not pattern or (is_number and sum(map(str.isdigit, pattern)) < LEAST_DIGITS):
            raise TooVague(f"Name a person, an e-mail address, or a phone number of at least {LEAST_DIGITS} digits.")
        return cls(tuple(words(text)), pattern, is_number)

    def is_meant_by(self, lead: Lead) -> bool:
        """Whether the contact's name, its info, or one of the numbers or addresses in either, equals the text."""
        return self.words == tuple(words(lead.target_name)) or self.pattern in _contacts(lead)

    def is_mentioned_in(self, searchable: str) -> bool:
        """Whether a text names the person, given what contact_search_text makes of it."""
        if self.is_number or "@" in self.pattern:
            return self.pattern in searchable
        # Only where words end: Arabic writes “and” and “to” onto a name's beginning.
        return all(re.search(rf"{re.escape(fold_contact(word))}(?!\w)", searchable) for word in self.words)


def find_people(dealership: Dealership, text: str) -> QuerySet[Lead]:
    """The Leads, with their cars, whose contact's name has all words of `text`, or whose info has it. Raises TooVague."""
    return _candidates(dealership, Person.of(text)).select_related("car").order_by("created_at", "id")


def leads_of_person(dealership: Dealership, text: str) -> list[Lead]:
    """The Leads, with their cars, whose contact's name, phone or e-mail equals `text`, by id. Raises TooVague."""
    person = Person.of(text)
    likely = _candidates(dealership, person).select_related("car").order_by("id")
    return [lead for lead in likely.iterator(chunk_size=500) if person.is_meant_by(lead)]


def whole_lead(lead: Lead) -> dict[str, Any]:
    """All that a Lead (with its car) holds, as the API shows it, and what is planned for it."""
    origin = Origin.objects.of(lead.dealership_id).filter(lead=lead).first()
    came_from = OriginSerializer.of(origin) if origin else None
    work = Work.objects.of(lead.dealership_id).filter(lead=lead).first()
    plan = plan_of(work) if work else None
    return LeadWithCarSerializer.of(lead) | {"archived": lead.archived, "origin": came_from, "work": plan}


def hand_out(dealership: Dealership, leads: Collection[Lead], *, actor: Actor, now: datetime) -> dict[str, Any]:
    """All that these leads of a person hold, as JSON values; that it was handed out is recorded."""
    _record_request(PersonRequest.Kind.EXPORT, dealership, len(leads), actor, now)
    objects = [whole_lead(lead) | {"history": _history(lead)} for lead in leads]
    return {"dealership": dealership.name, "exportedAt": now, "leads": objects}


def erase_leads(dealership: Dealership, text: str, leads: Iterable[Lead], *, actor: Actor, now: datetime) -> int:
    """Delete those of `leads` that are still the person's; how many were. That it was done is recorded."""
    agreed, persons = {lead.pk for lead in leads}, persons_in(text, leads)
    with transaction.atomic():
        locked_feed(dealership)  # whoever numbers events locks them lead after lead in another order
        still_theirs = [lead.pk for lead in leads_of_person(dealership, text) if lead.pk in agreed]
        erased = sum(_delete(dealership, lead_id, actor) for lead_id in still_theirs)
        forget_contacts(dealership, {person.pattern for person in identified_by(text, leads)})
        _record_request(PersonRequest.Kind.ERASE, dealership, erased, actor, now)
    # Apart, as deleting a lead locks its own answers first. Others may be of leads whose contact was another then.
    forget_answers(dealership, lambda answer: is_mentioned_in_json(persons, answer))
    return erased


def persons_in(text: str, leads: Iterable[Lead]) -> set[Person]:
    """Every Person that `text` or the contacts of these leads name: by what others may mention them."""
    named = [text, *(getattr(lead, field.column) for lead in leads for field in PERSON_FIELDS)]
    named += [contact for lead in leads for contact in _contacts(lead)]
    return {person for person in map(_person, named) if person}


def identified_by(text: str, leads: Iterable[Lead]) -> set[Person]:
    """The Person of `text`, and those of the numbers and addresses of these leads: whose data is surely the same one's."""
    return {Person.of(text)} | {each for each in persons_in(text, leads) if each.is_number or "@" in each.pattern}


def is_mentioned(persons: Iterable[Person], *texts: str | None) -> bool:
    """Whether one of `persons` is named in one of these texts."""
    searchable = [contact_search_text(text) for text in texts if text]
    return any(person.is_mentioned_in(text) for text in searchable for person in persons)


def is_mentioned_in_json(persons: Iterable[Person], text: str | bytes) -> bool:
    """Whether one of `persons` is named in a text of this JSON, whose own spelling of quotes and lines hides nobody."""
    return is_mentioned(persons, *_texts_in(json.loads(text)))


def mentions(dealership: Dealership, persons: Iterable[Person], *, besides: Set[UUID] = frozenset()) -> list[UUID]:
    """Ids of leads, but those in `besides`, in whose texts, or in whose history, one of `persons` is mentioned."""
    leads = Lead.objects.of(dealership).order_by().values_list("id", *(field.column for field in TEXT_FIELDS))
    events = LeadEvent.objects.of(dealership).filter(texts__isnull=False).order_by().values_list("lead_id", "texts")
    mentioning = {lead_id for lead_id, *texts in leads.iterator() if is_mentioned(persons, *texts)}
    steps = Work.objects.of(dealership).filter(next_step__isnull=False).values_list("lead", "next_step")
    mentioning |= {lead_id for lead_id, step in steps.iterator() if is_mentioned(persons, step)}
    mentioning |= {lead_id for lead_id, changes in events.iterator() if is_mentioned(persons, *_sides(changes))}
    return sorted(mentioning - besides)


def _candidates(dealership, person):
    named = Q(*(Q(target_name_folded__contains=word) for word in person.words))
    return Lead.objects.of(dealership).filter(named | Q(contact_text__contains=person.pattern))


def _contacts(lead):
    """What contact_pattern makes of a lead's contact info, and of every number and address in that or in the name."""
    return {contact_pattern(lead.target_info), *_named_in(lead.target_info), *_named_in(lead.target_name)}


def _named_in(text):
    return {*emails_in(text), *numbers_in(text)}


def _person(text):
    try:
        return Person.of(text)
    except TooVague:
        return None


def _texts_in(value):
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts_in(each)]


def _sides(changes):
    """What stood and stands in the texts that an event tells of."""
    return [side for change in changes.values() for side in change.values()]


def _history(lead):
    events = LeadEvent.objects.of(lead.dealership_id).filter(lead_id=lead.pk).order_by("at", "id")
    return [HistoryEntry.render(event) for event in events.values_list(*HistoryEntry.columns)]


def _delete(dealership, lead_id, actor):
    try:
        delete_lead(dealership, lead_id, actor=actor)
    except LeadNotFound:  # somebody was faster
        return False
    return True


def _record_request(kind, dealership, leads, actor, now):
    with transaction.atomic():
        PersonRequest.objects.create(dealership=dealership, kind=kind, at=now, actor_name=actor.name, leads=leads)
        audit.record(AUDIT_KINDS[kind], actor=actor, dealership=dealership, leads=leads)
