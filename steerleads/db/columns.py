"""Database columns that every tenant table uses in the same way."""

from django.db import models


class FoldedField(models.TextField):
    """Folded text, compared in code-point order on both databases; PostgreSQL's default differs by machine.

    Unbounded: folding can make 18 code points of one.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"editable": False, **kwargs})

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        parameters["collation"] = {"postgresql": "C", "sqlite": "BINARY"}[connection.vendor]
        return parameters
