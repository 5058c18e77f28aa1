"""The oracle's six figures: what each says of a set of leads, by the contract's words."""

from leads.analytics.tests.oracle_clocks import DAY, days_between, first_second, wall
from leads.analytics.tests.oracle_statistics import quantiles, share
from leads.analytics.tests.oracle_stories import Story, Told

DAYS_WITHIN = (1, 3, 7, 14, 30, 60, 90)
BANDS = (300, 900, 1800, 3600, 14400, 86400, None)
AGES = (86400, 259200, 604800, 2592000, None)


class Cell(frozenset):
    """The ids of the leads that are counted, deleted ones too."""


def cell(stories, holds=lambda story: True) -> Cell:
    return Cell(story.id for story in stories if holds(story))


def conversion(stories: list[Story], told: Told) -> dict:
    """A9. Status is that at asOf, of a deleted lead the one it died with; an archived lead counts like any other."""
    completed = cell(stories, lambda story: story.status == "COMPLETED")
    not_needed = cell(stories, lambda story: story.status == "NOT_NEEDED")
    reopened = cell(stories, lambda story: story.is_reopened)
    return {
        "created": cell(stories),
        "completed": completed,
        "notNeeded": not_needed,
        "stillNew": cell(stories, lambda story: story.status == "NEW"),
        "ofCreated": share(len(completed), len(stories)),
        "ofDecided": share(len(completed), len(completed) + len(not_needed)),
        "reopened": reopened,
        "reopenedShare": share(len(reopened), len(cell(stories, lambda story: story.ever_decided))),
        "within": [within(stories, days, told) for days in DAYS_WITHIN],
    }


def within(stories, days, told):
    """Reading: “within” and “at least that old” both include the last second; made as NEW by whomever."""
    most = days * 86400
    ripe = [story for story in stories if story.born_status == "NEW" and told.now - story.created >= most]
    completed = cell(
        ripe, lambda story: story.first_completed is not None and story.first_completed <= story.created + most
    )
    return {"days": days, "completed": completed, "ripe": cell(ripe), "share": share(len(completed), len(ripe))}


def response(stories: list[Story], told: Told) -> dict:
    """A10, of the asked ones; A6 and A7."""
    asked = [story for story in stories if story.way == "asked"]
    return {
        "asked": cell(asked),
        **{
            name: cell(asked, lambda story, name=name: story.answer == name)
            for name in ("answered", "waiting", "ended")
        },
        **{
            name: cell(stories, lambda story, name=name: story.way == name)
            for name in ("byHand", "byImport", "bornClosed")
        },
        "wall": clocked(asked, lambda start, end: end - start),
        "business": clocked(asked, told.openings.seconds_between),
        "target": target(asked, told),
    }


def clocked(asked, between):
    taken = {story.id: between(story.created, story.humans[0].at) for story in asked if story.humans}
    seconds = list(taken.values())
    return {
        "bands": [
            {"upTo": most, "answered": Cell(lead for lead in taken if band_of(taken[lead]) == most)} for most in BANDS
        ],
        "ofAll": quantiles(seconds, len(asked)),
        "ofAnswered": quantiles(seconds, len(taken)),
    }


def band_of(seconds):
    return next(most for most in BANDS if most is None or seconds <= most)


def target(asked, told):
    """Reading: an ended lead without an answer goes on being unanswered, and is missed once its time is over."""

    def business_seconds(story):
        return told.openings.seconds_between(story.created, story.humans[0].at if story.humans else told.now)

    met = cell(asked, lambda story: story.humans and business_seconds(story) <= told.openings.target)
    missed = cell(asked, lambda story: business_seconds(story) > told.openings.target)
    return {
        "seconds": told.openings.target,
        "met": met,
        "missed": missed,
        "share": share(len(met), len(met) + len(missed)),
    }


def completion(stories: list[Story], told: Told) -> dict:
    """A11. Reading: a lead that was completed once and reopened since counts with its first time."""
    done = [story for story in stories if story.born_status == "NEW" and story.first_completed is not None]
    seconds = [story.first_completed - story.created for story in done]
    return {"completed": cell(done), "ofCompleted": quantiles(seconds, len(done))}


def ageing(stories: list[Story], told: Told) -> dict:
    """A14, of open ones. Reading: “over” seven days is more than that to the second; a band has its lower end."""
    ages = {story.id: told.now - story.created for story in stories}
    idle = {story.id: told.now - (story.humans[-1].at if story.humans else story.created) for story in stories}
    return {
        "open": cell(stories),
        "stale": cell(stories, lambda story: idle[story.id] > told.openings.stale),
        "staleAfter": told.openings.stale,
        "byAge": aged(ages),
        "byIdle": aged(idle),
    }


def aged(seconds):
    def under(age):
        return next(most for most in AGES if most is None or age < most)

    return [{"under": most, "open": Cell(lead for lead in seconds if under(seconds[lead]) == most)} for most in AGES]


FIGURES = {"conversion": conversion, "response": response, "completion": completion, "ageing": ageing}


# --- The two that go along the calendar --------------------------------------------------------------


def activity(stories, first, last, query, told):
    interval = query.get("interval", "day")
    rows = [row(stories, *bucket, told) for bucket in buckets(first, last, interval)]
    return {"interval": interval, "rows": rows}


def buckets(first, last, interval):
    """[(first day, last day)], ISO weeks and months cut to the period."""
    named = {
        "day": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
    }
    found = {}
    for day in days_between(first, last):
        found.setdefault(named[interval](day), []).append(day)
    return [(days[0], days[-1]) for days in found.values()]


def row(stories, first, last, told):
    """A15. Reading: “by a change, so not those born so” holds for completed as it does for notNeeded.

    Reading: what has not begun yet has the backlog of now.
    """
    begin, end = first_second(first, told.zone), first_second(last + DAY, told.zone)
    backlog_at = min(end - 1, told.now)

    def having(holds):
        return cell(stories, lambda story: any(begin <= event.at < end and holds(event) for event in story.events))

    def changed(event):
        return event.kind not in ("lead.created", "lead.deleted")

    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "created": having(lambda event: event.kind == "lead.created"),
        "completed": having(lambda event: changed(event) and event.status == "COMPLETED"),
        "notNeeded": having(lambda event: changed(event) and event.status == "NOT_NEEDED"),
        "reopened": having(lambda event: event.is_reopening),
        "archived": having(lambda event: event.kind == "lead.archived"),
        "deleted": having(lambda event: event.kind == "lead.deleted"),
        "backlog": cell(stories, lambda story: story.is_open_at(backlog_at)),
    }


def heatmap(chosen, query, told):
    """A16. Reading: weekday and hour are those on the wall, also where clocks go back over midnight; `created` if not said."""
    of = query.get("of", "created")
    if of == "created":
        at = {story.id: story.created for story in chosen}
    else:
        at = {story.id: story.humans[0].at for story in chosen if story.way == "asked" and story.humans}
    shown = {lead: wall(second, told.zone) for lead, second in at.items()}
    rows = [
        [
            Cell(lead for lead, clock in shown.items() if (clock.weekday(), clock.hour) == (day, hour))
            for hour in range(24)
        ]
        for day in range(7)
    ]
    return {"of": of, "rows": rows}
