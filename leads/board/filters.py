"""What a board shows, as its address says it: whose leads, of which car, with which tag, found by which words, whose and due when."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from cars.models import Car
from leads.models import Lead
from leads.work.due import DUE, Clock
from leads.work.filters import ME, NOBODY
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


# The sorts of the view, beside the order that is made by hand. A lead waits since it came; those not due come last.
BY_HAND = ("order", "created_at", "id")
WAITING = ("created_at", "id")
BY_DUE = (F("work__due").asc(nulls_last=True), "created_at", "id")
SORTS = {"newest": ("-created_at", "-id"), "waiting": WAITING, "due": BY_DUE}


@dataclass(frozen=True)
class Filters:
    dealership: Dealership
    car: Car | None = None
    tag: str = ""
    search: str = ""
    sort: str = ""  # one of SORTS, or by hand
    assignee: str = ""  # ME, NOBODY or a colleague's id
    due: str = ""  # one of DUE
    me: UUID | None = None  # who reads, as a colleague of this dealership

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
        if self.assignee:
            leads = self._assigned(leads)
        if self.due:
            leads = leads.filter(DUE[self.due](Clock(self.dealership.tz, timezone.now())))
        return leads.matching(self.search, self.dealership) if self.search else leads

    def _assigned(self, leads):
        if self.assignee == NOBODY:
            return leads.filter(work__assignee=None)
        whose = self.me if self.assignee == ME else UUID(self.assignee)
        return leads.filter(work__assignee=whose) if whose else leads.none()

    @property
    def are_set(self):
        return bool(self.car or self.tag or self.search or self.assignee or self.due)

    @property
    def asked(self):
        """All that these narrow and sort by, as plain values."""
        return self.car and self.car.pk, self.tag, self.search, self.sort, self.assignee, self.due, self.me


def read_filters(request):
    """The Filters that a request's query string asks for. Http404 for a car that the dealership does not have."""
    dealership = _dealership(request)
    car = request.GET.get("car", "").strip()
    return Filters(
        dealership,
        _one(Car.objects.of(dealership), car) if car else None,
        normalise(request.GET.get("tag", "")),
        normalise(request.GET.get("q", "")),
        _one_of(SORTS, request.GET.get("sort", "")),
        _assignee(request.GET.get("assignee", "").strip()),
        _one_of(DUE, request.GET.get("due", "")),
        colleague_id(request.user, dealership),
    )


def colleague_id(user, dealership):
    """Who somebody is as a colleague of this dealership: an id of a membership, or None."""
    membership = getattr(user, "membership", None)
    return membership.pk if membership and dealership and membership.dealership_id == dealership.pk else None


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


def _one_of(names, asked):
    return asked if asked in names else ""


def _assignee(asked):
    """ME, NOBODY, an id in one spelling, or nothing."""
    return asked if asked in (ME, NOBODY) else str(parse_id(asked) or "")


def _one(rows, text):
    row = rows.filter(pk=parse_id(text)).first()
    if row is None:
        raise Http404
    return row
