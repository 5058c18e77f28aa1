"""The query string of one request: which parameters are known, which are ignored, and what they say (contract 22)."""

from urllib.parse import quote

from django.utils.datastructures import MultiValueDict

from steerleads.api.errors import ValidationFailed
from steerleads.api.text import forbidden_character, shown

MOST_NAMES = 20
LONGEST_NAME = 64  # characters
ELLIPSIS = "%E2%80%A6"


class Parameters:
    """Known parameters by name; an empty one counts as absent. `known` says of each if it may be given several times.

    Whatever is wrong is collected, so that one answer can name all of it: call `settle` before the values are used.
    """

    def __init__(self, query, known):
        self.ignored = [name for name in query if name not in known]
        self._values, self._wrong = {}, []
        for name in [name for name in known if name in query] if query else ():
            values = list(dict.fromkeys(value for value in query.getlist(name) if value))
            if len(values) > 1 and not known[name]:
                self.refuse(name, f"“{name}” is given twice with different values. Give it once.", "duplicate")
            elif any(forbidden_character(value) for value in values):
                self.refuse(name, f"“{name}” has a control character in it.")
            elif values:
                self._values[name] = values

    def __contains__(self, name):
        return name in self._values

    def refuse(self, name, message, code="invalid"):
        self._wrong.append({"field": name, "code": code, "message": message})

    def settle(self, failure=ValidationFailed):
        """Raise `failure(details=…)` if anything was refused."""
        if self._wrong:
            raise failure(details=self._wrong)

    def text(self, name, default=None):
        return self._values[name][0] if name in self._values else default

    def choice(self, name, options, default):
        """One of `options`, spelled exactly."""
        value = self.text(name)
        if value is None:
            return default
        if value in options:
            return value
        self.refuse(name, f"“{shown(value)}” is not a {name}. Use one of: {', '.join(options)}.", "invalid_choice")
        return default

    def flag(self, name):
        return self.choice(name, ["true", "false"], "false") == "true"

    def whole_number(self, name, least, most, default):
        value = self.text(name)
        if value is None:
            return default
        if value.isascii() and value.isdigit() and len(value) < 19 and least <= int(value) <= most:
            return int(value)
        self.refuse(name, f"“{name}” must be a whole number from {least} to {most}.")
        return default

    def pairs(self, *, without=()):
        """(name, value) of everything known that was sent, for repeating the request in a link."""
        return [(name, value) for name, values in self._values.items() if name not in without for value in values]

    def as_form_data(self):
        return MultiValueDict(self._values)


def header_names(names):
    """Names that a caller chose, as a header can carry them: percent-encoded, each once, at most 20 and then `…`."""
    names = list(dict.fromkeys(names))
    # Cut when long: clients and proxies give up on headers of many kilobytes.
    short = [name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…" for name in names[:MOST_NAMES]]
    encoded = [quote(name, safe="[]", errors="replace") for name in short]
    if len(names) > MOST_NAMES:
        encoded.append(ELLIPSIS)
    return ",".join(encoded)
