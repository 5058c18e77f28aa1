"""Lists of leads with their work: `include=work`, and what a key must be allowed to ask for that (contract W2, W6)."""

from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from leads.work.showing import PLAN_COLUMNS, Shown
from steerleads.api.listing import Listing
from steerleads.api.parameters import Parameters
from steerleads.dealers.models import ApiKey, Dealership, Scope
from steerleads.dealers.permissions import check_scope

INCLUDED = ("car", "work")  # lists have the vehicle anyway


def check_may_ask(key: ApiKey, parameters: Parameters) -> None:
    """Raises InsufficientScope where a list's parameters ask for work and the key may not read it."""
    asks = is_included(parameters) or "assignee" in parameters or "due" in parameters
    if asks or parameters.get("sortBy") == "due":
        check_scope(key, Scope.WORK_READ)


def is_included(parameters: Parameters) -> bool:
    return any("work" in value.split(",") for value in parameters.getlist("include"))


def with_work(listing: Listing, dealership: Dealership, now: datetime) -> Listing:
    """The same list, with `work` last in each object."""
    columns, shown = tuple(dict.fromkeys((*listing.columns, *PLAN_COLUMNS))), Shown(dealership, now)
    plan_of, count, render = itemgetter(*map(columns.index, PLAN_COLUMNS)), len(listing.columns), listing.render
    return replace(
        listing, columns=columns, render=lambda row: {**render(row[:count]), "work": shown.plan(plan_of(row))}
    )
