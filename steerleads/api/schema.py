"""How drf-spectacular draws the OpenAPI document: what it finds out from our views, lists and bodies by itself.

What people write down (summaries, examples, errors) is said by `operation` of `steerleads.api.openapi`.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from steerleads.api.lists import ListViewSet
from steerleads.api.openapi import OF_ALL_OPERATIONS, OF_BODIES, PAGE_LIMIT, PAGING, WHOLE_OR_LIMIT, SortOrder
from steerleads.api.serializers import ChoiceField

LOCATIONS = ["path", "query", "header"]


class ApiSchema(AutoSchema):
    """Adds what is true of all operations: headers of answers, parameters of lists, a body that must be there."""

    view: Any  # an ApiViewSet

    def get_tags(self) -> list[str]:
        """The first word of the path: `Leads`."""
        return [tag.capitalize() for tag in super().get_tags()]

    def get_override_parameters(self) -> list[Any]:
        bodies = OF_BODIES if self.get_request_serializer() else ()
        return [*super().get_override_parameters(), *OF_ALL_OPERATIONS, *bodies, *self._list_parameters()]

    def get_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(name, each.example, parameter_only=(name, "query"))
            for name, each in self._filters().items()
            if each.example
        ]

    def get_operation(self, *args: Any) -> Any:
        operation: Any = super().get_operation(*args)
        operation["responses"] = dict(sorted(operation["responses"].items()))
        if "requestBody" in operation:
            # drf-spectacular takes a body that needs none of its fields for one that may be left out.
            operation["requestBody"]["required"] = True
            if self.method == "PATCH":
                # Said in words: a second media type makes generated clients offer the same body twice.
                operation["requestBody"]["description"] = "Also taken as `application/merge-patch+json`."
        return operation

    # --- Lists ---------------------------------------------------------------------------------

    def _answers_list(self) -> bool:
        """Whether it is a list of a ListViewSet: `operation` was given an answer with `many=True`, or answers files."""
        if not isinstance(self.view, ListViewSet):
            return False
        answers = self.get_response_serializers()
        return self.view.answers_files or (
            isinstance(answers, dict)
            and any(isinstance(answer.response, serializers.ListSerializer) for answer in answers.values())
        )

    def _filters(self) -> dict[str, Any]:
        """By name; none of the name of a path's variable, on which generated clients break."""
        filterset = self.view.filterset_class if self._answers_list() else None
        filters = filterset.base_filters if filterset else {}
        return {name: each for name, each in filters.items() if f"{{{name}}}" not in self.path}

    def _list_parameters(self) -> list[Any]:
        """A serializer, whose fields are what the query string says of filters and sort; and the page's parameters."""
        if not self._answers_list():
            return []
        listing = self.view.listing
        fields = {
            name: each.described_as(required=False, help_text=each.extra["help_text"])
            for name, each in self._filters().items()
        }
        if listing.sort_name:
            names = ", ".join(f"`{name}`" for name in listing.sorts)
            fields["sortBy"] = listing.sort_choice(default=listing.default, help_text=f"Sort field: {names}")
            fields["sortOrder"] = SortOrder(default="asc", help_text="Sort direction: `asc`, `desc`")
        query = [type("Query", (serializers.Serializer,), fields)] if fields else []
        return [*query, PAGE_LIMIT if self.view.always_paged else WHOLE_OR_LIMIT, *PAGING]


class BodyFieldExtension(OpenApiSerializerFieldExtension):
    """Fields of bodies say themselves what may be sent; an `enum` stands under its name."""

    target_class = "steerleads.api.serializers.BodyField"
    match_subclasses = True

    def get_name(self) -> str | None:
        field = self.target
        return type(field).__name__ if isinstance(field, ChoiceField) and type(field) is not ChoiceField else None

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return self.target.schema


def location_of(parameter: dict[str, Any]) -> int:
    """drf-spectacular's sort key of an operation's parameters: the path's first, as generated clients take them."""
    return LOCATIONS.index(parameter["in"])


def name_headers(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """drf-spectacular's hook after it has drawn the document: headers stand once, not in each of hundreds of answers."""
    headers = result["components"].setdefault("headers", {})
    for path in result["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                for name, header in answer.get("headers", {}).items():
                    if headers.setdefault(name, header) == header:
                        answer["headers"][name] = {"$ref": f"#/components/headers/{name}"}
    return result
