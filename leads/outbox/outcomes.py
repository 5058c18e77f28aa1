"""How one attempt to send went, or why there was none."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Outcome:
    """`error` is a short stable code for what went wrong without an answer ("timeout", "refused_address"), else "".

    `status` is the HTTP (or SMTP) status, or None where there is none; `answer` what the other side said, cut to 1 KB.
    `gone`: it asked never to be told again. `delivered_to`: marks of those, of several, who need not be told again.
    `later`: it asked to be told later, in so long at least.
    """

    ok: bool
    status: int | None = None
    error: str = ""
    answer: str = ""
    gone: bool = False
    delivered_to: tuple[str, ...] = ()
    later: timedelta | None = None


@dataclass(frozen=True)
class Postponed:
    """It is not yet time: quiet hours, or a lead that has not been New for long enough. No attempt was made."""

    until: datetime


@dataclass(frozen=True)
class NotNeeded:
    """What was to be told is no longer so, as of a lead that did not stay New. No attempt was made."""


def printable(text: str) -> str:
    """Without control characters: PostgreSQL takes no NUL, and a terminal obeys others."""
    return "".join(character for character in text if character in "\n\t" or unicodedata.category(character) != "Cc")
