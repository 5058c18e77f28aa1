"""`IN` in two ways that Django's does not have."""

from collections.abc import Sequence
from typing import Any

from django.db.models.lookups import In


class AtOneOf(In):
    """Its values stay where they are: Django would take what stands for them to where rows are ranked."""

    def get_source_expressions(self) -> list[Any]:
        return [self.lhs]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        [self.lhs] = expressions


class OneOf(In):
    """Its values are numbers of ours and written out: as parameters, each would be sent each time."""

    def get_source_expressions(self) -> list[Any]:
        return [self.lhs]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        [self.lhs] = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        numbers = ", ".join(str(int(number)) for number in self.rhs)
        return f"{lhs} IN ({numbers})", list(params)
