"""Number plates as people type them: what makes two spellings the same plate, and how one is shown."""

import re
import unicodedata

from steerleads.db.text import fold

# As Moroccan plates carry them side by side; folding has made ا of أ.
LATIN = str.maketrans({"ا": "a", "ب": "b", "د": "d", "ه": "h", "و": "w", "ط": "t"})
LEFT_TO_RIGHT, ISOLATE, END = "\u200e", "\u2066", "\u2069"


def fold_plate(text):
    """`12345-أ-6`, `12345|أ|6`, `12345 A 6` and `١٢٣٤٥أ٦` all give `12345a6`."""
    return "".join(_character(character) for character in fold(text) if character.isalnum()).translate(LATIN)


def is_distinctive(text):
    """Whether it can tell two cars apart, as `-` or `WW` in a sheet's column of plates cannot."""
    return sum(map(str.isdecimal, text)) >= 2


def shown_plate(text):
    """The plate so that it reads from the left, as the real one does, also where the page or its letter does not."""
    letters = re.sub(r"[\u0600-\u06ff]+", rf"{LEFT_TO_RIGHT}\g<0>{LEFT_TO_RIGHT}", text)
    return f"{ISOLATE}{letters}{END}"


def _character(character):
    return str(unicodedata.decimal(character)) if character.isdecimal() else character
