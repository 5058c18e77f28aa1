"""API keys: made, rotated, revoked, and found again by their digest."""

import hashlib
import re
import secrets
import string
import time
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from steerleads.api.errors import DATABASE_ERRORS
from steerleads.api.serializers import check
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import FRESH_KEY_SCOPES, ApiKey, Environment, RateWindow
from steerleads.dealers.serializers import ApiKeyBody
from steerleads.proxies import network_of

# 43 letters and digits are 256 random bits. With other signs among them, a double click would select half a key.
ALPHABET, LENGTH = string.ascii_letters + string.digits, 43
SHAPE = re.compile(r"(?:prod|dev)_[A-Za-z0-9_-]{43}")  # keys of older make have `-` and `_`
HINT_LENGTH = 10

# A positive answer is believed this long, so a revocation takes effect within it (contract 9).
CACHE_SECONDS = 5
CACHE_SIZE = 10_000
LAST_USED_STEP = timedelta(minutes=1)
# Networks that a key is known to be used from. Of a key that is used from more than these on one day, no more are noted.
MOST_NETWORKS = 50

_cache = {}


def issue_key(dealership, name, *, by=None, **rights):
    """(the ApiKey, its secret text). The text is not stored and cannot be shown again.

    `rights` are environment, scopes, hourly_limit, expires_at, and the `person` (a Membership) whom it acts for; `by` is the User, or None for the operator.
    Raises ValidationFailed.
    """
    values, _ignored = check(ApiKeyBody, {"name": name})
    with transaction.atomic():
        key, secret = _make(dealership, made_by=by, **values, **rights)
        _record(AuditKind.KEY_MADE, key, by, scopes=key.scopes)
    return key, secret


def _make(
    dealership,
    name,
    *,
    environment=Environment.PROD,
    scopes=None,
    hourly_limit=10_000,
    expires_at=None,
    known_networks=None,
    person=None,
    made_by=None,
):
    secret = f"{environment}_{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            dealership=dealership,
            name=name,
            environment=environment,
            hint=secret[:HINT_LENGTH],
            digest=_digest(secret),
            scopes=FRESH_KEY_SCOPES if scopes is None else scopes,
            hourly_limit=hourly_limit,
            expires_at=expires_at,
            known_networks=known_networks or {},
            person=person,
            made_by=made_by,
        )
        RateWindow.objects.create(key=key)
    return key, secret


def rotate_key(key, *, overlap, now, by=None):
    """A successor with the same rights; the old key goes on working for `overlap` (a timedelta)."""
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().get(pk=key.pk)
        successor, secret = _make(
            old.dealership,
            old.name,
            environment=old.environment,
            scopes=old.scopes,
            hourly_limit=old.hourly_limit,
            expires_at=old.expires_at and now + (old.expires_at - old.created_at),
            known_networks=old.known_networks,
            person=old.person,
            made_by=by,
        )
        end = now + overlap
        if old.expires_at is None or end < old.expires_at:
            old.expires_at = end
            old.save(update_fields=["expires_at"])
        _record(AuditKind.KEY_ROTATED, successor, by, old=str(old), oldEndsAt=old.expires_at.isoformat())
    return successor, secret


def change_key(key, changes, *, by=None):
    """Write these of its name, scopes, hourly_limit and expires_at; calls follow within CACHE_SECONDS.

    Raises ValidationFailed.
    """
    values, _ignored = check(ApiKeyBody, changes, partial=True)
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk).update(**{**changes, **values}):
            _record(AuditKind.KEY_CHANGED, key, by, changed=sorted(changes))


def revoke_key(key, *, now, by=None):
    """Whether it was still to be revoked. Calls with it end within CACHE_SECONDS."""
    with transaction.atomic():
        revoked = bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now))
        if revoked:
            _record(AuditKind.KEY_REVOKED, key, by)
    return revoked


def revoke_keys_of(user, dealership, *, actor):
    """End the keys that act for somebody who leaves."""
    for key in ApiKey.objects.filter(dealership=dealership, person__user=user, revoked_at=None):
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _record(AuditKind.KEY_REVOKED, key, actor=actor)


def find_key(secret, address=""):
    """The working ApiKey that this text is, with its dealership, or None. One indexed look-up, then a short cache.

    That it is used, and from which `address`, is noted.
    """
    if not SHAPE.fullmatch(secret):
        return None
    key = _remembered(secret)
    if key is None:
        key = ApiKey.objects.select_related("dealership").filter(digest=_digest(secret)).first()
        _remember(secret, key)
    now = timezone.now()
    if key is None or not key.works_at(now):
        return None
    if _is_use_to_be_noted(key, now):
        _note_use(key, now)
    if not _is_known_at(key, address):
        _note_address(key, address, now)
    return key


def forget_cached_keys():
    """For tests, which make and break keys faster than the cache forgets."""
    _cache.clear()


def _name(secret):
    # Not the digest of the table: OpenSSL takes a while to begin one.
    return hashlib.blake2s(secret.encode()).digest()


def _remembered(secret):
    key, found_at = _cache.get(_name(secret), (None, 0))
    return key if time.monotonic() - found_at <= CACHE_SECONDS else None


def _remember(secret, key):
    name = _name(secret)
    if key is None or key.revoked_at:
        _cache.pop(name, None)
        return
    if len(_cache) >= CACHE_SIZE:
        _cache.clear()
    _cache[name] = (key, time.monotonic())


def _is_use_to_be_noted(key, now):
    # Either way: a use from ahead was noted by a clock that was wrong.
    return key.last_used_at is None or abs(now - key.last_used_at) >= LAST_USED_STEP


def _note_use(key, now):
    key.last_used_at = now
    # A database that is locked or full can still be read.
    with suppress(*DATABASE_ERRORS):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _is_known_at(key, address):
    network = network_of(address)
    return not network or network in key.known_networks


def _note_address(key, address, now):
    """Once over all processes: the row knows, and other copies of it in memory are a few seconds old at most."""
    network, today = network_of(address), str(now.date())
    key.known_networks[network] = today  # first, so that a database that cannot be written is not tried each time
    with suppress(*DATABASE_ERRORS), transaction.atomic():
        row = ApiKey.objects.select_for_update(no_key=True).only("known_networks").get(pk=key.pk)
        if (known := _with_network(row.known_networks, network, today)) is None:
            return
        ApiKey.objects.filter(pk=key.pk).update(known_networks=known)
        _record(AuditKind.KEY_USED_FROM_NEW_ADDRESS, key, actor=Actor.of_key(key), address=address)


def _with_network(known, network, today):
    """The known networks with this one, the oldest forgotten for it if need be; None if nothing is to be noted."""
    if network in known:
        return None
    if len(known) >= MOST_NETWORKS:
        oldest = min(known, key=known.get)
        if known[oldest] == today:
            return None
        known = {name: day for name, day in known.items() if name != oldest}
    return {**known, network: today}


def _record(kind, key, by=None, *, actor=None, **details):
    audit.record(kind, actor=actor or Actor.by(by), dealership=key.dealership, subject=key, **details)


def _digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
