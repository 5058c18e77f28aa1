"""The ways out: each sends one message to one destination and says how that went."""

from django.db import connection


def lend_connection():
    """Give PostgreSQL's connection back to the pool before sending: the other side may take its time."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
