"""What a row is known by when it comes again: a digest that only this installation can make, and that names nobody."""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "steerleads.import"


def key_of_lead(lead_id: UUID) -> str:
    """Of a row that names a lead of ours."""
    return _digest("lead", str(lead_id))


def key_of_origin(source: str, external_id: str) -> str:
    """Of a row that its source has a name for."""
    return _digest("origin", source, external_id)


def key_of_cells(source: str, cells: Mapping[str, Iterable[tuple[str, str]]]) -> str:
    """Of a row without one: all that it says, by field."""
    said = [[field, *(text for _title, text in cells[field])] for field in sorted(cells)]
    return _digest("cells", source, json.dumps(said, ensure_ascii=False))


def _digest(*parts: str) -> str:
    return salted_hmac(SALT, "\0".join(parts), algorithm="sha256").hexdigest()
