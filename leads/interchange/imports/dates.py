"""Times as sheets and CRMs write them, read in the dealership's zone where they name none."""

import re
from datetime import UTC, datetime, tzinfo

from django.utils.dateparse import parse_datetime

from steerleads.db.text import fold

OLDEST = 1970
LONGEST = 60  # characters of a time
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(.*)", re.DOTALL)
LOCAL = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(.*)", re.DOTALL)
CLOCK = re.compile(
    r"[\s,T]*(?:(?:à|a|at)\s+)?(\d{1,2})\s*[:h]\s*(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*([ap]\.?m\.?))?(?:\s*(z|utc|gmt|[+-]\d{2}:?(?:\d{2})?))?",
    re.IGNORECASE,
)


class NotATime(Exception):
    """Nobody can tell which time is meant."""


def time_of(text: str, zone: tzinfo, *, month_first: bool = False) -> datetime:
    """The time, in UTC. `05/11/2026` is in November unless `month_first`. Raises NotATime."""
    if len(text) > LONGEST:
        raise NotATime()
    year, month, day, rest = _date(fold(text).strip(), month_first)
    hour, minute, second, named = _clock(rest)
    try:
        at = parse_datetime(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{named}")
        at = at and (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # a 31st of February, the end of the calendar
        at = None
    if at is None or at.year < OLDEST:
        raise NotATime()
    return at


def says_month_first(text: str) -> bool | None:
    """Whether a date can only be read with the month before the day, or the other way round; None: with both."""
    parts = LOCAL.fullmatch(fold(text).strip()) if len(text) <= LONGEST else None
    if parts is None:
        return None
    first, second = int(parts[1]), int(parts[3])
    return True if second > 12 >= first else False if first > 12 >= second else None


def _date(text: str, month_first: bool) -> tuple[int, int, int, str]:
    if parts := ISO.fullmatch(text):
        return int(parts[1]), int(parts[2]), int(parts[3]), parts[4]
    if not (parts := LOCAL.fullmatch(text)):
        raise NotATime()
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    sure = says_month_first(text)
    day, month = (second, first) if (month_first if sure is None else sure) else (first, second)
    return year + 2000 * (year < 100), month, day, parts[5]


def _clock(text: str) -> tuple[int, int, int, str]:
    """(hour, minute, second, the zone as ISO writes it or nothing)."""
    if not text.strip():
        return 0, 0, 0, ""
    parts = CLOCK.fullmatch(text.rstrip())
    if parts is None:
        raise NotATime()
    hour, half, named = int(parts[1]), (parts[4] or "")[:1].lower(), (parts[5] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise NotATime()
        hour = hour % 12 + 12 * (half == "p")
    return hour, int(parts[2]), int(parts[3] or 0), "Z" if named in ("UTC", "GMT") else named
