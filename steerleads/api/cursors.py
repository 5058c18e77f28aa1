"""Cursors, sealed: nobody reads in a URL where a page of a list ended, and nobody makes one up.

What the last row was sorted by is a person's name in a list that is sorted by names, and URLs are kept by browsers,
proxies and their logs. Keeping the last row's id alone and looking the name up again would lose the page with the row.
So the values themselves are encrypted, with what the standard library has: its keyed hash BLAKE2b, as a synthetic-IV
scheme (the form of RFC 5297). The seal is the hash of the values. It is checked at opening, and begins the stream of
hashes that hides them. Without a random part, the same values give the same cursor, and so the same page the same ETag.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import orjson
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SEAL = blake2b.SALT_SIZE  # bytes, 16
BLOCK = blake2b.MAX_DIGEST_SIZE  # bytes, 64
ROUNDED = 32  # bytes: a cursor's length tells little of a name's


class BadCursor(ValueError):
    """It was not made here, with this key, or has been changed since."""


def seal(values: Sequence) -> str:
    """The cursor of a list of JSON values, as URL-safe ASCII."""
    plain = orjson.dumps(values)
    plain = plain.ljust(-(-len(plain) // ROUNDED) * ROUNDED)  # with spaces, which JSON passes over
    key = _key(settings.SECRET_KEY)
    head = _seal_of(plain, key)
    return urlsafe_b64encode(head + _hidden(plain, head, key)).decode().rstrip("=")


def unseal(cursor: str) -> list:
    """The values that were sealed. Raises BadCursor."""
    try:
        sealed = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadCursor() from None
    key, head = _key(settings.SECRET_KEY), sealed[:SEAL]
    if len(head) < SEAL:
        raise BadCursor()
    plain = _hidden(sealed[SEAL:], head, key)
    if not constant_time_compare(head, _seal_of(plain, key)):
        raise BadCursor()
    return orjson.loads(plain)


@lru_cache(maxsize=1)
def _key(secret: str) -> bytes:
    return salted_hmac("steerleads.api.cursors", "", secret, algorithm="sha512").digest()


def _seal_of(plain: bytes, key: bytes) -> bytes:
    return blake2b(plain, key=key, digest_size=SEAL, person=b"seal").digest()


def _hidden(data: bytes, seal: bytes, key: bytes) -> bytes:
    """The data under the stream that a seal begins. Twice is not at all."""
    blocks = (blake2b(b"%d" % number, key=key, salt=seal, person=b"stream") for number in range(-(-len(data) // BLOCK)))
    stream = b"".join(block.digest() for block in blocks)[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(len(data))
