"""What tests of the whole product share: the application as a server on 127.0.0.1."""

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def site(transactional_db, monkeypatch):
    """The application's address. It starts within the test, after the test's settings: `live_server` starts before."""
    # Head and body go out as two packets: with Nagle's algorithm the second waits 40 ms.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()
