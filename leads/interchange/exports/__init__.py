"""What goes out by file: the formats by their names, as a request names them."""

from leads.interchange.exports.adf import AdfExporter
from leads.interchange.exports.base import Exporter
from leads.interchange.exports.contents import Contents
from leads.interchange.exports.csv import CsvExporter
from leads.interchange.exports.jsonl import JsonlExporter
from leads.interchange.exports.jsonlead import JsonLeadExporter
from leads.interchange.exports.presets import (
    HubspotExporter,
    OdooExporter,
    PipedriveExporter,
    SalesforceExporter,
    ZohoExporter,
)
from leads.interchange.exports.xlsx import XlsxExporter

# In the order in which the API names them.
EXPORTERS = (
    *(CsvExporter(), JsonlExporter(), XlsxExporter(), AdfExporter(), JsonLeadExporter()),
    *(HubspotExporter(), PipedriveExporter(), SalesforceExporter(), ZohoExporter(), OdooExporter()),
)


def exporters_of(contents: Contents) -> dict[str, Exporter]:
    """{name: Exporter} of the formats in which something can be exported."""
    return {exporter.name: exporter for exporter in EXPORTERS if contents.name in exporter.exports}


def no_format(contents: Contents) -> str:
    """What is said to who names none."""
    return f"Say in which format: {', '.join(exporters_of(contents))}."
