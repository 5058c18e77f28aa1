"""What staff look for among leads, in all that a card shows: texts, contact, note and car; also half of what they type.

One condition on indexed columns for each word. Cars are looked for first, by an index of theirs, and their leads by
their ids: an OR over both tables would go through all leads, as it does for superusers, whose list is of all dealerships. So
a car that is changed is found at once, by all its leads.
"""

from django.db.models import Q

from cars.models import Car, holding
from leads.contacts.search import contact_patterns, is_number
from steerleads.db.text import fold, normalise
from steerleads.dealers.models import Dealership

MOST_NAMED = 500  # cars whose ids a statement names; of more, it asks for them anew


def matching(typed: str, dealership: Dealership | None = None) -> Q:
    """The condition on leads, of this dealership or of all: that each word is somewhere, or what is typed is a number."""
    typed = normalise(typed)
    condition = Q()
    for word in [typed] if is_number(typed) else typed.split():
        condition &= _written(word) | _about_cars(word, dealership)
    return condition


def _written(word: str) -> Q:
    condition = _containing("search_text", fold(word)) | _containing("note_text", fold(word))
    for pattern in contact_patterns(word):
        condition |= _containing("contact_text", pattern)
    return condition


def _containing(column: str, part: str) -> Q:
    return Q(**{f"{column}__contains": part}) if part else Q(pk__in=[])


def _about_cars(word: str, dealership: Dealership | None) -> Q:
    if dealership is None:
        return holding(word, "car__")
    ids = Car.objects.of(dealership).filter(holding(word)).order_by().values_list("pk", flat=True)
    named = list(ids[: MOST_NAMED + 1])
    return Q(car__in=named if len(named) <= MOST_NAMED else ids)
