"""What the analytics page shows: which figures it asks for, and what of them becomes a tile, a bar or a column."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from leads.analytics import charts, words
from leads.analytics.charts import Column
from leads.analytics.forms import GROUPS, OF, FigureForm

RIPE_DAYS = 30
RECENT = timedelta(days=RIPE_DAYS)
WIDE, NARROW = (26, 9), (8, 4)  # how many weeks a drawing has, and of how many of them it says the day
BANDS = ["quick", "quick", "quick", "fair", "fair", "slow", "slow"]
AGES = ["quick", "quick", "fair", "slow", "slow"]
CUT = 100  # leads of a heat map's busiest hour: more digits have no room in a cell

Ask = Callable[[str, QueryDict], dict[str, Any]]


class Bar(NamedTuple):
    """A row of a table with a bar: a count, and its share of `of` in per cent where that says something."""

    name: str
    count: dict
    drawn: SafeString
    of: float | None = None


class Dot(NamedTuple):
    name: str
    found: dict
    drawn: SafeString | str


class Panel(NamedTuple):
    """The context of a panel: what its template needs, and the query of its CSV."""

    csv: str
    shown: dict[str, Any]


def read(form: FigureForm, ask: Ask) -> dict[str, Any]:
    """The context of the page's tiles and panels. `ask` answers a figure for a query, as the API does.

    Addresses in it do not say whose dealership it is: the page adds that for a superuser.
    """
    compare = form.query("compare")
    conversion, response = ask("conversion", compare), ask("response", compare)
    ageing = ask("ageing", _ageing(form))
    completion = ask("completion", form.query())
    return {
        "conversion": conversion,
        "response": response,
        "completion": completion,
        "ageing": ageing,
        "as_of": conversion["asOf"],
        "panels": {
            "outcome": Panel(_csv("conversion", compare), _outcome(conversion)),
            "answers": Panel(_csv("response", compare), _answers(response)),
            "weeks": _weeks(form, ask),
            "sources": _sources(form, ask),
            "heat": _heat(form, ask),
            "ways": Panel(_csv("response", compare), _ways(response)),
            "ages": Panel(_csv("ageing", _ageing(form)), _ages(ageing)),
        },
        "groups": _groups(form, ask) if form.cleaned_data.get("by") else None,
    }


def _ageing(form):
    """Of open leads as they are now: a period says nothing of them."""
    query = form.query()
    del query["from"], query["to"]
    return query


def _csv(figure, query):
    return f"{reverse('analytics:csv', args=[figure])}?{query.urlencode()}"


# --- What became of them, and how long it took -----------------------------------------------------


def _outcome(conversion):
    parts = [("other", conversion["completed"], _("Completed")), ("none", conversion["notNeeded"], _("Not needed"))]
    parts.append(("one", conversion["stillNew"], _("Still new")))
    created = conversion["created"]["count"]
    return {
        "stack": charts.stack([(tone, count["count"]) for tone, count, _name in parts], get_language_bidi()),
        "parts": [(tone, name, count, count["count"] / created if created else None) for tone, count, name in parts],
        "within": conversion["within"],
    }


def _answers(response):
    """Bands of business time with those who nobody has answered; of all time beside them in the table."""
    bands = zip(response["business"]["bands"], BANDS, strict=True)
    rows = [(words.up_to(each["upTo"]), each["answered"], tone) for each, tone in bands]
    rows += [(_("nobody yet"), response["waiting"], "never"), (_("ended without an answer"), response["ended"], "none")]
    wall = [each["answered"] for each in response["wall"]["bands"]] + [None, None]
    bars = _bars(rows, of=response["asked"]["count"])
    return {
        "bars": bars,
        "both": [(bar.name, count, bar.count) for bar, count in zip(bars, wall, strict=True)],
        "quantiles": [
            (label, response["wall"][of], response["business"][of])
            for of, label in (("ofAll", _("of all")), ("ofAnswered", _("of the answered")))
        ],
        "target": response["target"],
        "target_words": words.duration(response["target"]["seconds"], in_days=False),
    }


def _ways(response):
    ways = [("asked", _("asked for an answer")), ("byHand", _("added by hand"))]
    ways += [("byImport", _("imported")), ("bornClosed", _("closed when they came"))]
    rows = [(name, response[way], "fair" if way == "asked" else "none") for way, name in ways]
    return {"bars": _bars(rows, of=sum(count["count"] for _name, count, _tone in rows))}


def _bars(rows, of=None):
    most = max((count["count"] for _name, count, _tone in rows), default=0) or 1
    rtl = get_language_bidi()
    return [
        Bar(name, count, charts.bar(count["count"] / most, tone, rtl), count["count"] / of if of else None)
        for name, count, tone in rows
    ]


# --- Weeks ---------------------------------------------------------------------------------------


def _weeks(form, ask):
    query = form.query(interval="week")
    activity = ask("activity", query)
    weeks = [_week(row, form.today) for row in activity["rows"]]
    wide, narrow = (_columns(weeks, *room) for room in (WIDE, NARROW))
    rows = [(week.label, week.is_whole, row) for week, row in zip(weeks, activity["rows"], strict=True)]
    return Panel(_csv("activity", query), {"wide": wide, "narrow": narrow, "rows": rows})


def _week(row, today):
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    one, other = row["created"]["count"], row["completed"]["count"]
    facts = {"week": words.period(first, last), "one": words.number(one), "other": words.number(other)}
    title = _("%(week)s: received %(one)s, completed %(other)s") % facts
    is_whole = last - first == timedelta(days=6) and last < today
    return Column(words.isolated(f"{first:%d/%m}"), title, one, other, is_whole)


def _columns(weeks, most, labels):
    """The last weeks: (drawing, axis, how many earlier ones only the table has)."""
    drawn, rtl = weeks[-most:], get_language_bidi()
    return charts.columns(drawn, labels=labels, rtl=rtl), charts.axis(drawn, rtl), max(len(weeks) - most, 0)


# --- Sources, hours, ages, groups ------------------------------------------------------------------


def _sources(form, ask):
    """Of leads that are old enough: where the period has none, of as many days that ended 30 days ago."""
    first, last = form.days()
    ripe = form.today - RECENT
    moved = first > ripe
    if moved:
        first, last = ripe - (last - first), ripe
    query = form.query(by="source", **{"from": first.isoformat(), "to": last.isoformat()})
    conversion = ask("conversion", query)
    place = next(n for n, within in enumerate(conversion["within"]) if within["days"] == RIPE_DAYS)
    found = [(words.group("source", group), group["within"][place]) for group in conversion["groups"]]
    if conversion["other"]:
        found.append((_("all others"), conversion["other"]["within"][place]))
    dots = [Dot(name, within, _dot(within["share"])) for name, within in found]
    shown = {"dots": dots, "scale": _quarters(), "moved": words.period(first, last) if moved else ""}
    return Panel(_csv("conversion", query), shown)


def _quarters():
    return charts.shares([words.percent(quarter / 4) for quarter in range(5)], get_language_bidi())


def _dot(share):
    if share["value"] is None:
        return ""
    return charts.dot(share["value"], share["low"], share["high"], get_language_bidi())


def _heat(form, ask):
    query = form.query("of")
    heatmap = ask("heatmap", query)
    most = max(count["count"] for row in heatmap["rows"] for count in row) or 1
    # 5 January 1970 was a Monday.
    days = [date_format(date(1970, 1, 5 + day), "D") for day in range(7)]
    rows = [[(charts.level(count["count"], most), count) for count in row] for row in heatmap["rows"]]
    by_hour = [(f"{hour:02}", [row[hour] for row in rows]) for hour in range(24)]
    other = next(each for each in OF if each != heatmap["of"])
    shown = {
        "days": days,
        "rows": list(zip(days, rows, strict=True)),
        "hours": by_hour,
        "of": heatmap["of"],
        "other": _other_heat(form, other),
        "has_room": most < CUT,
    }
    return Panel(_csv("heatmap", query), shown)


def _other_heat(form, other):
    return f"?{form.query('compare', 'by', of=other).urlencode()}"


def _ages(ageing):
    by_age, by_idle = (_aged(ageing[name]) for name in ("byAge", "byIdle"))
    both = [(age.name, age.count, idle.count) for age, idle in zip(by_age, by_idle, strict=True)]
    return {"bars": by_age, "both": both, "stale_days": ageing["staleAfter"] // words.DAY}


def _aged(bands):
    names = words.ages([band["under"] for band in bands])
    return _bars([(name, band["open"], tone) for name, band, tone in zip(names, bands, AGES, strict=True)])


def _groups(form, ask):
    """Each group's leads, what became of them, and how soon they were answered."""
    by = form.cleaned_data["by"]
    query = form.query("by")
    conversion, response = ask("conversion", query), ask("response", query)
    answers = {group["group"]: group for group in response["groups"]}
    rows = [(words.group(by, group), group, answers.get(group["group"])) for group in conversion["groups"]]
    known = {group["group"] for group in conversion["groups"]}
    rows += [(words.group(by, group), None, group) for group in response["groups"] if group["group"] not in known]
    if conversion["other"]:
        rows.append((_("all others"), conversion["other"], response["other"]))
    csv = [(_("Completed"), _csv("conversion", query)), (_("Answers"), _csv("response", query))]
    return {"by": GROUPS[by], "rows": rows, "csv": csv}
