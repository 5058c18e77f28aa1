"""Questions to figures, judged: of a query string, everything that is wrong is named at once (contract A3, A4, A13)."""

from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from leads.analytics.asked import BY, Asked
from leads.analytics.figures.base import Figure
from leads.analytics.filters import FactFilters
from leads.analytics.periods import Period, asked_comparison, asked_period
from steerleads.api.parameters import Parameters
from steerleads.api.plans import active_filters
from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.days import local_date
from steerleads.dealers.models import Dealership, Role, User
from steerleads.dealers.permissions import has_role

API = "/v1/analytics"
PERIOD = {"from": False, "to": False}


@cache
def known_parameters(figure: Figure) -> dict[str, bool]:
    """Names of what a figure is asked with, each with whether it may be given several times; as addresses have them.

    `by` and `compare` are known to all: where they say nothing, they are refused and not passed over.
    """
    option = {figure.option: False} if figure.option else {}
    period = PERIOD if figure.is_of_period else {}
    return {**period, **option, **FactFilters.known(), "by": False, "compare": False}


def ask(
    dealership: Dealership, figure: Figure, query: MultiValueDict, *, viewer: User | None = None, base: str = API
) -> Asked:
    """The question that a query string asks, a QueryDict or its Parameters. Raises ValidationFailed with all that is wrong.

    `viewer` is a member of staff, who may be a salesperson; None sees all. `base` is what addresses begin with.
    """
    parameters = query if isinstance(query, Parameters) else Parameters(query, known_parameters(figure))
    asked = judged_question(dealership, figure, parameters, viewer=viewer, base=base)
    parameters.settle()
    return asked


def judged_question(
    dealership: Dealership, figure: Figure, parameters: Parameters, *, viewer: User | None = None, base: str = API
) -> Asked:
    """The same. What is wrong is noted in `parameters`, and the question is of no use then."""
    now, tz = int(timezone.now().timestamp()), dealership.tz
    filters = active_filters(FactFilters, parameters)
    period = asked_period(parameters, local_date(now, tz), tz) if figure.is_of_period else None
    option = parameters.choice(figure.option, figure.choices, figure.choices[0]) if figure.option else None
    return Asked(
        dealership=dealership,
        now=now,
        filters=filters,
        period=period,
        compared=_compared(figure, parameters, period),
        by=_by(figure, parameters),
        option=option,
        own_row=_own_row(viewer),
        address=_address(f"{base}/{figure.name}/leads", figure, parameters, period, option),
    )


def shown_time(second: int) -> str:
    """As answers have it."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _by(figure: Figure, parameters: Parameters) -> str | None:
    if "by" in parameters and not figure.has_groups:
        parameters.refuse("by", f"“by” is for other figures: {figure.name} has no groups. Leave it out.")
    return parameters.choice("by", BY, None) if figure.has_groups else None


def _compared(figure: Figure, parameters: Parameters, period: Period | None) -> Period | None:
    if "compare" not in parameters:
        return None
    if not figure.is_compared:
        wrong = f"“compare” is for other figures: {figure.name} is not compared. Leave it out."
        parameters.refuse("compare", wrong)
    elif "by" in parameters:
        parameters.refuse("compare", "“compare” and “by” do not go together. Leave one of them out.")
    else:
        return asked_comparison(parameters, period)
    return None


def _own_row(viewer: User | None) -> str | None:
    """What the groups by person call the one who asks, if those of others are not for them."""
    if viewer is None or has_role(viewer, Role.MANAGER):
        return None
    actor = Actor.of_user(viewer)
    return f"{actor.type}:{actor.name}"


def _address(path: str, figure: Figure, parameters: Parameters, period: Period | None, option: str | None):
    """What makes the address of the list of a cell: it says the period that was meant, and so stays of it."""
    sent = {name: parameters[name] for name in known_parameters(figure) if name in parameters}
    meant = {"from": period.first, "to": period.last} if period else {}
    if figure.option:
        meant[figure.option] = option
    begin = f"{path}?{urlencode([*{**meant, **sent, **meant}.items(), ('cell', '')])}"
    return begin.__add__
