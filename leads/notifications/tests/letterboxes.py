"""A real mail server on 127.0.0.1 for tests: it keeps what it is sent, or refuses it as it is told."""

import asyncio
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from steerleads.tests.servers import free_port


class Letterbox:
    """`refuses` is what to answer instead of taking a letter; `refused` {recipient: what it is answered}; `slow`
    {recipient: seconds until it is answered}."""

    def __init__(self):
        self.letters, self.refuses, self.refused, self.slow = [], None, {}, {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.sleep(self.slow.get(address, 0))
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return self.refuses
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def listening(settings):
    """A Letterbox to which the settings now send mail."""
    letterbox = Letterbox()
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port())
    use_smtp(settings, controller.port)
    controller.start()
    yield letterbox
    controller.stop()


def use_smtp(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.SITE_URL = "https://leads.example.com"
