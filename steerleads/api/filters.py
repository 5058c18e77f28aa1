"""Filters that lists share, for django-filter: over folded columns, so that both databases find the same."""

from django import forms
from django_filters import filters, filterset

from steerleads.api.serializers import offer
from steerleads.api.text import WHITE_SPACE, fold, shown, words

LONGEST_SEARCH = 200


class FoldedFilter(filters.CharFilter):
    """Equal after folding and trimming."""

    def filter(self, queryset, value):
        value = value.strip(WHITE_SPACE)
        return queryset.filter(**{self.field_name: fold(value)}) if value else queryset


class SearchFilter(filters.CharFilter):
    """Every word occurs somewhere in the column; `%` and `_` are letters like others."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=LONGEST_SEARCH, **kwargs)

    def filter(self, queryset, value):
        for word in words(value):
            queryset = queryset.filter(**{f"{self.field_name}__contains": word})
        return queryset


class _ChoicesField(forms.Field):
    """Several of the choices, given as several parameters or with commas."""

    widget = forms.SelectMultiple

    def __init__(self, *, options, **kwargs):
        super().__init__(**kwargs)
        self.options = options

    def to_python(self, values):
        chosen = [part.strip() for value in values or [] for part in value.split(",") if part.strip()]
        for value in chosen:
            if value not in self.options:
                message = f"“{shown(value)}” is not allowed here. {offer(value, self.options)}"
                raise forms.ValidationError(message, code="invalid_choice")
        return chosen


class ChoicesFilter(filters.Filter):
    """Any of several choices; `method` gets the list of them."""

    field_class = _ChoicesField


class ListFilterSet(filterset.FilterSet):
    """Filters by the names that the API gives them."""

    @classmethod
    def known(cls):
        """Names of the parameters, each with whether it may be given several times."""
        return {name: isinstance(found, ChoicesFilter) for name, found in cls.base_filters.items()}

    @classmethod
    def asked(cls, parameters):
        return any(name in parameters for name in cls.base_filters)

    @classmethod
    def apply(cls, queryset, parameters):
        """The filtered queryset. What is wrong is noted in `parameters`."""
        if not cls.asked(parameters):
            return queryset
        filters = cls(data=parameters.as_form_data(), queryset=queryset)
        if filters.is_valid():
            return filters.qs
        for name, errors in filters.form.errors.as_data().items():
            for error in errors:
                parameters.refuse(name, error.messages[0], error.code or "invalid")
        return queryset
