"""Objects that are answered: declared once by serializers, which describe them in the document and make them of rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from rest_framework import serializers

SOURCE = """
def shown(row):
    {columns}, = row
    return {display}
"""


class ObjectSerializer(serializers.Serializer):
    """An object of the API. The `source` of a field is a column; that of an object inside is a relation, or `*`.

    `columns` are those of its rows, `render` makes an object of one. A class that has a `finish` is asked to finish the
    object, where it is more than columns by other names; it gets the values of the columns in `further` as well.
    """

    columns: tuple[str, ...]
    render: Callable[[Sequence], dict]
    further: tuple[str, ...] = ()
    finish: Callable[..., dict] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        shape = _shape(cls())
        cls.columns = tuple(dict.fromkeys([*_columns(shape), *cls.further]))
        cls.render = staticmethod(object_of(shape, cls.columns, cls.finish, cls.further))

    @classmethod
    def of(cls, thing: object) -> dict:
        """The object of a model's instance."""
        return cls.render([attrgetter(column.replace("__", "."))(thing) for column in cls.columns])


def object_of(
    shape: Mapping, columns: Sequence[str], finish: Callable[..., dict] | None = None, further: Sequence[str] = ()
) -> Callable[[Sequence], dict]:
    """A function that makes an object of a row, which must have just these columns.

    `shape` has, by the object's keys, the name of a column or the shape of an object inside. The function is compiled
    from what one would write by hand: `dict(zip(keys, row))` takes twice as long, and a list of 4,000 leads makes 4,000.
    """
    display = _display(shape)
    if finish:
        display = f"finish({', '.join([display, *further])})"
    namespace: dict[str, Any] = {"finish": finish}
    exec(SOURCE.format(columns=", ".join(columns), display=display), namespace)
    return namespace["shown"]


def _display(shape: str | Mapping) -> str:
    if isinstance(shape, str):
        return shape
    return "{" + ", ".join(f"{key!r}: {_display(part)}" for key, part in shape.items()) + "}"


def _shape(serializer: serializers.Serializer, relation: str = "") -> dict[str, Any]:
    """The column of each field; that of a relation's `id` is the foreign key, which needs no join."""
    shape: dict[str, Any] = {}
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.Serializer):
            shape[name] = _shape(field, relation if field.source == "*" else f"{relation}{field.source}__")
        else:
            shape[name] = f"{relation}{field.source}".replace("__id", "_id")
    return shape


def _columns(shape: Mapping[str, Any]) -> Iterator[str]:
    for part in shape.values():
        yield from [part] if isinstance(part, str) else _columns(part)
