"""`manage.py deliveries`: what was sent, without anybody's data, and once more."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from leads.notifications.actions import create_rule
from leads.outbox.models import Delivery, State
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import Webhook
from steerleads.db.ids import new_id

SECRET = "crm.example.com"


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("deliveries", *arguments, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


def rows(*arguments):
    """The ids that a table shows, in its order."""
    return [line.split()[0] for line in run(*arguments)[0].splitlines()[1:]]


@pytest.fixture
def webhook(casa):
    return create_webhook(casa, {"url": f"https://{SECRET}/hooks", "description": "Our CRM"})


def sent(to, state=State.DEAD, minutes=0, **fields):
    at = timezone.now() - timedelta(minutes=minutes)
    facts = {"kind": "lead.created", "attempts": 8, "created_at": at, "last_at": at, "last_status": 500}
    facts |= {"dealership": to.dealership, "destination": to, "state": state}
    return Delivery.objects.create(event_id=new_id(), **facts | fields)


def test_the_table_says_where_to_what_and_how_it_went(casa, webhook):
    rule = create_rule(casa, {"trigger": "created", "to": "boss@casa.example"})
    mail = sent(rule, State.PENDING, last_status=550, last_error="smtp", next_at=timezone.now())
    delivery = sent(webhook)
    titles, *lines = run()[0].splitlines()
    assert titles.split()[:4] == ["id", "dealership", "to", "event"]
    for words in (str(delivery.pk), "Casa Motors", f"webhook {webhook.pk}", "lead.created", "dead", "8", "500"):
        assert words in lines[0]
    assert str(mail.pk) in lines[1] and f"rule {rule.pk}" in lines[1] and "550 smtp" in lines[1]


def test_the_table_names_nobody(casa, webhook):
    sent(webhook)
    sent(create_rule(casa, {"trigger": "created", "to": "boss@casa.example"}))
    table = run()[0]
    assert not any(words in table for words in (SECRET, "Our CRM", "boss@", "whsec_"))


def test_the_newest_come_first_and_the_list_has_an_end(webhook):
    deliveries = [sent(webhook, minutes=minutes) for minutes in range(4)]
    assert rows() == [str(delivery.pk) for delivery in deliveries]
    assert rows("--limit", "2") == [str(delivery.pk) for delivery in deliveries[:2]]
    assert run("--limit", "2")[1] == "There are more than these 2: see --limit." and run("--limit", "4")[1] == ""


def test_states_and_dealerships_are_told_apart(atlas, webhook):
    found = {state: str(sent(webhook, state).pk) for state in State}
    other = str(sent(create_webhook(atlas, {"url": f"https://{SECRET}/"})).pk)
    assert set(rows("--dead")) == set(rows("--state", "dead")) == {found["dead"], other}
    assert set(rows("--state", "pending,delivered")) == {found["pending"], found["delivered"]}
    assert rows("--dead", "--dealership", "atlas cars") == [other]
    assert set(rows("--dealership", "Casa Motors")) == set(found.values())


def test_one_is_sent_again(webhook):
    delivery, other = sent(webhook, State.DELIVERED), sent(webhook)
    assert run("--redeliver", str(delivery.pk)) == ("1", "To be sent again: 1 deliveries.")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.PENDING, 0)
    assert Delivery.objects.get(pk=other.pk).state == State.DEAD


def test_all_dead_letters_of_a_dealership_are_sent_again(atlas, webhook):
    dead = [sent(webhook).pk for _ in range(3)]
    left = {sent(webhook, State.DELIVERED).pk, sent(create_webhook(atlas, {"url": f"https://{SECRET}/"})).pk}
    assert run("--redeliver-dead", "--dealership", "Casa Motors")[0] == "3"
    assert set(Delivery.objects.filter(state=State.PENDING).values_list("pk", flat=True)) == set(dead)
    assert not Delivery.objects.filter(pk__in=left, state=State.PENDING).exists()


def test_what_waits_for_a_switch_is_said(webhook):
    sent(webhook)
    Webhook.objects.update(is_on=False)
    assert run("--redeliver-dead")[1].endswith("1 of them wait until their webhook or rule is switched on.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--redeliver", "x"], "There is no delivery “x”"),
        (["--redeliver", "01890000-0000-7000-8000-000000000000"], "There is no delivery"),
        (["--redeliver", "{pending}"], "can be sent again"),
        (["--redeliver", "{casas}", "--dealership", "Atlas Cars"], "There is no delivery"),
        (["--state", "lost"], "“lost” is not allowed here. Use one of: pending, delivered, dead, dropped."),
        (["--limit", "many"], "--limit: “many” is not a whole number"),
        (["--dealership", "Nobody"], "There is no dealership “Nobody”"),
        (["--dead", "--redeliver-dead"], "not allowed with argument"),
    ],
)
def test_what_is_wrong_is_said(atlas, webhook, arguments, words):
    ids = {"{pending}": str(sent(webhook, State.PENDING).pk), "{casas}": str(sent(webhook).pk)}
    with pytest.raises(CommandError, match=words):
        run(*(ids.get(argument, argument) for argument in arguments))
    assert Delivery.objects.filter(state=State.PENDING).count() == 1
