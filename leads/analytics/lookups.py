"""`IN` in two ways that Django's does not have, and a column that no index is chosen for."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Func
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


class Unindexed(Func):
    """A column for which SQLite takes no index, and so the one that has the order that is asked for.

    PostgreSQL knows by itself which is quicker.
    """

    template, arity = "%(expressions)s", 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return self.as_sql(compiler, connection, template="+%(expressions)s")
