"""What the API's document says of the figures."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from leads.analytics.asked import BY
from leads.analytics.figures.base import Figure
from leads.analytics.filters import FactFilters
from leads.analytics.openapi_examples import EXAMPLES
from leads.analytics.serializers import answer_of
from leads.openapi_examples import CAR, LEAD
from leads.serializers import LeadWithCarSerializer
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    DISPOSITION,
    ETAG,
    FOR,
    IF_NONE_MATCH,
    LINK,
    TOTAL,
    answer,
    header,
    operation,
    operations,
)

WORDS = {
    "conversion": "What became of the leads that were created in a period: completed, not needed, or still new; and how "
    "many were completed within so many days, of those that are old enough.",
    "response": "How long those who asked in a period waited until a person did something about it. Automatic answers do "
    "not count.",
    "completion": "How long it took to complete the leads of a period, from their creation to the first time.",
    "ageing": "How old the leads are that are open now, and for how long nobody has cared for them.",
    "activity": "What happened in each day, week or month of a period, to leads of any age. Rows do not add up: each lead "
    "counts once in each.",
    "heatmap": "At which hours of the local week the leads of a period came in, or were answered.",
}
ALL_NUMBERS = (
    "Every event that is committed is counted. A number of leads comes with how many of them are gone since, and with the "
    "path of their list. The period's days are the dealership's local ones."
)
FORMAT = OpenApiParameter(
    "format",
    str,
    enum=["json", "csv"],
    description="`csv`: a row for each number, whose `cell` is its path in the JSON.",
)
PERIOD = (
    OpenApiParameter(
        "from",
        OpenApiTypes.DATE,
        description="The first local date. Without `from` and `to`, the last 30 with today; without `from`, the 30 up to "
        "`to`. At most 3,660 days.",
        examples=[OpenApiExample("A date", "2026-11-01")],
    ),
    OpenApiParameter(
        "to",
        OpenApiTypes.DATE,
        description="The last local date. Without it: today.",
        examples=[OpenApiExample("A date", "2026-11-30")],
    ),
)
BY_GROUPS = OpenApiParameter(
    "by", str, enum=BY, description="Also by groups: the 50 largest, and all others together. Not with `compare`."
)
COMPARE = OpenApiParameter(
    "compare",
    str,
    description="Also of another period: `previous` for as many days just before, or dates like "
    "`2026-10-01..2026-10-31`. Not with `by`.",
    examples=[OpenApiExample("As many days before", "previous")],
)
OPTIONS = {
    "interval": "What a row is of. ISO weeks, which the period cuts.",
    "of": "`created`: by the hour of creation. `answered`: those who asked, by the hour of the first answer of a person.",
}
GONE = header("X-Gone-Count", "How many leads of this number were deleted since.", int)


def _asked_with(figure: Figure) -> list[OpenApiParameter]:
    option = (
        [OpenApiParameter(figure.option, str, enum=figure.choices, description=OPTIONS[figure.option])]
        if figure.option
        else []
    )
    filters = [_filter(name) for name in FactFilters.base_filters]
    groups = [BY_GROUPS] if figure.has_groups else []
    return [
        *(PERIOD if figure.is_of_period else ()),
        *option,
        *filters,
        *groups,
        *([COMPARE] if figure.is_compared else []),
    ]


def _cell(figure: Figure) -> OpenApiParameter:
    """Which number's leads; with one of the cells of the figure's example."""
    [path, *_] = _addresses(EXAMPLES[figure.name])
    return OpenApiParameter(
        "cell",
        {"type": "string", "minLength": 1},
        required=True,
        description="Which number: as it stands in the path beside a count.",
        examples=[OpenApiExample("A number", parse_qs(urlsplit(path).query)["cell"][0])],
    )


def _addresses(shown: Any) -> Iterator[str]:
    """Those of the lists, in an answer or a part of it."""
    if isinstance(shown, dict) and "leads" in shown:
        yield shown["leads"]
    elif isinstance(shown, dict | list):
        for part in shown.values() if isinstance(shown, dict) else shown:
            yield from _addresses(part)


def _filter(name: str) -> OpenApiParameter:
    each = FactFilters.base_filters[name]
    kind = OpenApiTypes.UUID if name == "carId" else OpenApiTypes.STR
    examples = [OpenApiExample(name, each.example)] if each.example else []
    return OpenApiParameter(name, kind, description=each.extra["help_text"], examples=examples)


def figure_documents(figure: Figure) -> Callable[[type], type]:
    """What decorates the viewset of a figure."""
    shape = answer_of(figure)
    return operations(
        retrieve=operation(
            f"get_{figure.name}",
            summary=f"Get {figure.name.capitalize()}",
            description=f"{WORDS[figure.name]} {ALL_NUMBERS}",
            parameters=[*_asked_with(figure), FORMAT, FOR, IF_NONE_MATCH, ETAG, DISPOSITION],
            responses={
                200: answer(shape, "The figure.", {figure.name.capitalize(): EXAMPLES[figure.name]}),
                (200, "text/csv"): answer(OpenApiTypes.STR, "The figure as a sheet."),
            },
            errors=[_bad(figure)],
        )
    )


def list_documents(figure: Figure) -> Callable[[type], type]:
    """What decorates the viewset of the lists behind a figure's numbers."""
    return operations(
        list=operation(
            f"list_{figure.name}_leads",
            summary=f"Get Leads Behind {figure.name.capitalize()}",
            description="The leads behind a number, as of now: its `leads` is the path. Archived ones are among them. "
            "Needs the scope `leads:read`, too.",
            parameters=[_cell(figure), *_asked_with(figure), IF_NONE_MATCH, ETAG, LINK, TOTAL, GONE],
            responses={
                200: answer(LeadWithCarSerializer(many=True), "Array of lead objects.", {"Leads": {**LEAD, "car": CAR}})
            },
            errors=[_bad(figure)],
        )
    )


def _bad(figure: Figure) -> ValidationFailed:
    if figure.is_of_period:
        return ValidationFailed("“tomorrow” is not a date like 2026-11-30.", field="from")
    return ValidationFailed("“compare” is for other figures. Leave it out.", field="compare")
