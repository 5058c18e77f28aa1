"""Numbers, shares, durations and groups of the figures, as a person reads them in their language."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_bidi, ngettext, pgettext
from django.utils.translation import gettext as _

from leads.models import Status
from steerleads.dealers.actors import ActorType, shown_name

MINUTE, HOUR, DAY = 60, 3600, 86400
LEAST_FOR_QUANTILES = 5  # leads: the page shows no quantile of fewer (contract A12)
DELETED = "(deleted)"
BY_PERSON = ("source", "answeredBy", "decidedBy", "assignee")
WHOLE = ("api_key", "staff")  # kinds of actors whose name says enough
MINUS = "−"


def number(n: int) -> str:
    return number_format(n, force_grouping=True)


def isolated(text: str) -> str:
    """Text with signs between its numbers, kept from left to right where all else runs the other way."""
    return f"\u2066{text}\u2069" if get_language_bidi() else text


def percent(value: float) -> str:
    return isolated(pgettext("percent", "%(n)s%%") % {"n": _hundredths(value)})


def interval(low: float, high: float) -> str:
    """“54–70%” of two shares."""
    return isolated(pgettext("percent", "%(n)s%%") % {"n": f"{_hundredths(low)}–{_hundredths(high)}"})


def points(value: float) -> str:
    """“+12”, in hundredths."""
    rounded = round(value * 100)
    return isolated(f"{'+' if rounded > 0 else MINUS if rounded < 0 else ''}{abs(rounded)}")


def _hundredths(value: float) -> str:
    hundredths = value * 100
    if 0 < hundredths < 1:
        return number_format(round(hundredths, 1), decimal_pos=1)
    return number_format(round(hundredths))


# --- Durations -----------------------------------------------------------------------------------


def duration(seconds: int, *, in_days: bool = True) -> str:
    """Its two largest units, cut: “2 h 10 min”. Under a minute it is said so. Open hours make no days."""
    if seconds < MINUTE:
        return _("under a minute")
    units = [(DAY, _days), (HOUR, _hours), (MINUTE, _minutes)][0 if in_days else 1 :]
    place = next(place for place, (size, _words) in enumerate(units) if seconds >= size)
    size, words = units[place]
    large, left = words(seconds // size), seconds % size
    if place + 1 == len(units) or left < units[place + 1][0]:
        return large
    smaller_size, smaller_words = units[place + 1]
    return _("%(large)s %(small)s") % {"large": large, "small": smaller_words(left // smaller_size)}


def _days(n: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": number(n)}


def _hours(n: int) -> str:
    return ngettext("%(n)s h", "%(n)s h", n) % {"n": number(n)}


def _minutes(n: int) -> str:
    return ngettext("%(n)s min", "%(n)s min", n) % {"n": number(n)}


def quantile(found: dict, of: int, *, in_days: bool = True) -> str:
    """A quantile {seconds, isBeyond} of so many leads, in words."""
    if of < LEAST_FOR_QUANTILES:
        return _("too few")
    return _("nobody yet") if found["isBeyond"] else duration(found["seconds"], in_days=in_days)


def up_to(seconds: int | None) -> str:
    """The name of a band of answers by its upper end."""
    return _("longer") if seconds is None else _("up to %(time)s") % {"time": duration(seconds, in_days=False)}


def ages(bounds: list[int | None]) -> list[str]:
    """The names of bands of ages by their ends: “under 1 day”, “1 to 3 days”, …, “over 30 days”."""
    names, before = [], None
    for bound in bounds:
        days = (bound or before or 0) // DAY
        if bound is None:
            name = ngettext("over %(n)s day", "over %(n)s days", days) % {"n": days}
        elif before is None:
            name = ngettext("under %(n)s day", "under %(n)s days", days) % {"n": days}
        else:
            both = {"from": before // DAY, "n": days}
            name = ngettext("%(from)s to %(n)s day", "%(from)s to %(n)s days", days) % both
        names.append(name)
        before = bound
    return names


# --- Days and groups -----------------------------------------------------------------------------


def period(first: date, last: date) -> str:
    if first == last:
        return date_format(first, "DATE_FORMAT")
    ends = {"from": date_format(first, "DATE_FORMAT"), "to": date_format(last, "DATE_FORMAT")}
    return _("%(from)s to %(to)s") % ends


def group(by: str, found: dict) -> str:
    """What a group of an answer is called."""
    value = found["group"]
    if value is None:
        return pgettext("group", "none")
    if value == DELETED:
        return _("(deleted)")
    if by in BY_PERSON:
        return actor(value)
    if by == "month":
        return date_format(date.fromisoformat(f"{value}-01"), "YEAR_MONTH_FORMAT")
    return found.get("label") or value


def actor(value: str) -> str:
    """“Website” of `api_key:Website`; of a command or an import with what it is."""
    kind, _colon, name = value.partition(":")
    name = shown_name(name)
    if kind in WHOLE or kind not in ActorType.values:
        return name or value
    return f"{ActorType(kind).label}: {name}"


def cell(name: str) -> str:
    """What the leads behind a cell have in common, by the last word of its name; "" if there is no word for it."""
    words = {
        "created": _("received"),
        "completed": Status.COMPLETED.label,
        "notNeeded": Status.NOT_NEEDED.label,
        "stillNew": _("still new"),
        "reopened": _("reopened"),
        "ripe": _("old enough"),
        "asked": _("asked for an answer"),
        "answered": _("answered by a person"),
        "waiting": _("waiting for an answer"),
        "ended": _("ended without an answer"),
        "byHand": _("added by hand"),
        "byImport": _("imported"),
        "bornClosed": _("closed when they came"),
        "met": _("answered within the target"),
        "missed": _("target missed"),
        "open": _("open"),
        "stale": _("left alone for too long"),
        "archived": _("archived leads"),
        "deleted": _("deleted"),
        "backlog": _("open at the end"),
    }
    return str(words.get(name.rpartition(".")[2], ""))
