"""Guards of texts in spreadsheets: a text that one would take for a formula, or for nothing, is kept a text."""

import re

from steerleads.db.text import WHITE_SPACE

# Excel and its kin calculate what begins with one of these, also in the wide forms of East Asian keyboards.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
GUARD = "'"
AS_TEXT = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)

# How spreadsheets and databases write that there is nothing, and what formulas leave behind that found nothing.
PLACEHOLDERS = {
    *("-", "n/a", "null"),
    *("#n/a", "#ref!", "#value!", "#name?", "#num!", "#null!", "#div/0!"),
    *("#n/d", "#valeur!", "#nom?", "#nombre!", "#nul!"),  # in French
}
# What either begins with. Nearly no text does, and those that do not are looked at no further.
SUSPICIOUS = {*FORMULA_SIGNS, GUARD, *WHITE_SPACE, *(each[0] for each in PLACEHOLDERS)}
SUSPICIOUS |= {character.upper() for character in SUSPICIOUS}


def is_placeholder(text: str) -> bool:
    """Whether a cell with this text says that there is nothing."""
    return text.strip(WHITE_SPACE).lower() in PLACEHOLDERS


def guard(text: str) -> str:
    """The text as it may stand in a cell: behind one apostrophe, if it would be taken for something else without."""
    if text[:1] not in SUSPICIOUS:
        return text
    guarded = text.startswith((*FORMULA_SIGNS, GUARD)) or is_placeholder(text)
    return GUARD + text if guarded else text


def unguard(text: str) -> str:
    """The text behind the one guard of a cell: a leading apostrophe, or Excel's `="000124"`."""
    if text.startswith(GUARD):
        return text[1:]
    if as_text := AS_TEXT.fullmatch(text):
        return as_text[1].replace('""', '"')
    return text


def cell_text(text: str) -> str:
    """What a cell says: without spaces around it and its guard, and empty for a placeholder that has none."""
    text = text.strip(WHITE_SPACE)
    bare = unguard(text)
    if bare == text:
        return "" if is_placeholder(text) else text
    return bare.strip(WHITE_SPACE)
