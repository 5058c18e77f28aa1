"""The audit log says when an API key is used from an address for the first time."""

import copy
from datetime import timedelta

from django.utils import timezone

from steerleads.dealers import keys
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.keys import MOST_NETWORKS, find_key, forget_cached_keys, issue_key, rotate_key
from steerleads.dealers.models import ApiKey, AuditEvent

HERE = "203.0.113.7"


def news(key):
    events = AuditEvent.objects.filter(kind=AuditKind.KEY_USED_FROM_NEW_ADDRESS, subject_id=str(key.pk))
    return list(events.order_by("at", "id").values_list("address", flat=True))


def test_each_address_of_a_key_is_new_once_in_all_processes(casa):
    key, secret = issue_key(casa, "Website")
    for address in ("203.0.113.7", "203.0.113.8", "203.0.113.7", "2001:db8::1", "2001:db8::2", "::ffff:203.0.113.8"):
        find_key(secret, address)
        forget_cached_keys()  # as another process
    assert news(key) == ["203.0.113.7", "203.0.113.8", "2001:db8::1"]


def test_two_processes_that_meet_a_new_address_at_once_note_it_once(casa):
    key, secret = issue_key(casa, "Website")
    find_key(secret, "198.51.100.1")
    of_the_other = copy.deepcopy(keys._cache)
    find_key(secret, HERE)
    keys._cache.update(of_the_other)
    find_key(secret, HERE)
    assert news(key) == ["198.51.100.1", HERE]


def test_a_successor_knows_the_addresses_of_the_key_it_replaces(casa):
    key, secret = issue_key(casa, "Website")
    find_key(secret, HERE)
    successor, secret = rotate_key(key, overlap=timedelta(0), now=timezone.now())
    find_key(secret, HERE)
    assert news(successor) == []


def test_a_key_that_is_used_from_everywhere_does_not_fill_the_log(casa):
    key, secret = issue_key(casa, "Website")
    for number in range(MOST_NETWORKS + 5):
        find_key(secret, f"203.0.113.{number}")
    assert len(news(key)) == len(ApiKey.objects.get(pk=key.pk).known_networks) == MOST_NETWORKS


def test_a_day_later_the_oldest_address_makes_room(casa):
    key, secret = issue_key(casa, "Website")
    old = {f"203.0.113.{number}": "2026-01-01" for number in range(MOST_NETWORKS)}
    ApiKey.objects.filter(pk=key.pk).update(known_networks=old)
    forget_cached_keys()
    find_key(secret, "198.51.100.1")
    known = ApiKey.objects.get(pk=key.pk).known_networks
    assert len(known) == MOST_NETWORKS and "198.51.100.1" in known and news(key) == ["198.51.100.1"]
