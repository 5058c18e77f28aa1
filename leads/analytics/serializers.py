"""What the answers of figures look like, for the API's document: each figure's numbers alone, by groups, and compared."""

from collections.abc import Mapping
from copy import deepcopy

from rest_framework import serializers

from leads.analytics.asked import BY
from leads.analytics.figures.activity import Activity
from leads.analytics.figures.base import Figure
from leads.analytics.figures.heatmap import Heatmap
from leads.analytics.models import LeadTurn
from steerleads.api.serializers import enum

Fields = Mapping[str, serializers.Field]

FigureBy = enum("FigureBy", BY)
Interval = enum("Interval", Activity.choices)
HeatmapOf = enum("HeatmapOf", Heatmap.choices)


class Count(serializers.Serializer):
    """A number of leads."""

    count = serializers.IntegerField(help_text="How many they are, deleted ones too.")
    gone = serializers.IntegerField(help_text="How many of them have been deleted since.")
    leads = serializers.CharField(help_text="The path of the list of them: its length and `gone` are `count`.")


class Difference(serializers.Serializer):
    """This period's share minus the other's, with its 95 % interval (Newcombe). If 0 is in it, it may be chance."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class Share(serializers.Serializer):
    """A share between 0 and 1 with its 95 % interval (Wilson). All three are null where `of` is under 5."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    of = serializers.IntegerField(help_text="Of how many leads.")


class ComparedShare(Share):
    """A share that `compare` sets beside that of another period."""

    difference = Difference(required=False, help_text="Only with `compare`.")


class Quantile(serializers.Serializer):
    """A lead's own time, in whole seconds: so many have one that is as short, by nearest rank."""

    seconds = serializers.IntegerField(allow_null=True)
    isBeyond = serializers.BooleanField(help_text="Whether it falls among those that have no end yet.")
    low = serializers.IntegerField(allow_null=True, help_text="Where its 95 % interval begins, of enough leads.")
    high = serializers.IntegerField(allow_null=True, help_text="Where its 95 % interval ends, of enough leads.")


class Quantiles(serializers.Serializer):
    """How times are spread."""

    of = serializers.IntegerField(help_text="Of how many leads.")
    median = Quantile()
    p75 = Quantile()
    p90 = Quantile()


def serializer(name: str, words: str, fields: Fields) -> type[serializers.Serializer]:
    """A class of this name; its fields may have names that Python keeps for itself."""
    return type(name, (serializers.Serializer,), {"__doc__": words, "get_fields": lambda self: deepcopy(fields)})


# --- Numbers of the figures ----------------------------------------------------------------------


def _seconds(words: str, **further: bool) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=words, **further)


class Within(serializers.Serializer):
    """Of the leads that are old enough, how many were completed within so many days for the first time."""

    days = serializers.IntegerField()
    completed = Count()
    ripe = Count(help_text="Made as NEW, at least so many days ago.")
    share = ComparedShare()


class AnswerBand(serializers.Serializer):
    """Leads that were answered within these times."""

    upTo = _seconds("Seconds, inclusive; null has no end. It begins where the one before ends.", allow_null=True)
    answered = Count()


class AnswerTimes(serializers.Serializer):
    """How long answers took."""

    bands = AnswerBand(many=True)
    ofAll = Quantiles(help_text="Of all who asked: those without an answer count as longer than any.")
    ofAnswered = Quantiles(help_text="Of those who have an answer. It flatters who ignores leads.")


class Target(serializers.Serializer):
    """Answers within the dealership's target, in business time."""

    seconds = _seconds("The target.")
    met = Count()
    missed = Count(help_text="Answered later, or not at all and past it by now.")
    share = ComparedShare()


class AgeBand(serializers.Serializer):
    """Open leads of such an age."""

    under = _seconds("Seconds; null has no end. It begins where the one before ends.", allow_null=True)
    open = Count()


NUMBERS: dict[str, Fields] = {
    "conversion": {
        "created": Count(),
        "completed": Count(),
        "notNeeded": Count(),
        "stillNew": Count(),
        "ofCreated": Share(help_text="`completed` of `created`."),
        "ofDecided": Share(help_text="`completed` of `completed` and `notNeeded`."),
        "reopened": Count(),
        "reopenedShare": Share(help_text="Of all that were decided at any time."),
        "within": Within(many=True),
    },
    "response": {
        "asked": Count(help_text="Made by a key as NEW. All below but the next three are of these."),
        "answered": Count(help_text="By a person."),
        "waiting": Count(help_text="Nobody has answered, and they are open."),
        "ended": Count(help_text="Nobody has answered, and they are open no more."),
        "byHand": Count(help_text="Made by staff."),
        "byImport": Count(help_text="Made by an import or a command."),
        "bornClosed": Count(help_text="Made by a key, not as NEW."),
        "wall": AnswerTimes(help_text="By the clock."),
        "business": AnswerTimes(help_text="While the dealership was open."),
        "target": Target(),
    },
    "completion": {
        "completed": Count(help_text="Made as NEW and completed at any time."),
        "ofCompleted": Quantiles(help_text="From creation to the first completion."),
    },
    "ageing": {
        "open": Count(help_text="NEW and not archived."),
        "stale": Count(help_text="Nobody has cared for them for longer than `staleAfter`."),
        "staleAfter": _seconds("Seconds: a setting of the dealership."),
        "byAge": AgeBand(many=True, help_text="Since their creation."),
        "byIdle": AgeBand(
            many=True, help_text="Since a person did something for them last, else since their creation."
        ),
    },
}


# --- Answers -------------------------------------------------------------------------------------


def _dates() -> Fields:
    return {"from": serializers.DateField(), "to": serializers.DateField()}


ROW = {**_dates(), "created": Count(), **{kind: Count() for kind in LeadTurn.Kind.values}, "deleted": Count()}
ROW["backlog"] = Count(help_text="Open at the end of its last second, or now.")
ActivityRow = serializer(
    "ActivityRow", "What happened in a day, week or month. Each lead counts once in each number.", ROW
)
ROWS: dict[str, Fields] = {
    "activity": {"interval": Interval(), "rows": ActivityRow(many=True)},
    "heatmap": {
        "of": HeatmapOf(),
        "rows": serializers.ListField(
            child=serializers.ListField(child=Count(), min_length=24, max_length=24),
            min_length=7,
            max_length=7,
            help_text="7 days, Monday first, of 24 hours.",
        ),
    },
}


def answer_of(figure: Figure) -> type[serializers.Serializer]:
    """The serializer of a figure's answer."""
    title, numbers = figure.name.capitalize(), NUMBERS.get(figure.name, {})
    head: dict[str, serializers.Field] = {"figure": enum(f"{title}Name", [figure.name])()}
    head |= _dates() if figure.is_of_period else {}
    head |= {
        "timeZone": serializers.CharField(help_text="The dealership's. Its days are those of the answer."),
        "asOf": serializers.DateTimeField(),
        "sequence": serializers.IntegerField(help_text="That of the last event which is counted."),
    }
    return serializer(
        f"{title}Figure", "The answer.", {**head, **numbers, **ROWS.get(figure.name, {}), **_further(figure, numbers)}
    )


def _further(figure: Figure, numbers: Fields) -> Fields:
    title, found = figure.name.capitalize(), {}
    if figure.has_groups:
        words = "Null: those that have none. `(deleted)`: those of whom it is not known any more."
        named = {
            "group": serializers.CharField(allow_null=True, help_text=words),
            "label": serializers.CharField(
                allow_null=True, required=False, help_text="The commonest spelling, of `tag`, `action` and `car`."
            ),
        }
        group = serializer(f"{title}Group", "The same of a part of the leads.", {**named, **numbers})
        other = serializer(f"{title}Other", "The same of all leads that are in no group.", numbers)
        found["by"] = FigureBy(required=False, help_text="Only with `by`.")
        found["groups"] = group(many=True, required=False, help_text="Only with `by`: the largest first, at most 50.")
        found["other"] = other(required=False, allow_null=True, help_text="Only with `by`. Null: all are in groups.")
    if figure.is_compared:
        compared = serializer(f"{title}Compared", "The same of another period.", {**_dates(), **numbers})
        found["compared"] = compared(required=False, help_text="Only with `compare`.")
    return found
