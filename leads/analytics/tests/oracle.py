"""Every figure of the analytics, worked out slowly from what the API tells: GET /v1/events, /v1/leads and /v1/vehicles.

None of the product's code is here. It was written from the contract's words alone (A1 to A24), before and without a look
at the code that it judges, so that whoever reads a sentence differently is found out. Sentences that can be read in two
ways are marked “Reading:”, with the one that is taken.
"""

import unicodedata
from collections import Counter
from datetime import date

from leads.analytics.tests.oracle_clocks import DAY, day_of, first_second
from leads.analytics.tests.oracle_figures import FIGURES, activity, heatmap
from leads.analytics.tests.oracle_statistics import difference
from leads.analytics.tests.oracle_stories import Told

DELETED = "(deleted)"
MOST_GROUPS = 50


def expected(figure: str, query: dict, told: Told) -> dict:
    """The figure's answer, with a Cell where the JSON has {count, gone, leads}, and shares that are not rounded."""
    stories = [story for story in told.stories if passes(story, query)]
    answer = {"figure": figure, "timeZone": told.zone}
    if figure == "ageing":
        chosen = [story for story in stories if story.is_open_at(told.now)]
        return answer | FIGURES[figure](chosen, told) | grouped(figure, chosen, query, told)
    first, last = period(query, told)
    answer |= {"from": first.isoformat(), "to": last.isoformat()}
    if figure == "activity":
        return answer | activity(stories, first, last, query, told)
    chosen = cohort(stories, first, last, told)
    if figure == "heatmap":
        return answer | heatmap(chosen, query, told)
    answer |= FIGURES[figure](chosen, told) | grouped(figure, chosen, query, told)
    return answer | compared(figure, answer, stories, first, last, query, told)


def period(query, told):
    """A3. Reading: “the last 30 with today” is today and the 29 days before it."""
    today = day_of(told.now, told.zone)
    last = date.fromisoformat(query["to"]) if "to" in query else today
    return date.fromisoformat(query["from"]) if "from" in query else last - 29 * DAY, last


def cohort(stories, first, last, told):
    """A8: created in the period, both days inclusive."""
    begin, end = first_second(first, told.zone), first_second(last + DAY, told.zone)
    return [story for story in stories if begin <= story.created < end]


def passes(story, query):
    """A4. A tag or action filter leaves deleted leads out; the others keep them.

    Reading: `source` is compared letter by letter; a lead whose car is gone has a carId, but neither make nor model.
    """
    lead, car = story.lead, story.car
    tests = {
        "tag": lambda text: lead and lead["tag"] and fold(lead["tag"]) == fold(text.strip()),
        "action": lambda text: lead and fold(lead["action"]) == fold(text.strip()),
        "carId": lambda text: story.car_id == text.lower(),
        "make": lambda text: car and fold(car["make"]) == fold(text.strip()),
        "model": lambda text: car and fold(car["model"]) == fold(text.strip()),
        "source": lambda text: story.source == text,
    }
    return all(tests[name](value) for name, value in query.items() if name in tests)


# --- Groups and comparison ---------------------------------------------------------------------------


def grouped(figure, chosen, query, told):
    """A4's `by`. Reading: the largest by all leads of the cohort, not by those that the figure is about; a month is
    written 2026-11; among groups of one size null is last, but a larger null comes before smaller ones."""
    if "by" not in query:
        return {}
    by, members = query["by"], {}
    for story in chosen:
        members.setdefault(group_of(story, by, told), []).append(story)
    order = sorted(members, key=lambda group: (-len(members[group]), group is None, group or ""))
    groups = [
        {"group": group, **label(by, group, members[group]), **FIGURES[figure](members[group], told)}
        for group in order[:MOST_GROUPS]
    ]
    rest = [story for group in order[MOST_GROUPS:] for story in members[group]]
    return {"by": by, "groups": groups, "other": FIGURES[figure](rest, told) if rest else None}


def group_of(story, by, told):
    """A18: nothing that a person typed is left of a deleted lead; a car that is gone is null."""
    lead = story.lead
    if by in ("tag", "action"):
        return (lead[by] and fold(lead[by])) if lead else DELETED
    if by == "car":
        return fold(car_name(story)) if story.car else None
    if by == "month":
        return day_of(story.created, told.zone).isoformat()[:7]
    by_person = {"answeredBy": story.answered_by, "decidedBy": story.decided_by, "assignee": story.assignee}
    return {"source": story.source, **by_person}[by]


def label(by, group, stories):
    """The commonest spelling among the group's leads. Reading: of equally common ones, the first by code point."""
    if by not in ("tag", "action", "car"):
        return {}
    if group in (None, DELETED):
        return {"label": group}
    spelled = Counter(car_name(story) if by == "car" else story.lead[by] for story in stories)
    return {"label": min(spelled, key=lambda spelling: (-spelled[spelling], spelling))}


def car_name(story):
    return f"{story.car['make']} {story.car['model']}"


def compared(figure, answer, stories, first, last, query, told):
    """A13: the same figure of another period, and into each share of `within` and `target` the difference."""
    if "compare" not in query:
        return {}
    if query["compare"] == "previous":
        begin, end = first - (last - first) - DAY, first - DAY
    else:
        begin, end = map(date.fromisoformat, query["compare"].split(".."))
    other = FIGURES[figure](cohort(stories, begin, end, told), told)
    for this, that in zip(named_shares(answer), named_shares(other), strict=True):
        this["share"] |= {"difference": difference(this["share"], that["share"])}
    return {"compared": {"from": begin.isoformat(), "to": end.isoformat(), **other}}


def named_shares(answer):
    return [*answer.get("within", []), *([answer["target"]] if "target" in answer else [])]


def fold(text: str) -> str:
    """Contract 21."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    folded = unicodedata.normalize("NFKD", bare.casefold())
    table = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "\u0640": ""}
    table |= dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True))
    table |= dict.fromkeys("’‘ʼ＇", "'") | dict.fromkeys("‐‑‒–—―−", "-")
    return "".join(table.get(letter, letter) for letter in folded)
