"""A board as tests use it: what its page, its calls and its panel answer."""

import json
import re
from html import unescape

from steerleads.dealers.tests.people import browser

PATH = "/admin/leads/board/"
COLUMNS = ("NEW", "COMPLETED", "NOT_NEEDED")


class Board:
    """A person's board, without a browser. `query` is what the board's address has behind the `?`."""

    def __init__(self, user):
        self.user, self.client = user, browser(user)

    def page(self, query=""):
        return self.client.get(f"{PATH}?{query}").content.decode()

    def shown(self, query=""):
        """{status: [action, …]} as the page shows them."""
        columns = re.split(r'data-column="', self.page(query))[1:]
        return {column.split('"')[0]: _actions(column) for column in columns}

    def state(self, query="", **headers):
        return self.client.get(f"{PATH}state/?{query}", headers=headers)

    def ids(self, status, query=""):
        return [lead for lead, _mark in self.state(query).json()["columns"][status]["cards"]]

    def cards(self, *leads):
        ids = [getattr(lead, "pk", lead) for lead in leads]
        return self.client.get(f"{PATH}cards/", {"id": ids}).json()["cards"]

    def post(self, call, **body):
        body = {name: _plain(value) for name, value in body.items()}
        return self.client.post(f"{PATH}{call}/", json.dumps(body), "application/json")

    def move(self, lead, **place):
        return self.post("move", lead=lead, **{"status": "NEW", "version": lead.version, **place})

    def undo(self, *answers, mine=()):
        """Take back what these answers tell of."""
        ways = [back for answer in answers for back in answer["back"]]
        return self.post("undo", back=[{**back, "mine": list(mine)} for back in ways])

    def panel(self, lead):
        return self.client.get(f"{PATH}lead/{lead.pk}/")

    def save(self, lead, **typed):
        """What the panel sends: all fields, each with what it had shown."""
        fields = ("status", "action", "target_name", "target_info", "tag", "note")
        seen = {name: getattr(lead, name) or "" for name in fields}
        return self.client.post(
            f"{PATH}lead/{lead.pk}/", {**seen, **{f"initial-{name}": seen[name] for name in fields}, **typed}
        )

    def add(self, **typed):
        fields = {"status": "NEW", "action": "Call", "target_name": "Sara", "target_info": "0600123456"}
        return self.client.post(f"{PATH}add/", {**fields, **typed})


def _actions(html):
    return [unescape(found) for found in re.findall(r'data-act="open"[^>]*>([^<]*)<', html)]


def _plain(value):
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value.pk) if hasattr(value, "pk") else value
