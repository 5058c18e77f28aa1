"""Contract 21 and 26: how texts are folded and normalised."""

import pytest

from steerleads.db import text


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Élodie", "elodie"),
        ("ÉLODIE", "elodie"),
        ("أحمد", "احمد"),
        ("إيمان", "ايمان"),
        ("ليلى", "ليلي"),
        ("فاطمة", "فاطمه"),
        ("مـحـمـد", "محمد"),
        ("مُحَمَّد", "محمد"),
        ("Cœur", "coeur"),
        ("Ægir", "aegir"),
        ("Søren", "soren"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ΟΔΟΣ", "οδοσ"),
        ("ﬁnance", "finance"),
        ("Ⅳ", "iv"),
        ("ٱلرحمن", "الرحمن"),
        ("کریم", "كريم"),
        ("١٢٣٤٥٦٧٨٩٠", "1234567890"),
        ("۱۲۳۴۵۶۷۸۹۰", "1234567890"),
        ("٦٦٦ ۶۶۶", "666 666"),
        ("L’Été d‘aʼb＇c", "l'ete d'a'b'c"),
        ("ŉ", "'n"),
        ("\u2010 \u2011 \u2012 \u2013 \u2014 \u2015 \u2212 \ufe58 \ufe63 \uff0d -", " ".join("-" * 11)),
        ("100%_\\", "100%_\\"),
    ],
)
def test_fold(typed, folded):
    assert text.fold(typed) == folded
    assert text.fold(folded) == folded


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("e\u0301", "é"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202eabc\u202c", "abc"),
        ("\u2066a\u2069b", "ab"),
        ("  a \u00a0", "a"),
        (" \u202e a", "a"),
        ("\u200fسارة\u200e", "\u200fسارة\u200e"),
    ],
)
def test_normalise(typed, stored):
    assert text.normalise(typed) == stored


@pytest.mark.parametrize("blank", ["", " ", "\u200b", "\u00ad\u2060", "\u3164", "\u2800", "\ufe0f", "\ufeff \u200d"])
def test_what_shows_nothing_is_blank(blank):
    assert text.is_blank(blank)


@pytest.mark.parametrize("bad", ["a\x00b", "a\x07", "\x1fa", "a\x85b", "\ud800", "a\nb"])
def test_control_characters_and_lone_surrogates_are_found(bad):
    assert text.forbidden_character(bad) is not None


def test_a_note_may_have_lines_and_tabs():
    assert text.forbidden_character("a\n\tb", multiline=True) is None


def test_what_is_shown_in_a_message_is_short_and_encodable():
    assert text.shown("\ud800\n" + "x" * 100).encode() == ("?\N{REPLACEMENT CHARACTER}" + "x" * 58 + "…").encode()
