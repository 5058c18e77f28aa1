"""What goes out by file: the formats by their names, as a request names them."""

from leads.interchange.exports.base import Exporter
from leads.interchange.exports.contents import Contents
from leads.interchange.exports.csv import CsvExporter
from leads.interchange.exports.jsonl import JsonlExporter
from leads.interchange.exports.xlsx import XlsxExporter

EXPORTERS = (CsvExporter(), JsonlExporter(), XlsxExporter())


def exporters_of(contents: Contents) -> dict[str, Exporter]:
    """{name: Exporter} of the formats in which something can be exported."""
    return {exporter.name: exporter for exporter in EXPORTERS if contents.name in exporter.exports}
