"""What the server does for a board with 5,000 leads in a column: a drop, and the marks of its cards' ages."""

import time
from statistics import median

import pytest
from django.db.models import F

from conftest import make_car
from leads.board.tests.boards import Board
from leads.models import Lead, LeadEvent
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.clients import sizes
from steerleads.tests.volumes import load_leads

pytestmark = pytest.mark.django_db(transaction=True)

FEW, MANY = 50, 5000
NUMBERED, ALIKE, WITHOUT_GAPS = F("order") * 1024, 0, F("order")


@pytest.mark.parametrize("drops", sizes(1, 30))
@pytest.mark.parametrize(
    ("name", "order", "most"), [("numbered", NUMBERED, 2), ("all alike", ALIKE, 60), ("without gaps", WITHOUT_GAPS, 60)]
)
def test_a_drop_among_many(casa, atlas, name, order, most, drops):
    large, small = column_of(casa, MANY, order), column_of(atlas, FEW, order)
    first = drop(large, MANY)  # makes room, if there is none
    drop(small, FEW)
    pairs = [(drop(large, MANY), drop(small, FEW)) for _ in range(drops)]
    ratio, milliseconds = median(many / few for many, few in pairs), median(many for many, _few in pairs) * 1000
    written = LeadEvent.objects.of(casa).exclude(kind="lead.created").count()
    print(
        f"drop among {MANY:,}, {name}: {ratio:.2f} times that among {FEW} ({milliseconds:.0f} ms); "
        f"the first one {first * 1000:.0f} ms; {written} rows written by {drops + 1} drops"
    )
    assert drops == 1 or ratio < most


def column_of(dealership, count, order):
    """A board with so many leads in New, and no others."""
    load_leads(dealership, [make_car(dealership)], count)
    Lead.objects.of(dealership).update(status="NEW", order=order)
    return Board(make_staff(dealership))


def drop(board, count):
    """Seconds to drop the last card behind the one in the middle."""
    leads = Lead.objects.of(board.user.membership.dealership).order_by("order", "created_at", "id")
    card, middle = leads.last(), leads[count // 2 - 1]
    began = time.perf_counter()
    answer = board.move(card, after=middle)
    seconds = time.perf_counter() - began
    assert answer.status_code == 200 and leads[count // 2] == card
    return seconds
