"""Invitations as a real mail server on 127.0.0.1 receives them."""

import pytest
from django.core.management import call_command

from leads.notifications.tests.letterboxes import listening
from steerleads.dealers.tests.waiting_mails import send_waiting
from steerleads.tests.servers import running_server, wait_until

pytestmark = pytest.mark.on_one_database


@pytest.fixture
def letterbox(settings):
    with listening(settings) as found:
        yield found


@pytest.mark.parametrize(("language", "word"), [("fr", "mot de passe"), ("ar", "كلمة"), ("en", "password")])
def test_an_invitation_arrives_in_the_dealerships_language(casa, letterbox, client, language, word):
    casa.language = language
    casa.save()
    call_command("create_staff", "elodie@casa.example", "--dealership", casa.name, "--role", "salesperson")
    send_waiting()
    [letter] = letterbox.letters
    text = letter.get_body(("plain",)).get_content()
    assert letter["To"] == "elodie@casa.example"
    assert word in text
    link = next(part for part in text.split() if "/admin/reset/" in part)
    path = "/" + link.split("/", 3)[3]
    assert client.get(path, follow=True, headers={"host": "localhost"}).status_code == 200


def test_the_worker_beside_the_server_sends_what_a_command_has_asked_for(db, letterbox, settings):
    with running_server(deliver=True, env={"EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}"}) as server:
        printed = server.manage("create_staff", "sara@casa.example", "--dealership", server.casa.id)
        wait_until(lambda: letterbox.letters)
    assert printed == ""
    assert [letter["To"] for letter in letterbox.letters] == ["sara@casa.example"]
