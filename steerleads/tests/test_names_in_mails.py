"""Names of dealerships, people, keys and webhooks write no line of our mails, also those that were kept long ago."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core import mail

from conftest import TESTER, make_lead
from leads.actions import change_lead
from leads.models import LeadEvent
from leads.notifications import texts
from leads.notifications.models import Rule
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import Webhook
from leads.webhooks.notices import send_notice
from steerleads.dealers import account_mails, mailing
from steerleads.dealers.models import Dealership, MailKind, Role, User
from steerleads.dealers.tests.people import make_staff
from steerleads.dealers.tests.waiting_mails import send_waiting

pytestmark = pytest.mark.on_one_database

EVIL = "http://evil.example/"
BREAKS = ["\n", "\r\n\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\nBcc: spy@evil.example\n\n"]
TEMPLATES = settings.BASE_DIR / "templates"

each_language = pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])


@pytest.fixture
def kept(casa, civic, language):
    """Rows with a name put into them past all our rules, with `{break}` where the lines are to end."""
    person = make_staff(casa, Role.MANAGER, email="sara@casa.example")
    lead, webhook = make_lead(civic), create_webhook(casa, {"url": "https://crm.example.com/"})
    change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER)

    def named(name):
        Dealership.objects.filter(pk=casa.pk).update(name=name, language=language)
        User.objects.filter(pk=person.pk).update(first_name=name)
        LeadEvent.objects.update(actor_name=name, actor_type="staff")
        Webhook.objects.update(description=name)
        rule = Rule(dealership=Dealership.objects.get(pk=casa.pk), trigger="completed", to="sara@casa.example")
        return SimpleNamespace(
            user=User.objects.select_related("membership__dealership").get(pk=person.pk),
            webhook=Webhook.objects.select_related("dealership").get(pk=webhook.pk),
            rule=rule,
            event=LeadEvent.objects.get(kind="lead.changed"),
            lead=lead,
        )

    return named


def letters(rows):
    """(subject, lines) of every mail and short message that we send."""
    for kind in MailKind:
        account_mails.post_notice(rows.user, kind)
    send_waiting()
    send_notice(rows.webhook)
    for sent in mail.outbox:
        yield sent.subject, sent.body.split("\n")
    mail.outbox.clear()
    for words in (texts.of_test(rows.rule), texts.of_lead(rows.rule, rows.event, rows.lead)):
        yield words.subject, words.mail.split("\n")
        yield words.subject, words.short.split("\n")


@each_language
def test_a_name_ends_no_line_of_a_mail(kept, language):
    plain = list(letters(kept(f"Casa {EVIL}")))
    assert len(plain) == 8
    for between in BREAKS:
        found = list(letters(kept(f"Casa{between}{EVIL}")))
        for (subject, lines), (_subject, usual) in zip(found, plain, strict=True):
            assert subject.splitlines() == [subject] and all(line.splitlines() == [line] for line in lines if line)
            assert len(lines) == len(usual)
            assert not any(line.strip(" \u2068").startswith(("http://evil", "Bcc")) for line in lines)


@each_language
def test_a_name_is_not_all_that_one_reads(kept, language):
    for _subject, lines in list(letters(kept("spam " * 29)))[: len(MailKind)]:
        assert sum(line.count("spam") for line in lines) <= 2 * mailing.LONGEST_NAME / len("spam ")


def test_templates_of_mails_are_given_texts_and_nothing_to_look_into():
    """So that a name comes through `one_line` before it is put in."""
    for template in [*TEMPLATES.glob("registration/*.txt"), *TEMPLATES.glob("notifications/*.txt")]:
        text = template.read_text(encoding="utf-8")
        assert [part for part in text.split("{{")[1:] if "." in part.split("}}")[0]] == []
