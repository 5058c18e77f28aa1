"""Contact info as people type it: what of it can be searched for, in any usual spelling of a phone number."""

import re
import unicodedata

from steerleads.api.text import fold

# Digits enough to be somebody's number; fewer would match half of the list.
LEAST_DIGITS = 6


def contact_search_text(info):
    """Folded info, and below it its digits: what `contact_pattern` is looked for in."""
    return f"{fold(info)}\n{_digits(info)}"


def contact_pattern(typed):
    """What to look for in `contact_search_text`: the number without its prefix if it is one, else the folded text.

    `0600 12 34 56`, `+212-600-123456` and `00212600123456` all give `600123456`.
    """
    folded = fold(typed).strip()
    digits = _digits(typed)
    is_number = len(digits) >= LEAST_DIGITS and not re.search(r"[^\W\d_]|@", folded)
    if not is_number:
        return folded
    number = re.sub(r"^(?:00)?(?:212)?0?", "", digits)
    return number if len(number) >= LEAST_DIGITS else digits


def _digits(text):
    """The ASCII digits of a text, Arabic ones included."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())
