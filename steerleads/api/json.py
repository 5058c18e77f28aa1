"""JSON in and out: what JSON alone allows is accepted, numbers keep their spelling, answers are compact UTF-8."""

import codecs
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

import orjson
from django.http import HttpResponse
from rest_framework.parsers import BaseParser

from steerleads.db.text import shown

RENDER = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


class Number(str):
    """A JSON number as it was written: `1.50` stays `1.50` when it is given for a text."""


class NotJSON(ValueError):
    """The text is not the JSON that we take; the message says why."""


def parse_object(data: bytes) -> dict[str, Any]:
    """The object that UTF-8 `data` spells, its numbers as `Number`. A byte order mark before it is passed over.

    Raises NotJSON for anything else, also for a key given twice, NaN, and nesting deeper than the parser goes.
    """
    try:
        value = _decoder.decode(data.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    except UnicodeDecodeError:
        raise NotJSON("The body is not valid UTF-8.") from None
    except RecursionError:
        raise NotJSON("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise NotJSON(f"The body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    if not isinstance(value, dict):
        raise NotJSON("The body must be a JSON object, like {…}.")
    return value


def render(data: Any) -> bytes:
    """UTF-8 JSON. Times come out as `2024-01-15T10:30:00Z`, ids in lower case, decimals as numbers."""
    return orjson.dumps(data, default=number_of, option=RENDER)


def number_of(value: Decimal) -> int | float:
    """A decimal as it is answered."""
    number = float(value)
    return int(number) if number.is_integer() else number


def answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The response whose body is `data` as JSON."""
    return HttpResponse(render(data), status=status, headers=headers, content_type="application/json")


class StrictJSONParser(BaseParser):
    """Declares the media type to DRF and the schema. Views read bodies by `ApiViewSet.read`, which judges in order."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return parse_object(stream.read())


def _refuse_constant(name: str) -> NoReturn:
    raise NotJSON(f"{name} is not a JSON number.")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise NotJSON(f"The key “{shown(name)}” is given twice.")
        made[name] = value
    return made


_decoder = json.JSONDecoder(
    parse_int=Number,
    parse_float=Number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_refuse_twice,
)
