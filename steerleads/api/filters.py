"""Filters that lists share, for django-filter: over folded columns, so that both databases find the same."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import cache, partial
from typing import Any, Self

from django import forms
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django_filters import filters, filterset  # type: ignore[import-untyped]  # it has no types
from rest_framework import serializers

from steerleads.api.parameters import YES_OR_NO, Parameters
from steerleads.api.serializers import ChoiceField, offer
from steerleads.db.text import WHITE_SPACE, fold, shown, words

LONGEST_SEARCH = 200

# --- What callers send, judged and as it is compared ---------------------------------------------


class FoldedTextField(forms.CharField):
    """A text, trimmed and folded: of some that are not blank, nothing is left. A blank one is None."""

    def clean(self, value: str | None) -> str | None:
        text = super().clean(value).strip(WHITE_SPACE)
        return fold(text) if text else None


class WordsField(forms.CharField):
    """The folded words of a search."""

    def clean(self, value: str | None) -> list[str]:
        return words(super().clean(value))


class ChoicesField(forms.MultipleChoiceField):
    """Several of the choices, given as several parameters or with commas."""

    choices: Any  # see YesNoField

    def to_python(self, value: list[str] | None) -> list[str]:
        parts = [part.strip() for each in value or [] for part in each.split(",")]
        return list(dict.fromkeys(filter(None, parts)))

    def validate(self, value: list[str]) -> None:
        options = [option for option, _label in self.choices]
        for each in value:
            if each not in options:
                message = f"“{shown(each)}” is not allowed here. {offer(each, options)}"
                raise forms.ValidationError(message, code="invalid_choice")


class YesNoField(forms.ChoiceField):
    """One of the choices, of which `true` and `false` may be written in other ways; without one, the first."""

    choices: Any  # django-stubs has what may be given for them, not what is there

    def __init__(self, *, parameter: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.parameter, self.initial = parameter, self.choices[0][0]

    def to_python(self, value: str | None) -> str:
        return YES_OR_NO.get(value.lower(), value) if value else self.initial

    def validate(self, value: str) -> None:
        if not self.valid_value(value):
            options = ", ".join(option for option, _label in self.choices)
            message = f"“{shown(value)}” is not allowed for “{self.parameter}”. Use one of: {options}."
            raise forms.ValidationError(message, code="invalid_choice")


# --- Filters -------------------------------------------------------------------------------------


class ListFilter(filters.Filter):
    """A filter that keeps nothing of a request. django-filter copies all of them for each: to the ground, unasked.

    In the API's document it is a field of the class `described_as`, with its `help_text` and an `example`. One that
    filters by more than what was sent, as by the time of day, is not `is_compiled`: its statement is written each time.
    """

    described_as: Callable[..., serializers.Field] = partial(serializers.CharField, allow_blank=True)
    is_compiled = True

    def __init__(self, *args: Any, example: object = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.example = example

    def __deepcopy__(self, memo: dict) -> Self:
        return copy(self)


class FoldedFilter(ListFilter):
    """Equal after folding and trimming."""

    field_class = FoldedTextField

    def filter(self, qs: QuerySet, value: str | None) -> QuerySet:
        return qs if value is None else qs.filter(**{self.field_name: value})  # also by the empty text


class SearchFilter(ListFilter):
    """Every word occurs somewhere in the column; `%` and `_` are letters like others."""

    field_class = WordsField
    described_as = partial(serializers.CharField, allow_blank=True, max_length=LONGEST_SEARCH)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, lookup_expr="contains", max_length=LONGEST_SEARCH, **kwargs)

    def filter(self, qs: QuerySet, value: list) -> QuerySet:
        for word in value or []:
            qs = super().filter(qs, word)
        return qs


class ChoicesFilter(ListFilter):
    """Any of several choices of an `enum`."""

    field_class = ChoicesField

    def __init__(self, *args: Any, enum: type[ChoiceField], **kwargs: Any):
        choices = [(choice, choice) for choice in enum.choices]
        super().__init__(*args, lookup_expr="in", choices=choices, **kwargs)
        self.described_as = lambda **words: serializers.ListField(child=enum(), **words)


# --- Filter sets ---------------------------------------------------------------------------------


class QueryForm(forms.Form):
    """What a query string says of filters, judged. What is wrong with its parameters themselves is among the errors."""

    data: Any  # Parameters

    def clean(self) -> None:
        for detail in self.data.wrong:
            if detail["field"] in self.fields:
                self.add_error(detail["field"], forms.ValidationError(detail["message"], code=detail["code"]))


class ListFilterSet(filterset.FilterSet):
    """Filters by the names that the API gives them. `data` is a QueryDict, or the Parameters that were made of one."""

    class Meta:
        form = QueryForm

    def __init__(self, data: MultiValueDict | None = None, queryset: QuerySet | None = None, **kwargs: Any):
        if data is not None and not isinstance(data, Parameters):
            data = Parameters(data, self.known())
        super().__init__(data, queryset, **kwargs)
        self.data = Parameters(MultiValueDict(), {}) if data is None else data  # django-filter forgets an empty one
        self.sent = {*self.data, *(detail["field"] for detail in self.data.wrong)}

    @classmethod
    def known(cls) -> dict[str, bool]:
        """Names of the parameters, each with whether it may be given several times."""
        return {name: isinstance(each, ChoicesFilter) for name, each in cls.base_filters.items()}

    def said(self) -> dict[str, list[str]]:
        """{name: values} of the filters that were sent and say something, as they are understood."""
        values = {name: self.form.cleaned_data[name] for name in self.base_filters if name in self.data}
        return {
            name: [str(each) for each in (value if isinstance(value, list) else [value])]
            for name, value in values.items()
            if value is not None and value != []
        }

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return self.narrow(queryset, self.form.cleaned_data)

    def narrow(self, queryset: QuerySet, cleaned: Mapping[str, object]) -> QuerySet:
        """The rows that the filters leave of a queryset for these values, as the fields make them."""
        for name, value in cleaned.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def get_form_class(self) -> type[QueryForm]:
        names = tuple(name for name in self.base_filters if name in self.sent)
        return _form_class(type(self), names)  # type: ignore[arg-type]  # mypy hashes an instance


@cache
def _form_class(filterset_class: type[ListFilterSet], names: tuple[str, ...]) -> type[QueryForm]:
    """A form for these filters, and for those that say something when they are not sent."""
    fields = {name: each.field for name, each in filterset_class.base_filters.items()}
    fields = {name: field for name, field in fields.items() if name in names or field.initial is not None}
    return type(f"{filterset_class.__name__}Form", (filterset_class._meta.form,), fields)
