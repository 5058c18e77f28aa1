"""Invitations as a real mail server on 127.0.0.1 receives them."""

from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command

from steerleads.dealers.tests.waiting_mails import send_waiting
from steerleads.tests.servers import free_port


class Letterbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def letters(settings):
    letterbox = Letterbox()
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    controller.start()
    yield letterbox.letters
    controller.stop()


@pytest.mark.parametrize(("language", "word"), [("fr", "mot de passe"), ("ar", "كلمة"), ("en", "password")])
def test_an_invitation_arrives_in_the_dealerships_language(casa, letters, client, language, word):
    casa.language = language
    casa.save()
    call_command("create_staff", "elodie@casa.example", "--dealership", casa.name, "--role", "salesperson")
    send_waiting()
    [letter] = letters
    text = letter.get_body(("plain",)).get_content()
    assert letter["To"] == "elodie@casa.example"
    assert word in text
    link = next(part for part in text.split() if "/admin/reset/" in part)
    path = "/" + link.split("/", 3)[3]
    assert client.get(path, follow=True, headers={"host": "localhost"}).status_code == 200
