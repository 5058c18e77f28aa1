"""Whether a pooler stands between us and PostgreSQL, and gives one session to several clients."""

from contextlib import closing
from typing import Any

import psycopg

TRIES = 10


def is_shared(parameters: dict[str, Any]) -> bool:
    """Whether sessions go from client to client, transaction by transaction, where these `parameters` lead.

    Two connections that never meet in one session, and never change theirs, have one each. Raises psycopg's
    OperationalError.
    """
    parameters = {**parameters, "autocommit": True, "prepare_threshold": None}
    with closing(psycopg.connect(**parameters)) as one, closing(psycopg.connect(**parameters)) as another:
        ones, others = ({_session(connection) for _ in range(TRIES)} for connection in (one, another))
    return len(ones) > 1 or len(others) > 1 or not ones.isdisjoint(others)


def _session(connection: psycopg.Connection) -> tuple | None:
    return connection.execute("SELECT pg_backend_pid()").fetchone()
