"""What a board shows, as its address says it: whose leads, of which car, with which tag, found by which words."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.http import Http404

from cars.models import Car
from leads.models import Lead
from steerleads.db.ids import parse_id
from steerleads.db.text import fold, normalise
from steerleads.dealers.models import Dealership
from steerleads.dealers.permissions import dealership_of

MOST_TAGS = 200
# From each tag to the next one in the index: DISTINCT would go through all leads that have one.
TAGS = """
    WITH RECURSIVE used (folded, nth) AS (
        SELECT min(tag_folded), 1 FROM leads_lead WHERE dealership_id = %s AND tag_folded IS NOT NULL
        UNION ALL
        SELECT (SELECT min(tag_folded) FROM leads_lead WHERE dealership_id = %s AND tag_folded > used.folded), nth + 1
        FROM used WHERE used.folded IS NOT NULL AND nth < %s
    )
    SELECT (SELECT min(tag) FROM leads_lead WHERE dealership_id = %s AND tag_folded = used.folded)
    FROM used WHERE used.folded IS NOT NULL ORDER BY used.folded"""


# The sorts of the view, beside the order that is made by hand. A lead waits since it came.
SORTS = {"newest": ("-created_at", "-id"), "waiting": ("created_at", "id")}
BY_HAND = ("order", "created_at", "id")


@dataclass(frozen=True)
class Filters:
    dealership: Dealership
    car: Car | None = None
    tag: str = ""
    search: str = ""
    sort: str = ""  # one of SORTS, or by hand

    @property
    def order(self):
        return SORTS.get(self.sort, BY_HAND)

    @property
    def leads(self):
        """The leads on the board, without an order."""
        leads = Lead.objects.of(self.dealership).with_archived(False)
        if self.car:
            leads = leads.filter(car=self.car)
        if self.tag:
            leads = leads.filter(tag_folded=fold(self.tag))
        return leads.matching(self.search, self.dealership) if self.search else leads

    @property
    def are_set(self):
        return bool(self.car or self.tag or self.search)


def read_filters(request):
    """The Filters that a request's query string asks for. Http404 for a car that the dealership does not have."""
    dealership = _dealership(request)
    car = request.GET.get("car", "").strip()
    return Filters(
        dealership,
        _one(Car.objects.of(dealership), car) if car else None,
        normalise(request.GET.get("tag", "")),
        normalise(request.GET.get("q", "")),
        sort if (sort := request.GET.get("sort", "")) in SORTS else "",
    )


def chosen_dealership(request):
    """What every address of a superuser's board repeats: the dealership that was chosen, as a query string."""
    chosen = request.GET.get("dealership", "") if request.user.is_superuser else ""
    return f"?{urlencode({'dealership': chosen})}" if chosen else ""


def tags_in_use(dealership):
    """The tags of a dealership's leads in their alphabet's order, each in one spelling. It costs by tags, not by leads."""
    owner = Lead._meta.get_field("dealership").get_db_prep_value(dealership.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(TAGS, [owner, owner, MOST_TAGS, owner])
        return [tag for (tag,) in cursor.fetchall()]


def _dealership(request):
    """The person's own; a superuser's own or the first one, unless the address names another."""
    own = dealership_of(request.user)
    if not request.user.is_superuser:
        return own
    if chosen := request.GET.get("dealership"):
        return _one(Dealership.objects, chosen)
    return own or Dealership.objects.order_by("name").first()


def _one(rows, text):
    row = rows.filter(pk=parse_id(text)).first()
    if row is None:
        raise Http404
    return row
