"""Requests answered in this very process, past all of its layers, without a line in the log for each."""

import logging
from contextlib import contextmanager

from django.test import Client


@contextmanager
def client_inside(key):
    """Django's test client with an API key. Say `secure=True`, else it is redirected to https."""
    logging.disable(logging.INFO)
    try:
        yield Client(headers={"host": "localhost", "authorization": f"Bearer {key}"})
    finally:
        logging.disable(logging.NOTSET)
