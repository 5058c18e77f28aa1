"""Which column of a file is what: as the table of titles proposes it, and as a person says otherwise."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from leads.interchange.imports.titles import FIELDS, SEVERAL, SINGLE
from steerleads.api.serializers import offer
from steerleads.db.text import fold, shown


class BadMapping(Exception):
    """The columns cannot be read so; the message says what would be right."""


def with_words(columns: Sequence[str | None], titles: Sequence[str], words: Iterable[str]) -> list[str | None]:
    """The fields of the columns after these `TITLE=field`, of which one with nothing behind it drops its column.

    Raises BadMapping.
    """
    mapped = list(columns)
    for word in words:
        title, sign, field = word.rpartition("=")
        if not sign:
            raise BadMapping(f"“{shown(word)}” is no mapping. Write TITLE=field, or TITLE= to drop a column.")
        if field and field not in FIELDS:
            raise BadMapping(f"There is no field “{shown(field)}”. {offer(field, FIELDS)}")
        mapped = _mapped(mapped, titles, title, field or None)
    return mapped


def check_columns(columns: Sequence[str | None], titles: Sequence[str]) -> None:
    """Raises BadMapping where two columns are one field that can have one value, or none tells of a contact."""
    for field in SINGLE:
        named = [title for title, column in zip(titles, columns, strict=True) if column == field]
        if len(named) > 1:
            words = {"titles": ", ".join(f"“{shown(title)}”" for title in named), "field": field}
            raise BadMapping(_("The columns %(titles)s are all %(field)s. Drop all but one of them.") % words)
    if not {"targetInfo", "phone", "mobile", "email"} & set(columns):
        known = ", ".join(f"“{shown(title)}”" for title in titles[:20])
        raise BadMapping(
            _("None of the columns %(titles)s is a phone number or an e-mail address.") % {"titles": known}
        )


def ignored(columns: Sequence[str | None], titles: Sequence[str]) -> list[str]:
    """The titles of the columns that are no field."""
    return [title for title, column in zip(titles, columns, strict=True) if title and not column]


def _mapped(columns, titles, title, field):
    meant = _places(titles, title)
    if not meant:
        known = ", ".join(f"“{shown(each)}”" for each in titles if each)
        raise BadMapping(f"There is no column “{shown(title)}”. There are: {known}.")
    if len(meant) > 1 and field not in SEVERAL:
        each = " or ".join(f"“{shown(title)}#{number}=…”" for number in range(1, len(meant) + 1))
        raise BadMapping(f"There are {len(meant)} columns “{shown(title)}”. Say which of them: {each}.")
    return [field if place in meant else column for place, column in enumerate(columns)]


def _places(titles, title):
    """Of the columns that have this title, or one that folding makes the same; or of the one that has its number."""
    meant = [place for place, each in enumerate(titles) if each == title]
    meant = meant or [place for place, each in enumerate(titles) if fold(each).strip() == fold(title).strip()]
    name, sign, number = title.rpartition("#")
    if not meant and sign and number.isascii() and number.isdecimal():
        return _places(titles, name)[int(number) - 1 :][:1] if int(number[:6]) else []
    return meant
