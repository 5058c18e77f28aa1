"""Filters that lists share, for django-filter: over folded columns, so that both databases find the same."""

from django import forms
from django.db import models
from django_filters import filters, filterset

from steerleads.api.serializers import offer
from steerleads.db.text import WHITE_SPACE, fold, shown, words

LONGEST_SEARCH = 200


class ValueFilter(filters.Filter):
    """A column compared with one value, of the kind that `value_field` is.

    `values` gives none if the caller's text says nothing; `narrow` is given them, or what stands for them.
    """

    value_field = models.TextField()

    def values(self, found):
        return [] if found is None else [found]

    def narrow(self, queryset, value):
        return queryset.filter(**{f"{self.field_name}__{self.lookup_expr}": value})


class FoldedFilter(ValueFilter):
    """Equal after folding and trimming."""

    field_class = forms.CharField

    def values(self, found):
        text = found.strip(WHITE_SPACE)
        return [fold(text)] if text else []


class SearchFilter(ValueFilter):
    """Every word occurs somewhere in the column; `%` and `_` are letters like others."""

    field_class = forms.CharField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=LONGEST_SEARCH, **kwargs)

    def values(self, found):
        return words(found)

    def narrow(self, queryset, *values):
        for word in values:
            queryset = queryset.filter(**{f"{self.field_name}__contains": word})
        return queryset


class _ChoicesField(forms.Field):
    """Several of the choices, given as several parameters or with commas."""

    widget = forms.SelectMultiple

    def __init__(self, *, options, **kwargs):
        super().__init__(**kwargs)
        self.options = options

    def to_python(self, values):
        parts = [part.strip() for value in values or [] for part in value.split(",")]
        chosen = list(dict.fromkeys(filter(None, parts)))
        for value in chosen:
            if value not in self.options:
                message = f"“{shown(value)}” is not allowed here. {offer(value, self.options)}"
                raise forms.ValidationError(message, code="invalid_choice")
        return chosen


class ChoicesFilter(filters.Filter):
    """Any of several choices; `by(queryset, choices)` narrows to them."""

    field_class = _ChoicesField

    def __init__(self, by, **kwargs):
        super().__init__(**kwargs)
        self.by = by


class Asked:
    """What the filters of one request ask for. All that have one `shape` take the same statement, with other `values`."""

    def __init__(self):
        self.shape, self.values, self.fields, self._steps = (), (), (), []

    def add(self, name, found, value):
        if isinstance(found, ChoicesFilter):
            if value:  # a few, so they belong to the shape
                self._add((name, *value), lambda queryset: found.by(queryset, value))
        elif values := found.values(value):
            self._add((name, len(values)), found.narrow, values, [found.value_field] * len(values))

    def narrow(self, queryset, *values):
        """The filtered queryset. `values` are these or what stands for them."""
        for step, count in self._steps:
            queryset, values = step(queryset, *values[:count]), values[count:]
        return queryset

    def _add(self, form, step, values=(), fields=()):
        self.shape += (form,)
        self.values += tuple(values)
        self.fields += tuple(fields)
        self._steps.append((step, len(values)))


class ListFilterSet(filterset.FilterSet):
    """Filters by the names that the API gives them."""

    @classmethod
    def known(cls):
        """Names of the parameters, each with whether it may be given several times."""
        return {name: isinstance(found, ChoicesFilter) for name, found in cls.base_filters.items()}

    @classmethod
    def read(cls, parameters):
        """An Asked. What is wrong is noted in `parameters`.

        Only filters that are named are looked at: django-filter's form of all of them took longer than the database.
        """
        asked, named = Asked(), [name for name in cls.base_filters if name in parameters]
        data = parameters.as_form_data() if named else {}
        for name in named:
            field = cls.base_filters[name].field
            try:
                asked.add(name, cls.base_filters[name], field.clean(field.widget.value_from_datadict(data, {}, name)))
            except forms.ValidationError as errors:
                for error in errors.error_list:
                    parameters.refuse(name, error.messages[0], error.code or "invalid")
        return asked

    @classmethod
    def apply(cls, queryset, parameters):
        """The filtered queryset. What is wrong is noted in `parameters`."""
        asked = cls.read(parameters)
        return asked.narrow(queryset, *asked.values)
