"""Titles of columns: which field a title names, however it is spelled and whatever unit stands behind it."""

import re
from collections.abc import Collection, Iterable, Mapping

from steerleads.db.text import fold

# A unit behind a known name is no part of it: `Prix (DH)`, `Prix TTC`, `Kilométrage [km]`, `الثمن (درهم)`.
UNITS = {"dh", "dhs", "mad", "dirham", "dirhams", "eur", "euro", "euros", "usd", "ttc", "km", "kms"} | {
    fold(unit) for unit in ("درهم", "كلم", "كم")
}


class Titles:
    """The titles that a kind of table knows: `{spelling: field}`. `single` are the fields that take one column only."""

    def __init__(self, names: Mapping[str, str], single: Collection[str] = ()):
        self.fields = {"".join(_words(name)): field for name, field in names.items()}
        self.single = frozenset(single)

    def field(self, title: str) -> str | None:
        """The field that a title names, or None; also in two languages at once, as `Nom (الاسم)` does."""
        words = _words(title)
        latin = [word for word in words if word.isascii()]
        others = [word for word in words if not word.isascii()]
        named = {self._field(part) for part in (latin, others)} - {None}
        return self._field(words) or (named.pop() if len(named) == 1 else None)

    def _field(self, words: list[str]) -> str | None:
        while len(words) > 1 and "".join(words) not in self.fields and words[-1] in UNITS:
            words = words[:-1]
        return self.fields.get("".join(words))

    def known(self, titles: Iterable[str]) -> int:
        """How many of these titles name a field."""
        return sum(self.field(title) is not None for title in titles)


def _words(title: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(title))
