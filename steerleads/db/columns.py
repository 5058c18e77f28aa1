"""Database columns that every tenant table uses in the same way."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class FoldedField(models.TextField):
    """Folded text, compared in code-point order on both databases; PostgreSQL's default differs by machine.

    Unbounded: folding can make 18 code points of one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"editable": False, **kwargs})

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        parameters["collation"] = {"postgresql": "C", "sqlite": "BINARY"}[connection.vendor]
        return parameters
