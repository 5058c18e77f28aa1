"""Entity tags: made, sent and compared (RFC 9110, sections 8.8.3 and 13)."""

import hashlib
import re
from collections.abc import Collection

ANY = "*"
QUOTED = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def of_bytes(*parts: bytes) -> str:
    """An entity tag, unquoted, of what these bytes say together."""
    # Most processors have instructions for SHA-256: it takes half the time of BLAKE2.
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def quoted(etag: str) -> str:
    """As a header has it."""
    return f'"{etag}"'


def parse(header: str | None) -> set[str] | str | None:
    """The ETags in an If-Match or If-None-Match header: None without one, ANY for `*`, else a set.

    `W/` is dropped: compressing an answer weakens its ETag, and a client sends back what it got.
    """
    if header is None or not header.strip():
        return None
    return ANY if header.strip() == "*" else set(QUOTED.findall(header))


def matches(sent: Collection[str], etag: str) -> bool:
    """Whether `etag` is among the parsed ones. A lead's also matches one with its car's appended (`7.3`)."""
    return sent == ANY or any(each == etag or each.partition(".")[0] == etag for each in sent)
