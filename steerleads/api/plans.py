"""What the base class of lists makes of a filter set, so that requests which differ in values only share one query."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db.models import DateTimeField, Field, QuerySet, TextField, UUIDField
from django.forms import ChoiceField
from django.utils.datastructures import MultiValueDict

from steerleads.api.filters import ListFilterSet
from steerleads.api.parameters import Parameters

# The columns that a filter's value is compared with, by what its field makes of a caller's text.
COMPARED_AS: dict[type, Field] = {str: TextField(), UUID: UUIDField(), datetime: DateTimeField()}


class ActiveFilters:
    """The filters of a filter set that say something: `key` says which, `values` and their `fields` what.

    Choices are few, so they belong to the key. `are_compiled`: their statement serves for other values, and later, too.
    """

    def __init__(self, filterset: ListFilterSet):
        self.key: tuple = ()
        self.are_compiled = True
        self.values: tuple = ()
        self._filterset = filterset
        self._counts: dict[str, int | None] = {}  # of a list's values; None is one by itself
        self._choices: dict[str, str | list[str]] = {}
        for name, value in filterset.form.cleaned_data.items():
            if value is None or value == []:
                continue
            self.are_compiled &= filterset.base_filters[name].is_compiled
            if isinstance(filterset.form.fields[name], ChoiceField):
                self._choices[name] = value
                self.key += ((name, value if isinstance(value, str) else tuple(value)),)
            else:
                self._counts[name] = len(value) if isinstance(value, list) else None
                self.key += ((name, self._counts[name]),)
                self.values += tuple(value) if isinstance(value, list) else (value,)
        self.fields = tuple(COMPARED_AS[type(value)] for value in self.values)

    def said(self) -> dict[str, list[str]]:
        """{name: values} of those that were sent."""
        return self._filterset.said()

    def apply(self, queryset: QuerySet, values: Sequence[object]) -> QuerySet:
        """The filtered queryset, by these values or by what stands for them in a compiled query."""
        cleaned: dict[str, object] = dict(self._choices)
        rest = iter(values)
        for name, count in self._counts.items():
            cleaned[name] = next(rest) if count is None else [next(rest) for _ in range(count)]
        return self._filterset.narrow(queryset, cleaned)


def active_filters(filterset_class: type[ListFilterSet], parameters: Parameters) -> ActiveFilters:
    """Those of a query string. What is wrong is noted in `parameters`."""
    if any(name in parameters for name in filterset_class.base_filters):
        return ActiveFilters(judged(filterset_class, parameters))
    return _no_filters(filterset_class)  # type: ignore[arg-type]


def judged(filterset_class: type[ListFilterSet], parameters: Parameters) -> ListFilterSet:
    """The filter set of these parameters. What is wrong is noted in `parameters`."""
    filterset = filterset_class(parameters)
    for name, errors in filterset.errors.as_data().items():
        for error in errors:
            detail = {"field": name, "code": error.code or "invalid", "message": error.messages[0]}
            if detail not in parameters.wrong:
                parameters.wrong.append(detail)
    for name, value in filterset.form.cleaned_data.items():
        if name in parameters and isinstance(value, str) and isinstance(filterset.form.fields[name], ChoiceField):
            parameters[name] = value  # links repeat a choice in its one spelling
    return filterset


@cache
def _no_filters(filterset_class: type[ListFilterSet]) -> ActiveFilters:
    """Those of an empty query string, which most requests have: making the form each time is slow."""
    return ActiveFilters(judged(filterset_class, Parameters(MultiValueDict(), {})))
