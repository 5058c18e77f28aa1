"""Log lines that carry the request's id and never a key, a contact or a query value."""

import json
import logging
import re
import time
import traceback
from contextvars import ContextVar
from functools import lru_cache

request_id = ContextVar("request_id", default="-")

access_log = logging.getLogger("steerleads.access")

# The last net under everything that is logged: what looks like an API key loses its secret part.
KEY = re.compile(r"\b(prod|dev)_[A-Za-z0-9_-]{8,}")


class _Formatter(logging.Formatter):
    def formatException(self, exc_info):
        """The stack and the exception's type, without its text: a database's names the row's values."""
        kind, _, trace = exc_info
        frames = traceback.format_list(traceback.extract_tb(trace))
        return "".join(frames) + f"{kind.__module__}.{kind.__qualname__}"

    def words(self, record):
        words = record.getMessage()
        return KEY.sub(r"\1_…", words) if "_" in words else words

    def facts(self, record):
        return getattr(record, "facts", {})

    def time(self, record):
        return f"{_second(int(record.created))}.{int(record.msecs):03}+00:00"


@lru_cache(maxsize=1)  # a busy second has hundreds of lines
def _second(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class TextFormatter(_Formatter):
    """`2024-01-15T10:30:00.000+00:00 INFO steerleads.access 5f3a… GET leads/<id> 200 key=value`"""

    def format(self, record):
        line = f"{self.time(record)} {record.levelname} {record.name} {request_id.get()} {self.words(record)}"
        line += "".join([f" {name}={value}" for name, value in self.facts(record).items()])
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonFormatter(_Formatter):
    """One JSON object a line, for log collectors."""

    def format(self, record):
        line = {
            "time": self.time(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": self.words(record),
            **self.facts(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
