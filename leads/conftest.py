"""A receiver, a webhook of Casa Motors that goes there, a mail server, and a clock that is moved by hand."""

import pytest

from leads.notifications.tests.letterboxes import listening
from leads.outbox.tests.deliveries import Clock, subscribe
from leads.webhooks.tests.receivers import receiver


@pytest.fixture
def crm(db):
    with receiver() as listening:
        yield listening


@pytest.fixture
def webhook(casa, crm, settings):
    return subscribe(casa, crm.url, settings)


@pytest.fixture
def clock():
    clock = Clock()
    clock.move(seconds=1)
    return clock


@pytest.fixture
def letterbox(settings):
    with listening(settings) as letterbox:
        yield letterbox
