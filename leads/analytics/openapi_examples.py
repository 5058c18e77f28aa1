"""Examples of the answers of figures, for the API's document: twelve leads of a November."""

from collections import Counter
from typing import Any

PERIOD = {"from": "2026-11-01", "to": "2026-11-30"}
HEAD = {"timeZone": "Africa/Casablanca", "asOf": "2026-11-30T12:00:00Z", "sequence": 26}


def _count(path: str, count: int, gone: int = 0) -> dict[str, Any]:
    """`path` is the figure, what it was asked with, and the cell: `conversion?from=…&cell=created`."""
    figure, _mark, asked = path.partition("?")
    return {"count": count, "gone": gone, "leads": f"/v1/analytics/{figure}/leads?{asked}"}


def _in_november(figure: str, cell: str, count: int, gone: int = 0, option: str = "") -> dict[str, Any]:
    return _count(f"{figure}?from=2026-11-01&to=2026-11-30{option}&cell={cell}", count, gone)


def _share(value: float | None, low: float | None, high: float | None, of: int) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "of": of}


def _quantile(
    seconds: int | None, low: int | None = None, high: int | None = None, *, beyond: bool = False
) -> dict[str, Any]:
    return {"seconds": seconds, "isBeyond": beyond, "low": low, "high": high}


def _bands(clock: str, *counts: int) -> list[dict[str, Any]]:
    return [
        {"upTo": most, "answered": _in_november("response", f"{clock}.bands.{index}.answered", count)}
        for index, (most, count) in enumerate(zip((300, 900, 1800, 3600, 14_400, 86_400, None), counts, strict=True))
    ]


def _ages(name: str) -> list[dict[str, Any]]:
    ages = {86_400: 1, 259_200: 0, 604_800: 0, 2_592_000: 2, None: 0}
    return [
        {"under": most, "open": _count(f"ageing?cell={name}.{index}.open", count)}
        for index, (most, count) in enumerate(ages.items())
    ]


def _row(cell: str, count: int, gone: int = 0) -> dict[str, Any]:
    return _in_november("activity", f"rows.0.{cell}", count, gone, "&interval=month")


# When they were created: by weekday and hour.
HOURS = Counter(
    [(0, 9), (0, 10), (1, 15), (1, 19), (2, 10), (2, 10), (2, 10), (3, 9), (3, 11), (4, 10), (4, 10), (4, 14)]
)


def _hour(day: int, hour: int) -> dict[str, Any]:
    is_the_deleted_ones = (day, hour) == (2, 10)
    return _in_november("heatmap", f"rows.{day}.{hour}", HOURS[day, hour], int(is_the_deleted_ones), "&of=created")


def _within(index: int, days: int, completed: int, ripe: int, gone: int, *share: float | None) -> dict[str, Any]:
    return {
        "days": days,
        "completed": _in_november("conversion", f"within.{index}.completed", completed),
        "ripe": _in_november("conversion", f"within.{index}.ripe", ripe, gone),
        "share": _share(*share, of=ripe),
    }


CONVERSION = {
    "figure": "conversion",
    **PERIOD,
    **HEAD,
    "created": _in_november("conversion", "created", 12, 1),
    "completed": _in_november("conversion", "completed", 4),
    "notNeeded": _in_november("conversion", "notNeeded", 3),
    "stillNew": _in_november("conversion", "stillNew", 5, 1),
    "ofCreated": _share(0.3333, 0.1381, 0.6094, 12),
    "ofDecided": _share(0.5714, 0.2505, 0.8418, 7),
    "reopened": _in_november("conversion", "reopened", 1),
    "reopenedShare": _share(0.125, 0.0224, 0.4709, 8),
    "within": [
        _within(0, 1, 1, 10, 1, 0.1, 0.0179, 0.4042),
        _within(1, 3, 3, 10, 1, 0.3, 0.1078, 0.6032),
        _within(2, 7, 4, 9, 0, 0.4444, 0.1888, 0.7333),
        _within(3, 14, 4, 7, 0, 0.5714, 0.2505, 0.8418),
        *(_within(index, days, 0, 0, 0, None, None, None) for index, days in ((4, 30), (5, 60), (6, 90))),
    ],
}
RESPONSE = {
    "figure": "response",
    **PERIOD,
    **HEAD,
    "asked": _in_november("response", "asked", 9, 1),
    "answered": _in_november("response", "answered", 7),
    "waiting": _in_november("response", "waiting", 1),
    "ended": _in_november("response", "ended", 1, 1),
    "byHand": _in_november("response", "byHand", 1),
    "byImport": _in_november("response", "byImport", 1),
    "bornClosed": _in_november("response", "bornClosed", 1),
    "wall": {
        "bands": _bands("wall", 1, 1, 1, 1, 0, 2, 1),
        "ofAll": {
            "of": 9,
            "median": _quantile(48_000, 600),
            "p75": _quantile(172_800),
            "p90": _quantile(None, beyond=True),
        },
        "ofAnswered": {
            "of": 7,
            "median": _quantile(3000, 120, 172_800),
            "p75": _quantile(57_600),
            "p90": _quantile(172_800),
        },
    },
    "business": {
        "bands": _bands("business", 2, 1, 1, 1, 0, 2, 0),
        "ofAll": {
            "of": 9,
            "median": _quantile(3000, 120),
            "p75": _quantile(72_000),
            "p90": _quantile(None, beyond=True),
        },
        "ofAnswered": {
            "of": 7,
            "median": _quantile(1500, 0, 72_000),
            "p75": _quantile(18_000),
            "p90": _quantile(72_000),
        },
    },
    "target": {
        "seconds": 1800,
        "met": _in_november("response", "target.met", 4),
        "missed": _in_november("response", "target.missed", 5, 1),
        "share": _share(0.4444, 0.1888, 0.7333, 9),
    },
}
COMPLETION = {
    "figure": "completion",
    **PERIOD,
    **HEAD,
    "completed": _in_november("completion", "completed", 5),
    "ofCompleted": {"of": 5, "median": _quantile(172_800), "p75": _quantile(518_400), "p90": _quantile(930_600)},
}
AGEING = {
    "figure": "ageing",
    **HEAD,
    "open": _count("ageing?cell=open", 3),
    "stale": _count("ageing?cell=stale", 2),
    "staleAfter": 604_800,
    "byAge": _ages("byAge"),
    "byIdle": _ages("byIdle"),
}
ACTIVITY = {
    "figure": "activity",
    **PERIOD,
    **HEAD,
    "interval": "month",
    "rows": [
        {
            **PERIOD,
            "created": _row("created", 12, 1),
            "completed": _row("completed", 5),
            "notNeeded": _row("notNeeded", 2),
            "reopened": _row("reopened", 1),
            "archived": _row("archived", 1),
            "deleted": _row("deleted", 1, 1),
            "backlog": _row("backlog", 3),
        }
    ],
}
HEATMAP = {
    "figure": "heatmap",
    **PERIOD,
    **HEAD,
    "of": "created",
    "rows": [[_hour(day, hour) for hour in range(24)] for day in range(7)],
}
EXAMPLES = {each["figure"]: each for each in (CONVERSION, RESPONSE, COMPLETION, AGEING, ACTIVITY, HEATMAP)}
