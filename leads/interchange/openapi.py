"""What the API's document says of exports."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from leads.interchange.exports import exporters_of, no_format
from leads.interchange.exports.contents import HISTORY_TO_EXPORT, LEADS_TO_EXPORT, VEHICLES_TO_EXPORT
from leads.interchange.exports.xlsx import XlsxExporter
from leads.openapi import BAD_STATUS
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import DISPOSITION, FOR, LISTED, answer, operation, operations

WHOLE = """One file of one state of the database, of its announced length unless it is compressed, or an error: never \
half a file. `limit` and `cursor` are for csv and jsonl. Every export is noted, for the dealership's managers to see."""
AS_LISTED = """Filters, search and sort are those of the list."""
IN_SHEETS = (
    """In csv and xlsx, a text that a spreadsheet would calculate, or take for nothing, stands behind one `'`."""
)
# What is in the files, where it is no text.
SHAPES = {
    XlsxExporter.content_type: OpenApiTypes.BINARY,
    "application/json": {"type": "object", "additionalProperties": True},  # each of an array, as it is a list's answer
}


def _formats(contents):
    """The parameter `format`, and what is answered by media type."""
    exporters = exporters_of(contents)
    format = OpenApiParameter(
        "format",
        str,
        enum=list(exporters),
        required=True,
        description=f"Format: {', '.join(f'`{x}`' for x in exporters)}",
    )
    media_types = dict.fromkeys(exporter.content_type.partition(";")[0] for exporter in exporters.values())
    responses = {
        (200, media_type): answer(SHAPES.get(media_type, OpenApiTypes.STR), "The file.") for media_type in media_types
    }
    return format, responses


def _export(operation_id, contents, *, errors=(), **words):
    format, responses = _formats(contents)
    return operations(
        list=operation(
            operation_id,
            **words,
            parameters=[format, FOR, *LISTED, DISPOSITION],
            responses=responses,
            errors=[*errors, ValidationFailed(no_format(contents), field="format", reason="required")],
        )
    )


lead_documents = _export(
    "export_leads",
    LEADS_TO_EXPORT,
    summary="Export Leads",
    description=f"{WHOLE} {AS_LISTED} {IN_SHEETS} `phone` is the first number of the contact in E.164, `email` the first address. "
    "A line of jsonl is a lead with its `car`, then `archived` and `origin`.",
    errors=[BAD_STATUS],
)
vehicle_documents = _export(
    "export_vehicles", VEHICLES_TO_EXPORT, summary="Export Vehicles", description=f"{WHOLE} {AS_LISTED} {IN_SHEETS}"
)
history_documents = _export(
    "export_history",
    HISTORY_TO_EXPORT,
    summary="Export History",
    description=f"The histories of all leads that there are, lead by lead, the newest first. {WHOLE}",
)
