"""The one door to the figures, for the API, pages, the command and the digest: answers, and the leads behind a number."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from leads.analytics.asked import Asked
from leads.analytics.behind import Behind
from leads.analytics.catching_up import Standing, catch_up, standing_of
from leads.analytics.figures import FIGURES
from leads.analytics.figures.base import Figure
from leads.analytics.questions import API, ask, shown_time
from leads.models import Lead
from steerleads.api.errors import ValidationFailed
from steerleads.api.streaming import one_state
from steerleads.db.text import shown
from steerleads.dealers.models import Dealership, User

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
    with caught_up(asked) as standing:
        asked = asked.counted_to(standing.after)
        return {
            "figure": figure,
            **(asked.period.dates if asked.period else {}),
            "timeZone": dealership.time_zone,
            "asOf": shown_time(asked.now),
            "sequence": standing.after,
            **FIGURES[figure].answer(asked),
        }


def figure_leads(
    dealership: Dealership, figure: str, query: MultiValueDict, cell: str, *, viewer: User | None = None
) -> FigureLeads:
    """The leads behind the number at `cell` of the answer to the same query, as of now.

    Raises ValidationFailed, also where the answer has no such number.
    """
    asked = ask(dealership, FIGURES[figure], query, viewer=viewer)
    with caught_up(asked) as standing:
        behind = behind_cell(FIGURES[figure], asked, cell)
        return FigureLeads(behind.leads(dealership), behind.there_and_gone(standing.is_settled)[1])


@contextmanager
def caught_up(asked: Asked) -> Iterator[Standing]:
    """One state of the database in which all that was committed before is counted."""
    with one_state():
        standing = standing_of(asked.dealership, asked.calendar)
        if standing.is_settled:
            yield standing
            return
    catch_up(asked.dealership, asked.calendar)
    with one_state():
        yield standing_of(asked.dealership, asked.calendar)


def behind_cell(figure: Figure, asked: Asked, cell: str) -> Behind:
    """The leads behind the number at `cell`. Raises ValidationFailed where there is none."""
    behind = figure.leads(asked, cell.split("."))
    if behind is None:
        raise ValidationFailed(f"There is no cell “{shown(cell)}”. {TAKE_IT}", field="cell")
    return behind
