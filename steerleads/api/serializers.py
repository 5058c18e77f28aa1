"""The fields that bodies are made of, and `check`, which turns a body into clean values or one error with all details."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from steerleads.api.errors import ValidationFailed
from steerleads.api.json import Number
from steerleads.db import text
from steerleads.db.ids import parse_id

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
WHOLE = re.compile(r"-?[0-9]{1,40}(\.0{1,40})?")
DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}", re.IGNORECASE | re.ASCII)


def check(
    serializer_class: type["BodySerializer"], body: Mapping[str, Any], *, partial: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """(clean values of the fields sent, in the serializer's order; names of what it does not know).

    Raises what `serializer_class.failure` makes of the details, if anything is wrong.
    """
    fields = _fields(serializer_class, partial)
    ignored = [name for name in body if name not in fields]
    values: dict[str, Any] = {}
    details: list[dict[str, str]] = []
    for name, field in fields.items():
        value = body.get(name, serializers.empty)
        if value is None and not partial and not field.required:
            value = serializers.empty
        try:
            values[name] = field.run_validation(value)
            ignored += field.ignored_in(value)
        except serializers.SkipField:
            continue
        except serializers.ValidationError as error:
            details += [_detail(name, item) for item in error.detail]
    if details:
        raise serializer_class.failure(details)
    return values, ignored


@cache
def _fields(serializer_class: type["BodySerializer"], partial: bool) -> dict[str, Any]:
    """A serializer's fields, which keep nothing of what they judge. Copying them took a tenth of a PATCH."""
    return dict(serializer_class(partial=partial).fields)


class BodySerializer(serializers.Serializer):
    """A body, as it is judged and as the API's document shows it."""

    @staticmethod
    def failure(details: list[dict[str, str]]) -> Exception:
        """The error for these {field, code, message}. Serializers with codes of their own override it."""
        return ValidationFailed(details=details)


class AllOptional(serializers.Serializer):
    """Comes before a BodySerializer among the bases of a body of which any fields may be sent, with `partial`."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class ItemError(serializers.ValidationError):
    """What is wrong with a part of a field, at a path in it like `[2].id`."""

    detail: Any  # a list of one text

    def __init__(self, path: str, message: str, code: str):
        super().__init__([message], code=code)
        self.detail[0].path = path


def _detail(name: str, item: Any) -> dict[str, str]:
    return {"field": name + getattr(item, "path", ""), "code": item.code, "message": str(item)}


class BodyField(serializers.Field):
    """`optional` fields may be left out; `null` clears the nullable ones, where the serializer is partial.

    Messages that staff can meet in the admin's forms are translatable; the others only programs can meet.
    """

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of what may be sent, for the API's document."""
        raise NotImplementedError

    default_error_messages = {
        "required": _("This field is required."),
        "null": "This field cannot be null. Leave it out to keep it as it is.",
    }

    def ignored_in(self, value: Any) -> list[str]:
        """Names of what it does not know inside a value that it took."""
        return []


class TextField(BodyField):
    """Text, normalised and then checked (contract 26). A nullable one becomes None when blank."""

    default_error_messages = {
        "blank": _("This field must not be blank."),
        "invalid": "This field must be a text in quotes.",
        "max_length": _("This field has {length} characters; at most {most} are allowed."),
        "control": _("This field contains the character {character}, which is not allowed."),
    }

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.max_length, self.multiline = max_length, multiline

    @property
    def schema(self) -> dict[str, Any]:
        least = {} if self.allow_null else {"minLength": 1}
        return {"type": "string", **least, "maxLength": self.max_length}

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid")
        value = text.normalise(str(value))
        if character := text.forbidden_character(value, multiline=self.multiline):
            self.fail("control", character=f"U+{ord(character):04X}")
        if text.is_blank(value):
            return None if self.allow_null else self.fail("blank")
        if len(value) > self.max_length:
            self.fail("max_length", length=len(value), most=self.max_length)
        return value


class VinField(TextField):
    schema = {"type": "string", "pattern": "^[A-HJ-NPR-Za-hj-npr-z0-9]{17}$"}
    default_error_messages = {"vin": _("A VIN has 17 letters and digits, without I, O and Q.")}

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=10_000, **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        value = super().to_internal_value(value)
        if value is not None and not VIN.fullmatch(value):
            self.fail("vin")
        return value and value.upper()


class WholeNumberField(BodyField):
    """An integer, also as `5.0` or `"5"`, within what both databases store. A nullable one becomes None for ""."""

    default_error_messages = {
        "invalid": _("This field must be a whole number from {least} to {most}."),
    }

    def __init__(self, *, least: int = INT_MIN, most: int = INT_MAX, **kwargs: Any):
        super().__init__(**kwargs)
        self.least, self.most = least, most

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def to_internal_value(self, value: Any) -> Any:
        if value == "" and self.allow_null:
            return None
        number = _decimal(value, WHOLE)
        # Compared before it is converted: `1e999999999` is a short text and a very long integer.
        if number is None or not self.least <= number <= self.most or number != int(number):
            self.fail("invalid", least=self.least, most=self.most)
        return int(number)


class MoneyField(BodyField):
    """A number from 0 with at most 2 decimals, as a Decimal."""

    MOST = Decimal("9999999999.99")
    schema = {"type": "number", "minimum": 0, "maximum": float(MOST)}
    default_error_messages = {"invalid": _("This field must be a number from 0 to {most} with at most 2 decimals.")}

    def to_internal_value(self, value: Any) -> Any:
        if value == "" and self.allow_null:
            return None
        number = _decimal(value, DECIMAL)
        if number is None or not 0 <= number <= self.MOST or number != (cents := round(number, 2)):
            self.fail("invalid", most=self.MOST)
        return abs(cents)


class ChoiceField(BodyField):
    """One of `choices`, spelled exactly; the message offers the right spelling of a near miss."""

    choices: Sequence[str] = ()
    default_error_messages = {"invalid_choice": "{wrong} is not allowed here. {right}"}

    def __init__(self, choices: Iterable[str] | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.choices = list(self.choices if choices is None else choices)

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": self.choices}

    @classmethod
    def reference(cls) -> dict[str, str]:
        """What stands in the API's document for one that has a name."""
        return {"$ref": f"#/components/schemas/{cls.__name__}"}

    def to_internal_value(self, value: Any) -> Any:
        if type(value) is str and value in self.choices:
            return value
        self.fail("invalid_choice", wrong=_in_words(value), right=offer(value, self.choices))


def enum(name: str, choices: Iterable[str]) -> type[ChoiceField]:
    """A ChoiceField with a name of its own in the API's document, and so in generated clients."""
    return type(name, (ChoiceField,), {"choices": tuple(choices)})


class IdField(BodyField):
    schema = {"type": "string", "format": "uuid"}
    default_error_messages = {"invalid": "This field must be a UUID like 550e8400-e29b-41d4-a716-446655440000."}

    def to_internal_value(self, value: Any) -> Any:
        return parse_id(value) or self.fail("invalid")


def offer(value: object, choices: Sequence[str]) -> str:
    """“Did you mean NEW?” or the whole list."""
    spelled = re.sub(r"[\s_-]+", "_", text.fold(value)).strip("_").upper() if isinstance(value, str) else ""
    return f"Did you mean {spelled}?" if spelled in choices else f"Use one of: {', '.join(choices)}."


def _in_words(value: object) -> str:
    if isinstance(value, str):
        return f"“{text.shown(value)}”"
    return {dict: "An object", list: "A list", type(None): "null"}.get(type(value), str(value).lower())


def _decimal(value: object, spelling: re.Pattern[str]) -> Decimal | None:
    """The number that a JSON number, or a text of that `spelling`, stands for, or None."""
    if not isinstance(value, Number) and not (isinstance(value, str) and spelling.fullmatch(value)):
        return None
    if len(value) > 400:
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None
