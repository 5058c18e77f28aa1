"""Prints the figures of a dealership, or makes the facts behind them again."""

import sys
from io import BytesIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.datastructures import MultiValueDict

from leads.analytics.answers import figure_answer
from leads.analytics.asked import BY
from leads.analytics.csv import TITLES, csv_rows
from leads.analytics.figures import FIGURES
from leads.analytics.questions import known_parameters
from leads.analytics.rebuilding import rebuild
from steerleads.api import json
from steerleads.api.errors import ValidationFailed
from steerleads.dealers.lookup import find_dealership
from steerleads.tables.writing import write_csv
from steerleads.terminal import table

OPTIONS = ("from", "to", "by")


class Command(BaseCommand):
    help = (
        "Print the six figures of a dealership, as the API answers them: a table, JSON or CSV. They count every event that "
        "is committed. With --rebuild, all facts behind them are made again from the events instead."
    )

    def add_arguments(self, parser):
        parser.add_argument("dealership", help="its id or name")
        parser.add_argument("--from", metavar="DATE", help="the first local date, like 2026-11-01; default: 30 days")
        parser.add_argument("--to", metavar="DATE", help="the last local date; default: today")
        parser.add_argument("--by", metavar="WHAT", help=f"also by groups, where there are some: {', '.join(BY)}")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print one object with the answers by name")
        form.add_argument("--csv", action="store_true", help="print the rows of all answers, with `figure` in front")
        parser.add_argument("--rebuild", action="store_true", help="make the facts again, and print what differed")

    def handle(self, *, dealership, json, csv, rebuild, **options):
        dealership = find_dealership(dealership)
        asked = {name: options[name] for name in OPTIONS if options[name] is not None}
        if rebuild:
            self._rebuild(dealership, asked, as_json=json, as_csv=csv)
        elif json:
            self._write_json(_answers(dealership, asked))
        else:
            self._write_rows(_rows(_answers(dealership, asked)), as_csv=csv)

    def _write_json(self, data):
        self.stdout.write(json.render(data).decode())

    def _write_rows(self, rows, *, as_csv):
        titles = ["figure", *TITLES]
        if as_csv:
            file = BytesIO()
            write_csv(file, titles, rows)
            self.stdout.write(file.getvalue().decode(), ending="")
        else:
            self.stdout.write(table(titles, rows))

    def _rebuild(self, dealership, asked, *, as_json, as_csv):
        if asked or as_csv:
            raise CommandError("--rebuild makes all facts again: only --json goes with it.")
        found = [each._asdict() for each in rebuild(dealership)]
        if as_json:
            self._write_json(found)
        elif found:
            self.stdout.write(table(list(found[0]), [each.values() for each in found]))
        self.stderr.write(f"{len(found)} differences.", str)
        if found:
            sys.exit(1)


def _answers(dealership, asked):
    """{name: answer}, or a CommandError with all that is wrong."""
    wrong, answers = {}, {}
    for name, figure in FIGURES.items():
        known = known_parameters(figure)
        taken = [option for option in asked if option in known and (option != "by" or figure.has_groups)]
        try:
            answers[name] = figure_answer(dealership, name, MultiValueDict({each: [asked[each]] for each in taken}))
        except ValidationFailed as error:
            wrong |= {detail["field"]: detail["message"] for detail in error.details}
    if wrong:
        raise CommandError("\n".join(f"--{option}: {message}" for option, message in wrong.items()))
    return answers


def _rows(answers):
    return [[name, *row] for name, answer in answers.items() for row in csv_rows(answer)]
