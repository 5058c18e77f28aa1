"""Passwords that are hashed quickly, as these tests sign in often; and mail servers."""

import pytest
from django.core import mail

from leads.notifications.tests.letterboxes import listening


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def outbox(settings):
    """Mail is configured, and arrives here."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mail.outbox


@pytest.fixture
def letterbox(settings):
    """A mail server that listens."""
    with listening(settings) as found:
        yield found
