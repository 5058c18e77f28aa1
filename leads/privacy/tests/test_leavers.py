"""Somebody leaves the staff: rules and keys that name them are shown, taken off or handed over, and in the end all is erased."""

import re
from datetime import time

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from conftest import make_car, make_lead
from leads import actions
from leads.analytics.catching_up import catch_up
from leads.analytics.rebuilding import rebuild
from leads.models import Lead, LeadEvent
from leads.notifications.actions import create_rule
from leads.notifications.channels.email import mark_of
from leads.notifications.models import Rule
from leads.outbox.models import Delivery, SentPayload, State
from leads.outbox.outcomes import NotNeeded
from leads.outbox.telling import tell
from leads.outbox.tests.deliveries import attempt
from leads.webhooks.actions import create_webhook
from steerleads.dealers import staff, two_factor
from steerleads.dealers.actors import FORMER_COLLEAGUE, Actor
from steerleads.dealers.hours.actions import set_hours
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import ApiKey, AuditEvent, Dealership, Role, User
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff, told

STAFF = "/admin/dealers/membership/"
EMAIL = "zoubida@casa.example"
OTHER = "omar@casa.example"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def boss(casa):
    Dealership.objects.update(language="en")
    return make_staff(casa, Role.MANAGER, email="boss@casa.example", first_name="Amina")


@pytest.fixture
def zoubida(casa, boss):
    return make_staff(casa, Role.MANAGER, email=EMAIL, first_name="Zoubida", last_name="Mansouri", password=PASSWORD)


def rule_for(casa, to):
    return create_rule(casa, {"trigger": "created", "channel": "email", "to": to})


def page_of(boss, person):
    return browser(boss).get(f"{STAFF}{person.membership.pk}/delete/").content.decode()


def take_out(boss, person, **form):
    return browser(boss).post(f"{STAFF}{person.membership.pk}/delete/", {"post": "yes", **form}, follow=True)


# --- Taken off, or handed over -------------------------------------------------------------------


def test_the_page_lists_rules_and_keys_that_name_who_leaves(casa, atlas, boss, zoubida):
    for dealership, to in ((casa, f"{OTHER}, {EMAIL.upper()}"), (casa, OTHER), (atlas, EMAIL)):
        rule_for(dealership, to)
    issue_key(casa, "Her website", by=zoubida), issue_key(casa, "Another", by=boss)
    page = page_of(boss, zoubida)
    assert len(re.findall("Notification rule:", page)) == 1 and EMAIL.upper() in page
    assert "Her website" in page and "Another" not in page
    many = {"action": "delete_selected", "_selected_action": [zoubida.membership.pk], "index": 0}
    assert "Her website" in browser(boss).post(STAFF, many).content.decode()


def test_who_leaves_is_taken_off_rules_and_keys(casa, boss, zoubida):
    shared, own = rule_for(casa, f"{OTHER}, {EMAIL}"), rule_for(casa, EMAIL)
    key, _secret = issue_key(casa, "Website", by=zoubida)
    take_out(boss, zoubida)
    assert Rule.objects.values_list("to", "is_on").get(pk=shared.pk) == (OTHER, True)
    assert Rule.objects.values_list("to", "is_on").get(pk=own.pk) == ("", False)
    assert ApiKey.objects.get(pk=key.pk).made_by is None


def test_a_colleague_takes_over(casa, boss, zoubida):
    omar = make_staff(casa, email=OTHER)
    rules = [rule_for(casa, EMAIL), rule_for(casa, f"{EMAIL}, {OTHER}")]
    key, _secret = issue_key(casa, "Website", by=zoubida)
    take_out(boss, zoubida, successor=str(omar.membership.pk))
    assert [Rule.objects.get(pk=rule.pk).to for rule in rules] == [OTHER, OTHER]
    assert ApiKey.objects.get(pk=key.pk).made_by == omar


@pytest.mark.parametrize("who", ["nobody", "herself", "a stranger", "nonsense", "\0"])
def test_only_a_colleague_can_take_over(casa, atlas, boss, zoubida, who):
    ids = {"herself": zoubida.membership.pk, "a stranger": make_staff(atlas).membership.pk}
    unknown = "01890000-0000-7000-8000-000000000000"
    page = take_out(boss, zoubida, successor=str(ids.get(who, unknown if who == "nobody" else who)))
    assert any("not there any more" in line for line in told(page))
    assert User.objects.get(pk=zoubida.pk).is_active


def test_who_was_taken_out_is_told_nothing_whatever_rule_names_them(casa, boss, zoubida, civic):
    staff.remove(zoubida.membership, by=boss)
    set_hours(casa, {"quiet_from": time(0), "quiet_until": time(0)})
    rules = [rule_for(casa, f"{EMAIL.upper()}, group@casa.example"), rule_for(casa, EMAIL)]
    lead = make_lead(civic)
    tell(casa, now=timezone.now())
    deliveries = [Delivery.objects.get(destination=rule, lead_id=lead.pk) for rule in rules]
    outcomes = [attempt(delivery, timezone.now()) for delivery in deliveries]
    assert {address for message in mail.outbox for address in message.to} == {"group@casa.example"}
    assert outcomes[0].ok and outcomes[1] == NotNeeded()


# --- Erased --------------------------------------------------------------------------------------


def rows_with(*texts):
    """{table: how many of its rows have one of these texts somewhere}, over all tables that there are."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        rows = [str(row).casefold() for row in model._base_manager.values_list()]
        if count := sum(any(text.casefold() in row for text in texts) for row in rows):
            found[model._meta.label] = count
    return found


def leave_traces(casa, boss, zoubida, civic):
    """All that somebody leaves who works here: whatever names them in any table."""
    client = browser()
    for password in ("wrong", PASSWORD):
        client.post("/admin/login/", {"username": EMAIL, "password": password})
    client.post("/admin/password_reset/", {"email": EMAIL})
    new_lead = {"car": civic.pk, "status": "NEW", "action": "A", "target_name": "B", "target_info": "C", "order": "0"}
    client.post("/admin/leads/lead/add/", new_lead)
    client.post(
        "/admin/dealers/apikey/add/", {"name": "K", "environment": "prod", "scopes": ["leads:read"], "hourly_limit": 1}
    )
    client.post("/admin/dealers/membership/add/", {"email": OTHER, "name": "Omar", "role": "manager"})
    rule = rule_for(casa, f"{EMAIL}, boss@casa.example")
    create_webhook(casa, {"url": "https://crm.example.com/"})
    TOTPDevice.objects.create(user=zoubida, name="TOTP")
    two_factor.renew_codes(zoubida)
    browser(boss).post(f"{STAFF}{zoubida.membership.pk}/change/", {"role": "salesperson"})
    actions.create_lead(
        casa, civic.pk, {"action": "A", "target_name": "B", "target_info": "C"}, actor=Actor.of_user(zoubida)
    )
    own = Lead.objects.latest("created_at")
    actions.change_lead(casa, own.pk, {"status": "COMPLETED"}, actor=Actor.of_user(zoubida))
    catch_up(casa)
    tell(casa, now=timezone.now())
    Delivery.objects.filter(destination=rule).update(state=State.DELIVERED, delivered_to=[mark_of(EMAIL), "0" * 16])


NAMES = ("zoubida", "mansouri", EMAIL, mark_of(EMAIL))


def test_after_erasing_no_table_has_the_name_or_the_address(casa, boss, zoubida, civic, capsys):
    leave_traces(casa, boss, zoubida, civic)
    before = rows_with(*NAMES)
    tables = {"dealers.User", "dealers.AuditEvent", "leads.LeadEvent", "notifications.Rule", "delivery.Delivery"}
    assert tables | {"analytics.LeadFact"} <= set(before)
    assert SentPayload.objects.exists() and "delivery.SentPayload" in before
    call_command("erase_staff", EMAIL.upper(), "--yes")
    assert rows_with(*NAMES) == {}
    assert rebuild(casa) == []
    listed = capsys.readouterr()
    assert int(listed.out) > 5 and "entries of history" in listed.err and "rules" in listed.err


def test_history_says_that_it_was_a_former_colleague(casa, boss, zoubida, civic):
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"tag": "Hot"}, actor=Actor.of_user(zoubida))
    call_command("erase_staff", EMAIL, "--yes")
    assert LeadEvent.objects.filter(actor_name=FORMER_COLLEAGUE).count() == 1
    assert b"a former colleague" in browser(boss).get(f"/admin/leads/lead/{lead.pk}/history/").content
    Dealership.objects.update(language="fr")
    assert "un ancien collègue" in browser(boss).get(f"/admin/leads/lead/{lead.pk}/history/").content.decode()
    assert AuditEvent.objects.filter(kind="person.erased", dealership=casa).count() == 1


def test_an_earlier_name_is_erased_too(casa, boss, zoubida, civic):
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"tag": "Hot"}, actor=Actor.of_user(zoubida))
    staff.remove(zoubida.membership, by=boss)
    staff.invite(EMAIL, casa, name="Z. Alaoui", by=boss)
    call_command("erase_staff", EMAIL, "--yes")
    assert rows_with(*NAMES, "alaoui") == {}


def test_a_namesake_elsewhere_keeps_their_name(casa, atlas, boss, zoubida, civic):
    namesake = make_staff(atlas, email="z@atlas.example", first_name="Zoubida", last_name="Mansouri")
    theirs = make_lead(make_car(atlas, stock_number="A-1"))
    actions.change_lead(atlas, theirs.pk, {"tag": "Hot"}, actor=Actor.of_user(namesake))
    call_command("erase_staff", EMAIL, "--yes")
    assert LeadEvent.objects.filter(dealership=atlas, actor_name="Zoubida Mansouri").count() == 1


def test_who_left_before_there_was_a_log_needs_the_dealerships_name(casa, boss, zoubida, civic):
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"tag": "Hot"}, actor=Actor.of_user(zoubida))
    staff.remove(zoubida.membership, by=boss)
    AuditEvent.objects.all().delete()
    with pytest.raises(CommandError, match="--dealership"):
        call_command("erase_staff", EMAIL, "--yes")
    call_command("erase_staff", EMAIL, "--yes", "--dealership", casa.name)
    assert rows_with(*NAMES) == {}


def test_without_yes_it_shows_what_it_would_do_and_does_nothing(casa, boss, zoubida, civic, capsys):
    leave_traces(casa, boss, zoubida, civic)
    before = rows_with(*NAMES)
    with pytest.raises(CommandError, match="Add --yes"):
        call_command("erase_staff", EMAIL)
    assert rows_with(*NAMES) == before and "entries of history" in capsys.readouterr().err


def test_the_last_superuser_and_who_is_nobody_are_not_erased(db):
    make_staff(None, None, email="root@example.com")
    for email, words in (("root@example.com", "last superuser"), ("nobody@example.com", "no account")):
        with pytest.raises(CommandError, match=words):
            call_command("erase_staff", email, "--yes")
    assert User.objects.get().is_active
