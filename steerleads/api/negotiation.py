"""How a request's media types are judged: it is JSON in any case."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class AlwaysJSON(BaseContentNegotiation):
    """JSON whatever `Accept` says: never a browsable page, never a 406."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple:
        return renderers[0], renderers[0].media_type
