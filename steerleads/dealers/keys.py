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
from steerleads.dealers.models import FRESH_KEY_SCOPES, ApiKey, Environment, RateWindow

# 43 letters and digits are 256 random bits. With other signs among them, a double click would select half a key.
ALPHABET, LENGTH = string.ascii_letters + string.digits, 43
SHAPE = re.compile(r"(?:prod|dev)_[A-Za-z0-9_-]{43}")  # keys of older make have `-` and `_`
HINT_LENGTH = 10

# A positive answer is believed this long, so a revocation takes effect within it (contract 9).
CACHE_SECONDS = 5
CACHE_SIZE = 10_000
LAST_USED_STEP = timedelta(minutes=1)

_cache = {}


def issue_key(dealership, name, *, environment=Environment.PROD, scopes=None, hourly_limit=10_000, expires_at=None):
    """(the ApiKey, its secret text). The text is not stored and cannot be shown again."""
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
        )
        RateWindow.objects.create(key=key)
    return key, secret


def rotate_key(key, *, overlap, now):
    """A successor with the same rights; the old key goes on working for `overlap` (a timedelta)."""
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().get(pk=key.pk)
        successor = issue_key(
            old.dealership,
            old.name,
            environment=old.environment,
            scopes=old.scopes,
            hourly_limit=old.hourly_limit,
            expires_at=old.expires_at and now + (old.expires_at - old.created_at),
        )
        end = now + overlap
        if old.expires_at is None or end < old.expires_at:
            old.expires_at = end
            old.save(update_fields=["expires_at"])
    return successor


def change_key(key, changes):
    """Write these of its name, scopes, hourly_limit and expires_at; calls follow within CACHE_SECONDS."""
    ApiKey.objects.filter(pk=key.pk).update(**changes)


def revoke_key(key, *, now):
    """Whether it was still to be revoked. Calls with it end within CACHE_SECONDS."""
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now))


def find_key(secret):
    """The working ApiKey that this text is, with its dealership, or None. One indexed look-up, then a short cache."""
    if not SHAPE.fullmatch(secret):
        return None
    key = _remembered(secret)
    if key is None:
        key = ApiKey.objects.select_related("dealership").filter(digest=_digest(secret)).first()
        _remember(secret, key)
    now = timezone.now()
    if key is None or not key.works_at(now):
        return None
    _note_use(key, now)
    return key


def find_key_in_memory(secret):
    """The same without a question to the database. None does not say that there is no such key: ask `find_key`."""
    key, now = _remembered(secret), timezone.now()
    return key if key and key.works_at(now) and not _is_use_to_be_noted(key, now) else None


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
    return key.last_used_at is None or now - key.last_used_at >= LAST_USED_STEP


def _note_use(key, now):
    if _is_use_to_be_noted(key, now):
        key.last_used_at = now
        # A database that is locked or full can still be read.
        with suppress(*DATABASE_ERRORS):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
