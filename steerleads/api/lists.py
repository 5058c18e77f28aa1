"""Views that answer lists: filtered, sorted with exact ties, paged by keyset (contract 18, 19, 24).

A viewset says which rows (`get_queryset`), which filters (`filterset_class`), and how rows are sorted and shown (a
`Listing`).
"""

from collections.abc import Callable
from functools import cache

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from steerleads.api.errors import ValidationFailed
from steerleads.api.filters import ListFilterSet
from steerleads.api.list_query import PAGING, ListQuery
from steerleads.api.listing import SORTING, Listing
from steerleads.api.parameters import Parameters
from steerleads.api.plans import active_filters
from steerleads.api.views import ApiViewSet


class ListViewSet(ApiViewSet):
    """A viewset whose actions may answer lists: `get_queryset`'s rows, filtered, sorted and paged.

    `filterset_class` has the filters and `listing` what is shown, in which order. `always_paged` is for a list that has
    no end. `further_parameters` are taken beside those of lists, each with whether it may be given several times.
    Where it `answers_files`, its `list` is described as a list though it answers no array.
    `list_failure` is raised for what is wrong with a query string.
    """

    filterset_class: type[ListFilterSet] | None = None
    listing: Listing
    list_failure: Callable[..., Exception] = ValidationFailed
    always_paged = False
    further_parameters: dict[str, bool] = {}
    answers_files = False

    def list(self, request: Request, **path: str) -> HttpResponseBase:
        return self.list_query().answer()

    def list_parameters(self) -> Parameters:
        """The query's Parameters: of filters, sorts and pages."""
        return self.parameters(_known(type(self)))  # type: ignore[arg-type]  # mypy hashes an instance

    def list_query(self, parameters: Parameters | None = None) -> ListQuery:
        """What the request asks of the list. Raises `list_failure` with all that is wrong with the query string.

        `parameters`, of `list_parameters`, are given where an action refuses something by itself.
        """
        if parameters is None:
            parameters = self.list_parameters()
        filters = active_filters(self.filterset_class, parameters) if self.filterset_class else None
        return ListQuery(self, parameters, filters)


@cache
def _known(view_class: type[ListViewSet]) -> dict[str, bool]:
    """Names of the parameters that a view's lists take, each with whether it may be given several times."""
    filters = view_class.filterset_class.known() if view_class.filterset_class else {}
    sorting = SORTING if len(view_class.listing.sorts) > 1 else {}
    return filters | sorting | PAGING | view_class.further_parameters
