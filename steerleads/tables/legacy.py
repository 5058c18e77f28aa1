"""Which of the encodings before UTF-8 a text is in: Excel's of Western Europe, its Arabic one, or an old Mac's."""

import re
import unicodedata

# The first of equals: what Excel in French writes, whose small letters are the same bytes in its Arabic encoding.
ENCODINGS = ("cp1252", "mac_roman", "cp1256")
FRENCH = set("éèêëàâäçîïôöùûüœæÿñÉÈÊËÀÂÄÇÎÏÔÖÙÛÜŒÆŸÑ" + "Š")  # with Škoda
ALONE = set("àÀôÔ")  # the one letter words of French
MARKS = set("\xa0’‘“”«»°–—…€·•£²³½§،؛؟")
ARABIC = re.compile("[\u0600-\u06ff]+")
WORD = re.compile(r"[^\W\d_]+(?:[\u064b-\u0652][^\W\d_]*)*")
SHAPES = (str.isupper, str.islower, str.istitle)
WORTH = 2  # points of a letter in its place


def likeliest(sample: bytes) -> str:
    """The encoding in which most of the sample's words are words as people write them."""
    return max(ENCODINGS, key=lambda encoding: _plausibility(sample.decode(encoding, "replace")))


def _plausibility(text: str) -> int:
    words = sum(_of_word(word) for word in WORD.findall(text) if not word.isascii())
    return words + sum(_of_mark(mark) for mark in re.findall(r"[^\x00-\x7f]", WORD.sub("", text)))


def _of_word(word: str) -> int:
    """Points for each letter that is not ASCII's: in one script, in a shape that words have."""
    letters = [letter for letter in word if not letter.isascii()]
    if ARABIC.fullmatch(word):
        return len(letters) * WORTH if len(letters) > 1 else 0
    good = set(letters) <= FRENCH and _is_shaped(word)
    return len(letters) * (WORTH if good else -WORTH)


def _is_shaped(word: str) -> bool:
    """Whether a word has its capitals where words have them, and letters without accents, too."""
    if len(word) == 1:
        return word in ALONE
    return any(map(str.isascii, word)) and any(shape(word) for shape in SHAPES)


def _of_mark(mark: str) -> int:
    if unicodedata.category(mark) == "Mn":  # an Arabic vowel sign by itself
        return -1
    return 1 if mark in MARKS else -WORTH
