"""JSON, one object a line (contract X1): the API's objects, whole, for programs that read line by line."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from leads.interchange.exports.base import Context, Exporter
from steerleads.api import json


class JsonlExporter(Exporter):
    name = ending = "jsonl"
    exports = frozenset({"leads", "vehicles", "history"})
    content_type = "application/x-ndjson"
    is_paged = True
    takes_objects = True

    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        file.writelines(json.render(row) + b"\n" for row in rows)
