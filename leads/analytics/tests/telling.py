"""What the API tells, read through its own doors: all that the oracle needs to know, and lists behind numbers."""

import json
import re
from functools import cache
from io import StringIO
from tempfile import NamedTemporaryFile

from django.core.management import call_command

from leads.analytics.tests.oracle_clocks import WEEKDAYS, Openings
from leads.analytics.tests.oracle_stories import Told


class Reader:
    """Whoever reads the whole of a dealership with an API key."""

    def __init__(self, api, openings):
        self.api, self.openings = api, openings

    def told(self, now) -> Told:
        """All that the lists and the feed tell at this time."""
        return Told(
            events=self.pages("/events"),
            leads=self.pages("/leads?archived=any"),
            vehicles=self.pages("/vehicles"),
            openings=self.openings,
            now=int(now.timestamp()),
        )

    def pages(self, path: str) -> list:
        """All pages of a list."""
        found, page = [], f"{path}{'&' if '?' in path else '?'}limit=1000"
        while page:
            response = self.api.get(page)
            assert response.status_code == 200, response.content
            found += response.json()
            onward = re.search(r'</v1([^>]*)>; rel="next"', response.get("Link", ""))
            page = onward and onward[1]
        return found


# Hours change in October; a break on each day, a longer one on Friday; a holiday that is closed, within shorter days.
LONG = [["09:00", "12:30"], ["14:00", "19:00"]]
SUMMER = {"validFrom": "2026-06-01", "week": dict.fromkeys(WEEKDAYS[:6], [["08:00", "15:30"]]) | {"sunday": []}}
HOURS = {
    "validFrom": "2026-10-05",
    "week": {
        **dict.fromkeys(WEEKDAYS[:4], LONG),
        "friday": [["09:00", "11:45"], ["15:00", "19:00"]],
        "saturday": [["09:30", "13:00"], ["22:00", "24:00"]],
        "sunday": [["00:00", "03:00"]],
    },
    "specialDays": [
        {"name": "Short days", "from": "2026-11-02", "to": "2026-11-13", "hours": [["10:00", "14:30"]]},
        {"name": "Green March", "from": "2026-11-06", "to": "2026-11-06", "hours": []},
        {"name": "Stock-taking", "from": "2026-10-14", "to": "2026-10-16", "hours": [["10:00", "14:30"]]},
    ],
    "targetSeconds": 2700,
    "staleSeconds": 259200,
}
DATES = [
    "2026-05-31",
    "2026-06-01",
    "2026-12-01",
]  # on which the hours above are printed: usual ones, summer's, and those


def set_openings(dealership) -> Openings:
    """Set them as an operator does, and read what is printed."""
    for hours in (SUMMER, HOURS):
        with NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(hours, file)
            file.flush()
            call_command("opening_hours", dealership.name, file.name, stderr=StringIO())
    return printed_openings(dealership)


def printed_openings(dealership) -> Openings:
    """Opening hours as `manage.py opening_hours` prints them."""
    printed = StringIO()
    for day in DATES:
        call_command("opening_hours", dealership.name, "--from", day, stdout=printed)
        printed.write("\0")
    return openings_of(printed.getvalue(), dealership.time_zone)


@cache
def openings_of(printed, zone):
    """One for all tests, as it remembers each minute that it was asked for."""
    return Openings.printed([json.loads(document) for document in printed.split("\0")[:-1]], zone)
