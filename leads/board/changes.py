"""What names the state of all that a dealership's boards may show: three looks into indexes, however many leads there are."""

from cars.models import Stock
from leads.models import LeadEvent
from steerleads.db.compiled import ID, CompiledQuery

MOST_WAITING = 500  # events without a number; more would be much to read every two seconds


def state_of(dealership):
    """A value that is another after each committed write of a lead, or of a car. None while too many events wait.

    Every write of a lead has its event. Events that have a number grow at their end alone; those that wait for one come
    as they are committed, in whatever order, and leave by getting it. So the newest that has one, and all that wait,
    name everything that is committed, which no number or time of a write would: the later one may be committed first.
    """
    # Those that wait come first: read the other way round, one that is given its number in between would be in neither.
    waiting = _waiting.rows(dealership.pk)
    if len(waiting) > MOST_WAITING:
        return None
    return waiting, _newest.row(dealership.pk), _stock.row(dealership.pk)


_waiting = CompiledQuery(
    lambda dealership: (
        LeadEvent.objects.of(dealership)
        .filter(sequence=None)
        .order_by("at", "id")
        .values_list("id")[: MOST_WAITING + 1]
    ),
    ID,
)
_newest = CompiledQuery(
    lambda dealership: (
        LeadEvent.objects.of(dealership).filter(sequence__isnull=False).order_by("-sequence").values_list("id")[:1]
    ),
    ID,
)
_stock = CompiledQuery(lambda dealership: Stock.objects.of(dealership).values_list("mark"), ID)
