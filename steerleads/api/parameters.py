"""The query string of one request: which parameters are known, which are ignored, and what they say (contract 22)."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Self
from urllib.parse import parse_qsl, quote

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from steerleads.api.errors import ValidationFailed
from steerleads.db.text import forbidden_character, shown

MOST_NAMES = 20
LONGEST_NAME = 64  # characters
ELLIPSIS = "%E2%80%A6"
# `name[]` and `name[0]`, as PHP and some generated clients write `name`.
ITEM = re.compile(r"(.+)\[[0-9]*\]", re.DOTALL)
YES_OR_NO = {"true": "true", "1": "true", "false": "false", "0": "false"}


class Parameters(MultiValueDict):
    """Known parameters by name; an empty one counts as absent. `known` says of each if it may be given several times.

    Whatever is wrong is collected, so that one answer can name all of it: call `settle` before the values are used.
    `raw` is the query string that `sent` was read from: what is not UTF-8 in it is refused.
    """

    def __init__(self, sent: MultiValueDict, known: Mapping[str, bool], raw: str = ""):
        super().__init__()
        by_name, self.ignored = _by_name(sent, known) if sent else ({}, [])
        self.wrong: list[dict[str, str]] = []
        for name in [name for name in known if name in by_name]:
            values = list(dict.fromkeys(value for value in by_name[name] if value))
            if len(values) > 1 and not known[name]:
                self.refuse(name, f"“{name}” is given twice with different values. Give it once.", "duplicate")
            elif not _is_utf8(raw, name, values):
                self.refuse(name, f"“{name}” has bytes in it that are not UTF-8.")
            elif any(forbidden_character(value) for value in values):
                self.refuse(name, f"“{name}” has a control character in it.")
            elif values:
                self.setlist(name, values)

    @classmethod
    def of(cls, request: HttpRequest, known: Mapping[str, bool]) -> Self:
        """Those of a request."""
        raw = request.META.get("QUERY_STRING", "")
        return cls(request.GET if raw else MultiValueDict(), known, raw)

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        self.wrong.append({"field": name, "code": code, "message": message})

    def require(self, name: str, message: str) -> None:
        """Refuse it as missing. What was sent and is wrong has been refused by that."""
        if name not in self and all(each["field"] != name for each in self.wrong):
            self.refuse(name, message, "required")

    def settle(self, failure: Callable[..., Exception] = ValidationFailed) -> None:
        """Raise `failure(details=…)` if anything was refused."""
        if self.wrong:
            raise failure(details=self.wrong)

    def choice(self, name: str, options: Sequence[str], default: str | None) -> str | None:
        """One of `options`, spelled exactly."""
        value = self.get(name)
        if value is None:
            return default
        if value in options:
            return value
        wrong = f"“{shown(value)}” is not allowed for “{name}”. Use one of: {', '.join(options)}."
        self.refuse(name, wrong, "invalid_choice")
        return default

    def choices(self, name: str, options: Sequence[str]) -> list[str]:
        """Those of `options` that were sent, as several parameters or with commas, in the order of `options`."""
        sent = [part.strip() for value in self.getlist(name) for part in value.split(",")]
        for value in filter(None, sent):
            if value not in options:
                wrong = f"“{shown(value)}” is not allowed for “{name}”. Use one or more of: {', '.join(options)}."
                self.refuse(name, wrong, "invalid_choice")
        return [option for option in options if option in sent]

    def yes_or_no(self, name: str) -> bool:
        """`true` or `false`, which many clients write in other ways; without it, `false`."""
        value = self.get(name)
        if value is not None and (meant := YES_OR_NO.get(value.lower())):
            self[name] = meant
        return self.choice(name, ["false", "true"], "false") == "true"

    def whole_number(self, name: str, least: int, most: int, default: int) -> int:
        value = self.get(name)
        if value is None:
            return default
        if value.isascii() and value.isdigit() and len(value) < 19 and least <= int(value) <= most:
            return int(value)
        self.refuse(name, f"“{name}” must be a whole number from {least} to {most}.")
        return default

    def pairs(self, *, without: Collection[str] = ()) -> list[tuple[str, str]]:
        """(name, value) of everything known that was sent, for repeating the request in a link."""
        return [(name, value) for name, values in self.lists() if name not in without for value in values]


def _by_name(query: MultiValueDict, known: Mapping[str, bool]) -> tuple[dict[str, list[str]], list[str]]:
    """({known name: [value, …]}, names that are not known)."""
    sent: dict[str, list[str]] = {}
    ignored: list[str] = []
    for name, values in query.lists():
        item = None if name in known else ITEM.fullmatch(name)
        meant = item[1] if item else name
        if meant in known:
            sent.setdefault(meant, []).extend(values)
        else:
            ignored.append(name)
    return sent, ignored


def _is_utf8(raw: str, name: str, values: list[str]) -> bool:
    """Whether what was sent for `name` is UTF-8: Django puts U+FFFD in the place of what is not, or reads it as Latin-1."""
    if raw.isascii() and not any("\ufffd" in value for value in values):
        return True
    try:
        for sent, value in parse_qsl(raw, keep_blank_values=True, encoding="latin-1"):
            if sent == name or (item := ITEM.fullmatch(sent)) and item[1] == name:
                value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def header_names(names: Iterable[str]) -> str:
    """Names that a caller chose, as a header can carry them: percent-encoded, each once, at most 20 and then `…`."""
    names = list(dict.fromkeys(names))
    # Cut when long: clients and proxies give up on headers of many kilobytes.
    short = [name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…" for name in names[:MOST_NAMES]]
    encoded = [quote(name, safe="[]", errors="replace") for name in short]
    if len(names) > MOST_NAMES:
        encoded.append(ELLIPSIS)
    return ",".join(encoded)
