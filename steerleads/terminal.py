"""How commands talk with the person at the terminal: tables, and a question before what cannot be undone."""

import sys

from django.core.management.base import CommandError

from steerleads.db.text import shown


def table(titles, rows):
    """Rows of values as aligned columns under their titles. None shows as nothing."""
    lines = [titles, *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def time_of(at):
    """A time as tables show it, or None."""
    return at and f"{at:%Y-%m-%d %H:%M}"


def confirm(command, question):
    """Go on only if somebody at the terminal says yes; a pipe cannot."""
    if not sys.stdin.isatty():
        raise CommandError("Nobody is there to ask. Add --yes to do it.")
    command.stderr.write(f"{question} Type yes to go on: ", str, ending="")
    command.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise CommandError("Nothing was done.")


def _cell(value):
    return "" if value is None else shown(value, 100)
