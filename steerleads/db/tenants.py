"""Querysets of what belongs to a dealership, and the quick way to one of its rows, for verbs."""

from functools import cache
from typing import Any, Self
from uuid import UUID

from django.db.models import Model, QuerySet

from steerleads.db.compiled import CompiledQuery, by_id


class TenantQuerySet(QuerySet):
    """Of a model with a `dealership`. Every read starts at `of`; `locked` and `has` are for one row, by its id."""

    def of(self, dealership: Model | UUID) -> Self:
        return self.filter(dealership=dealership)

    def locked(self, dealership: Model, id: UUID) -> Any:
        """The object, locked against other writes until the transaction ends, or None."""
        model: Any = self.model
        return _locked(model).object(dealership.pk, id)

    def has(self, dealership: Model, id: UUID, *, lock: bool = False) -> bool:
        """Whether it is there; with `lock`, until the transaction ends."""
        model: Any = self.model
        return _id(model, lock).row(dealership.pk, id) is not None


def _row(model: Any, dealership: object, id: object, lock: bool) -> QuerySet:
    rows = model.objects.of(dealership).filter(pk=id).order_by()
    return rows.select_for_update(no_key=True) if lock else rows


@cache
def _locked(model: Any) -> CompiledQuery:
    return by_id(lambda dealership, id: _row(model, dealership, id, True))


@cache
def _id(model: Any, lock: bool) -> CompiledQuery:
    return by_id(lambda dealership, id: _row(model, dealership, id, lock).values_list("pk"))
