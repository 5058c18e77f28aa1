"""What a cell's predicate says of facts of which only something is known: true, false, or what is left to find out.

A predicate is a Q of comparisons of a fact's columns with values, as a tuple, so that judgements can be kept:
`(column, lookup, value)`, or `(connector, is negated, its parts)`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import Q

Predicate = tuple[Any, ...]
SOME = object()  # any value but null


class Span(NamedTuple):
    """Some number between these, which are included; of an open end, an infinite one."""

    low: float
    high: float


def predicate_of(q: Q) -> bool | Predicate:
    """That of a Q. One without a part is true of all."""
    if not q.children:
        return True
    parts = (predicate_of(part) if isinstance(part, Q) else _comparison(*part) for part in q.children)
    return str(q.connector), q.negated, tuple(parts)


def _comparison(path: str, value: Any) -> Predicate:
    column, _, lookup = path.partition("__")
    if value is None:
        lookup, value = "isnull", True
    return column, lookup or "exact", value


def comparisons(predicate: bool | Predicate) -> Iterator[tuple[str, str, Any]]:
    """All that it compares."""
    if isinstance(predicate, bool):
        return
    if isinstance(predicate[2], tuple):
        for part in predicate[2]:
            yield from comparisons(part)
    else:
        yield predicate  # type: ignore[misc]


def judged(predicate: bool | Predicate, known: Mapping[str, Any]) -> bool | Predicate:
    """What is left of it where columns are known to be so: a Span, a value, None or SOME; others may be anything.

    A comparison with null is false; none of what is negated may be null.
    """
    if isinstance(predicate, bool):
        return predicate
    if not isinstance(predicate[2], tuple):
        column, lookup, value = predicate
        found = _compared(known[column], lookup, value) if column in known else None
        return predicate if found is None else found
    connector, is_negated, parts = predicate
    rest = _rest(connector, [judged(part, known) for part in parts])
    if isinstance(rest, bool):
        return rest != is_negated
    return connector, is_negated, rest


def _rest(connector: str, parts: list[bool | Predicate]) -> bool | tuple[bool | Predicate, ...]:
    decides = connector == Q.OR  # one such part is enough
    if connector not in (Q.AND, Q.OR):
        raise NotImplementedError(connector)
    if any(part is decides for part in parts):
        return decides
    return tuple(part for part in parts if not isinstance(part, bool)) or not decides


def _compared(known: Any, lookup: str, value: Any) -> bool | None:
    """None if it may be so or not."""
    if lookup == "isnull":
        return (known is None) == value
    if known is None:
        return False
    if known is SOME:
        return None
    if lookup == "exact" and not isinstance(known, Span):
        return bool(known == value)
    span = known if isinstance(known, Span) else Span(known, known)
    at_low, at_high = (LOOKUPS[lookup](end, value) for end in span)
    return at_low if at_low == at_high else None


LOOKUPS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda end, value: end < value,
    "lte": lambda end, value: end <= value,
    "gt": lambda end, value: end > value,
    "gte": lambda end, value: end >= value,
}
