"""The one door to the figures, for the API, pages, the command and the digest: answers, and the leads behind a number."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from leads.analytics.asked import Asked
from leads.analytics.behind import Behind
from leads.analytics.catching_up import catch_up, standing_of
from leads.analytics.figures import FIGURES
from leads.analytics.figures.base import Figure
from leads.analytics.kept import kept
from leads.analytics.questions import API, ask, shown_time
from leads.models import Lead
from steerleads.api.errors import ValidationFailed
from steerleads.api.streaming import one_state
from steerleads.db.text import shown
from steerleads.dealers.models import Dealership, User

MINUTE = 60
TAKE_IT = "Take the address that stands beside a count."


class FigureLeads(NamedTuple):
    """The leads behind a number: those that are there, archived ones too, and how many are gone."""

    leads: QuerySet[Lead]
    gone: int


def figure_answer(
    dealership: Dealership, figure: str, query: MultiValueDict, *, viewer: User | None = None, base: str = API
) -> dict[str, Any]:
    """A figure's answer to a query string, with every event counted that is committed by now.

    `query` is a QueryDict, or Parameters of `known_parameters`. `viewer` is the member of staff who looks, None for all
    rights. Lists have addresses `{base}/{figure}/leads?…`. Raises ValidationFailed with all that is wrong.
    """
    asked = ask(dealership, FIGURES[figure], query, viewer=viewer, base=base)
    with caught_up(asked) as asked:
        now, told = _told(FIGURES[figure], asked)
        return {
            "figure": figure,
            **(asked.period.dates if asked.period else {}),
            "timeZone": dealership.time_zone,
            "asOf": shown_time(now),
            "sequence": asked.standing.after,
            **told,
        }


def _told(figure: Figure, asked: Asked) -> tuple[int, dict[str, Any]]:
    """(of which moment, the answer's own keys). Groups are slow, and are told of one moment for the rest of its minute."""

    def tell() -> tuple[int, dict[str, Any]]:
        return asked.now, figure.answer(asked)

    if not asked.by:
        return tell()
    calendar, dealership = asked.calendar, asked.dealership
    hours = calendar.fingerprint(), calendar.target_seconds, calendar.stale_seconds, dealership.time_zone
    return kept(asked, ("answer", asked.address(""), asked.own_row, hours, asked.now // MINUTE), tell)


def figure_leads(
    dealership: Dealership, figure: str, query: MultiValueDict, cell: str, *, viewer: User | None = None
) -> FigureLeads:
    """The leads behind the number at `cell` of the answer to the same query, as of now.

    Raises ValidationFailed, also where the answer has no such number.
    """
    asked = ask(dealership, FIGURES[figure], query, viewer=viewer)
    with caught_up(asked) as asked:
        behind = behind_cell(FIGURES[figure], asked, cell)
        return FigureLeads(behind.leads(), behind.there_and_gone()[1])


@contextmanager
def caught_up(asked: Asked) -> Iterator[Asked]:
    """The same question, asked of one state of the database in which all that was committed before is counted."""
    with one_state():
        standing = standing_of(asked.dealership, asked.calendar)
        if standing.is_settled:
            yield asked.of(standing)
            return
    catch_up(asked.dealership, asked.calendar)
    with one_state():
        yield asked.of(standing_of(asked.dealership, asked.calendar))


def behind_cell(figure: Figure, asked: Asked, cell: str) -> Behind:
    """The leads behind the number at `cell`. Raises ValidationFailed where there is none."""
    behind = figure.leads(asked, cell.split("."))
    if behind is None:
        raise ValidationFailed(f"There is no cell “{shown(cell)}”. {TAKE_IT}", field="cell")
    return behind
