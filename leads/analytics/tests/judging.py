"""Compares an answer with the oracle's, number by number, and opens the list behind each."""

import csv
from io import StringIO

from leads.analytics.tests.oracle import expected
from leads.analytics.tests.oracle_clocks import seconds_of
from leads.analytics.tests.oracle_figures import Cell

COUNT = {"count", "gone", "leads"}
COLUMNS = ["cell", "group", "count", "gone", "value", "low", "high", "n", "isBeyond"]


class Judge:
    """Asks with the key of `api` and judges by what the API has `told`. All differences are named at once.

    Of each answer it opens `most` lists, other ones each time, and of every third one the CSV. None: everything.
    """

    def __init__(self, api, told, most=None):
        self.api, self.told, self.most, self.asked = api, told, most, 0
        self.living = {lead["id"] for lead in told.leads}

    def check(self, figure, **query):
        """The answer's JSON, once it is what the oracle says."""
        response = self.api.get(f"/analytics/{figure}", query=query)
        assert response.status_code == 200, (figure, query, response.content)
        answer = response.json()
        self.wrong, self.cells = [], []
        self.compare("", expected(figure, query, self.told), self.without_frame(answer))
        self.asked += 1
        if self.most is None or self.asked % 3 == 1:
            self.check_csv(figure, query, answer)
        for path, cell, shown in self.some_lists():
            self.open_list(path, cell, shown)
        assert not self.wrong, f"{figure} {query}: " + "\n".join(self.wrong)
        return answer

    def without_frame(self, answer):
        """The answer without what says when it was made, which must be now and with all events."""
        now, sequence = seconds_of(answer.pop("asOf")), answer.pop("sequence")
        last = max((event["data"]["sequence"] for event in self.told.events), default=0)
        self.compare("asOf", self.told.now, now)
        self.compare("sequence", last, sequence)
        return answer

    # --- JSON ------------------------------------------------------------------------------------

    def compare(self, path, ours, theirs):
        if isinstance(ours, Cell):
            return self.compare_count(path, ours, theirs)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self.compare_objects(path, ours, theirs)
        if isinstance(ours, list) and isinstance(theirs, list):
            self.expect(f"{path}.length", len(ours), len(theirs))
            for index, pair in enumerate(zip(ours, theirs, strict=False)):
                self.compare(f"{path}.{index}", *pair)
            return None
        if isinstance(ours, float) and isinstance(theirs, (int, float)):
            # Four decimals, of which a tie may be rounded either way.
            return self.expect(path, ours, theirs, abs(ours - theirs) < 0.00005 + 1e-9 and theirs == round(theirs, 4))
        return self.expect(path, ours, theirs, ours == theirs and type(ours) is type(theirs))

    def compare_objects(self, path, ours, theirs):
        self.expect(f"{path}.keys", sorted(ours), sorted(theirs))
        for key in ours.keys() & theirs.keys():
            self.compare(f"{path}.{key}".lstrip("."), ours[key], theirs[key])

    def compare_count(self, path, cell, shown):
        if self.expect(f"{path}.keys", COUNT, set(shown or ())):
            self.expect(f"{path}.count", len(cell), shown["count"])
            self.expect(f"{path}.gone", len(cell - self.living), shown["gone"])
            self.cells.append((path, cell, shown))

    def expect(self, path, ours, theirs, is_right=None):
        is_right = ours == theirs if is_right is None else is_right
        if not is_right:
            self.wrong.append(f"  {path}: the oracle says {ours!r}, the answer {theirs!r}")
        return is_right

    # --- Lists -----------------------------------------------------------------------------------

    def some_lists(self):
        """Those with leads before empty ones."""
        if self.most is None:
            return self.cells
        cells = [found for found in self.cells if found[1]] or self.cells
        step = max(1, len(cells) // max(1, self.most))
        return cells[self.asked % step :: step][: self.most]

    def open_list(self, path, cell, shown):
        """The list is exactly the leads counted that there still are, as GET /v1/leads shows and sorts them."""
        response = self.api.get(shown["leads"].removeprefix("/v1"))
        if not self.expect(f"{path}.leads", 200, response.status_code):
            self.wrong.append(f"    {shown['leads']}: {response.content}")
            return
        leads = [lead for lead in self.told.leads if lead["id"] in cell]
        found = response.json()
        if not self.expect(f"{path}.ids", [lead["id"] for lead in leads], [lead["id"] for lead in found]):
            return
        self.expect(f"{path}.objects", leads, found)
        self.expect(f"{path}.length", shown["count"], len(found) + shown["gone"])
        self.expect(f"{path}.X-Total-Count", str(len(found)), response.get("X-Total-Count"))
        self.expect(f"{path}.X-Gone-Count", str(shown["gone"]), response.get("X-Gone-Count"))

    # --- CSV -------------------------------------------------------------------------------------

    def check_csv(self, figure, query, answer):
        response = self.api.get(f"/analytics/{figure}", query={**query, "format": "csv"})
        titles, *rows = csv.reader(StringIO(response.content.decode(), newline=""))
        self.expect("csv.titles", COLUMNS, titles)
        ours = sorted(csv_rows(answer))
        self.expect("csv.rows", ours, sorted(rows))


def csv_rows(told, path="", group=None, of=None):
    """A19: a row for each count, share, difference and quantile, as texts.

    Reading: a difference has no n; that of a quantile is the `of` beside it; isBeyond is spelled as in JSON; a group
    that is null is as empty as none.
    """
    if isinstance(told, list):
        for index, each in enumerate(told):
            yield from csv_rows(each, f"{path}.{index}", each.get("group") if path == "groups" else group, of)
    if isinstance(told, dict):
        if numbers := csv_numbers(told, of):
            row = dict.fromkeys(COLUMNS) | {"cell": path, "group": guarded(group)} | numbers
            yield ["" if value is None else str(value) for value in row.values()]
        for key, each in told.items():
            yield from csv_rows(each, f"{path}.{key}".lstrip("."), group, told.get("of"))


def csv_numbers(told, of):
    """What a row says of this object; nothing if it is no number of its own."""
    if told.keys() >= COUNT:
        return {"count": told["count"], "gone": told["gone"]}
    if "isBeyond" in told:
        ends = {"low": told["low"], "high": told["high"]}
        return {"value": told["seconds"], **ends, "n": of, "isBeyond": str(told["isBeyond"]).lower()}
    if "value" in told:
        return {name: told[name] for name in ("value", "low", "high")} | {"n": told.get("of")}
    return {}


def guarded(text):
    """X4: a text that a spreadsheet would take for a formula or for nothing has one ' in front."""
    if text and (text[0] in "=+-@\t\r＝＋－＠'" or text.upper() in ("N/A", "-")):
        return "'" + text
    return text
