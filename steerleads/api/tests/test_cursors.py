"""Cursors: read by nobody, made up by nobody, and the same for the same place."""

from base64 import b64decode

import pytest

from steerleads.api.cursors import BadCursor, seal, unseal

PLACE = ["a3f0", "سارة sara alami", "2026-10-01 12:00:00+00:00", None, "é" * 200]


@pytest.mark.parametrize("values", [[], [None], ["a"], ["a" * 29, "b"], PLACE])
def test_what_was_sealed_comes_back(values):
    assert unseal(seal(values)) == values


def test_the_same_place_has_the_same_cursor_and_another_one_has_nothing_in_common():
    one, again, other = seal(["sara alami", "1"]), seal(["sara alami", "1"]), seal(["sara alami", "2"])
    assert one == again
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 20


def test_nothing_of_it_can_be_read():
    sealed = b64decode(seal(PLACE) + "==", altchars=b"-_")
    assert not any(text.encode()[:6] in sealed for text in PLACE if text)


def test_its_length_tells_little_of_a_name():
    assert len({len(seal(["x" * length])) for length in range(20)}) == 1


def test_a_changed_one_is_refused():
    cursor = seal(PLACE)
    for at in range(len(cursor) - 1):  # of the last character, not all bits count
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        with pytest.raises(BadCursor):
            unseal(changed)


@pytest.mark.parametrize("cursor", ["", "A", "AAAA", "A" * 64, "é", "\0", "a b", "WyJhIl0:1x:sig", '["a"]'])
def test_what_is_none_is_refused(cursor):
    with pytest.raises(BadCursor):
        unseal(cursor)


def test_one_of_another_key_is_refused(settings):
    cursor = seal(PLACE)
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(BadCursor):
        unseal(cursor)
