"""Answers of the figures as the API gives them, made up: every key is there, and every number says something."""

from datetime import date, timedelta
from urllib.parse import quote

BASE = "/admin/leads/analytics"
DAYS = (1, 3, 7, 14, 30, 60, 90)
BANDS = (300, 900, 1800, 3600, 14400, 86400, None)
AGES = (86400, 259200, 604800, 2592000, None)


def count(figure, cell, number, gone=0):
    return {"count": number, "gone": gone, "leads": f"{BASE}/{figure}/leads?cell={quote(cell)}"}


def share(value=0.62, low=0.54, high=0.7, of=142, difference=None):
    found = {"value": value, "low": low, "high": high, "of": of}
    return found | ({"difference": difference} if difference else {})


NO_SHARE = {"value": None, "low": None, "high": None, "of": 4}


def quantile(seconds, beyond=False):
    return {"seconds": None if beyond else seconds, "isBeyond": beyond, "low": None, "high": None}


def quantiles(of=150, median=2280, p75=7800, p90=None):
    last = quantile(0, True) if p90 is None else quantile(p90)
    return {"of": of, "median": quantile(median), "p75": quantile(p75), "p90": last}


def head(figure):
    period = {"from": "2026-11-01", "to": "2026-11-30"} if figure != "ageing" else {}
    return {
        "figure": figure,
        **period,
        "timeZone": "Africa/Casablanca",
        "asOf": "2026-11-30T12:00:00Z",
        "sequence": 26,
    }


def outcome(prefix="", completed=88, difference=None):
    within = [
        {
            "days": days,
            "completed": count("conversion", f"{prefix}within.{n}.completed", 20 + n),
            "ripe": count("conversion", f"{prefix}within.{n}.ripe", 100, 2),
            "share": share(difference=difference),
        }
        for n, days in enumerate(DAYS)
    ]
    return {
        "created": count("conversion", f"{prefix}created", 215, 3),
        "completed": count("conversion", f"{prefix}completed", completed),
        "notNeeded": count("conversion", f"{prefix}notNeeded", 54),
        "stillNew": count("conversion", f"{prefix}stillNew", 73),
        "ofCreated": share(0.41),
        "ofDecided": share(),
        "reopened": count("conversion", f"{prefix}reopened", 7),
        "reopenedShare": share(0.05),
        "within": within,
    }


def answers(prefix="", difference=None):
    numbers = (9, 21, 24, 19, 31, 14, 8)

    def both(name):
        bands = [
            {"upTo": band, "answered": count("response", f"{prefix}{name}.bands.{n}.answered", number)}
            for n, (band, number) in enumerate(zip(BANDS, numbers, strict=True))
        ]
        return {"bands": bands, "ofAll": quantiles(), "ofAnswered": quantiles(138, 1800, 5400, 68400)}

    named = {"asked": 150, "answered": 126, "waiting": 12, "ended": 12, "byHand": 30, "byImport": 1200, "bornClosed": 2}
    target = {
        "seconds": 1800,
        "met": count("response", f"{prefix}target.met", 54),
        "missed": count("response", f"{prefix}target.missed", 96),
        "share": share(0.36, 0.29, 0.44, 150, difference),
    }
    found = {name: count("response", prefix + name, number) for name, number in named.items()}
    return {**found, "wall": both("wall"), "business": both("business"), "target": target}


SOURCES = ["api_key:Website", "api_key:بوابة السيارات", "import:crm.csv", "staff:Sara Alami", None]


def groups(make, values=SOURCES):
    found = [{"group": value, **make(f"groups.{n}.")} for n, value in enumerate(values)]
    if "within" in found[1]:
        for each in found[1]["within"]:
            each["share"] = NO_SHARE
    return found


CHANCE = {"value": 0.08, "low": -0.04, "high": 0.19}


def conversion(query):
    if query.get("by"):
        return {**head("conversion"), **outcome(), "by": "source", "groups": groups(outcome), "other": None}
    if query.get("compare"):
        compared = {"from": "2026-10-02", "to": "2026-10-31", **outcome("compared.", 70)}
        return {**head("conversion"), **outcome(difference=CHANCE), "compared": compared}
    return {**head("conversion"), **outcome()}


def response(query):
    if query.get("by"):
        return {**head("response"), **answers(), "by": "source", "groups": groups(answers), "other": None}
    if query.get("compare"):
        compared = {"from": "2026-10-02", "to": "2026-10-31", **answers("compared.")}
        return {**head("response"), **answers(difference=CHANCE), "compared": compared}
    return {**head("response"), **answers()}


def completion(query):
    completed = count("completion", "completed", 88)
    return {**head("completion"), "completed": completed, "ofCompleted": quantiles(88, 172800, 518400, 930600)}


def ageing(query):
    def bands(name):
        numbers = zip(AGES, (14, 22, 17, 24, 9), strict=True)
        return [
            {"under": under, "open": count("ageing", f"{name}.{n}.open", number)}
            for n, (under, number) in enumerate(numbers)
        ]

    found = {"open": count("ageing", "open", 86), "stale": count("ageing", "stale", 21), "staleAfter": 604800}
    return {**head("ageing"), **found, "byAge": bands("byAge"), "byIdle": bands("byIdle")}


def activity(query):
    weeks, day = [], date(2026, 9, 7)
    for n, (one, other) in enumerate([(31, 18), (38, 22), (35, 27), (44, 25), (41, 30), (39, 33), (28, 21)] * 2):
        names = {"created": one, "completed": other, "notNeeded": 9, "reopened": 1, "archived": 12, "deleted": 1}
        counts = {name: count("activity", f"rows.{n}.{name}", number) for name, number in names.items()}
        last = min(day + timedelta(days=6), date(2026, 11, 30))
        backlog = count("activity", f"rows.{n}.backlog", 86)
        weeks.append({"from": day.isoformat(), "to": last.isoformat(), **counts, "backlog": backlog})
        day += timedelta(days=7)
        if day > date(2026, 11, 30):
            break
    return {**head("activity"), "interval": "week", "rows": weeks}


def heatmap(query):
    rows = [
        [count("heatmap", f"rows.{day}.{hour}", max(0, 14 - abs(hour - 11) * 3 - day)) for hour in range(24)]
        for day in range(7)
    ]
    return {**head("heatmap"), "of": query.get("of", "created"), "rows": rows}


ANSWERS = {each.__name__: each for each in (conversion, response, completion, ageing, activity, heatmap)}


def ask(figure, query):
    return ANSWERS[figure](query)
