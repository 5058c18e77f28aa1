"""Text as people type it: normalised for storing (contract 26) and folded for comparing (contract 21)."""

import unicodedata
from itertools import groupby

# Unicode's White_Space; str.strip() alone would also eat the separators U+001C to U+001F, which are refused.
WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
# Embeddings, overrides and isolates can make a line read differently from what it says; plain marks stay.
BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Characters that show nothing without being format characters (category Cf) or spaces.
BLANK_LOOKING = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
VARIATION_SELECTORS = [range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)]

SHORT = 2000  # characters: no run of marks in so few takes long

TATWEEL = "\u0640"
SPELLED: dict[str, str | int | None] = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", TATWEEL: None}
# What folding makes of single characters once accents are gone (contract 21). Phones and sheets write what people mean
# as one letter, digit, apostrophe or dash in several ways. A change here needs a migration: see `db/refolding.py`.
LETTERS = {
    **str.maketrans(SPELLED),
    **str.maketrans("ىةٱکی", "يهاكي"),
    **str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789"),
    **dict.fromkeys(map(ord, "’‘ʼ＇"), "'"),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-"),
}


def normalise(text: str) -> str:
    """NFC, LF as the only line end, no bidirectional controls, trimmed: in this order."""
    text = unicodedata.normalize("NFC", _in_order(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(BIDI_CONTROLS).strip(WHITE_SPACE)


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing."""
    return all(_is_invisible(character) for character in text)


def forbidden_character(text: str, *, multiline: bool = False) -> str | None:
    """The first control character or lone surrogate, or None. `multiline` allows newline and tab."""
    allowed = "\n\t" if multiline else ""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in allowed:
            return character
    return None


def fold(text: str) -> str:
    """What two texts have in common if a person would call them the same word."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", _in_order(text))
    text = "".join(character for character in text if not unicodedata.category(character).startswith("M"))
    # Folding case can make decomposable characters anew (and NFKD may make capitals), so letters come last.
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(character for character in text if not unicodedata.category(character).startswith("M"))
    return text.translate(LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a search."""
    return fold(text).split()


def one_line(text: str, longest: int | None = None) -> str:
    """A text, whenever it was kept, as it may stand within a line of ours: it ends no line and turns no letters round.

    At most `longest` characters, or all of them.
    """
    text = "".join(" " if forbidden_character(character) else character for character in normalise(text))
    text = " ".join(text.split())
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"


def shown(text: object, length: int = 60) -> str:
    """A caller's text as it may stand in a message: short, on one line, encodable."""
    text = str(text).encode("utf-8", "replace").decode()
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= length else text[:length] + "…"


def _in_order(text: str) -> str:
    """The text with each run of marks in the order that Unicode's forms have them in: the same text, in any of them.

    To put them there, `unicodedata.normalize` takes the square of a run's length: minutes for one of 1 MiB.
    """
    if len(text) <= SHORT or text.isascii():
        return text
    runs = groupby(text, key=lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining)) for _is_of_marks, run in runs)


def _is_invisible(character: str) -> bool:
    return (
        character in WHITE_SPACE
        or character in BLANK_LOOKING
        or unicodedata.category(character) == "Cf"
        or any(ord(character) in selectors for selectors in VARIATION_SELECTORS)
    )
