"""Contact info as people type it: the numbers and addresses in it, and how it is found by any spelling of a number.

This reads for finding, and takes whatever may be a number; `board/links.py` reads for calling, and takes what is one.
"""

import re
import unicodedata

from steerleads.db.text import fold

LEAST_DIGITS = 6  # enough to be somebody's number; fewer would mean half of the list
LEAST_TYPED = 5  # enough to look like part of one
LONGEST_NUMBER = 15  # digits, by ITU-T E.164
HOME = "212"

EMAIL = re.compile(r"[^\s<>(),;:\"'|/]+@[^\s<>(),;:\"'|/]*[^\s<>(),;:\"'|/.]")
DATES = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})(?![./-]?\d)"
)
# A whole number of home, whatever signs stand between its digits. Looked for from every digit on: others before it would
# take its first ones away.
GAP = r"(?:[^\w+]|_){0,3}"
HOME_NUMBER = re.compile(rf"(?<!\d)(?=(?:2{GAP}1{GAP}2{GAP}(?:0{GAP})?|0{GAP})([5-8](?:{GAP}\d){{8}})(?!\d))", re.ASCII)
# Runs of digits with what people write between them. In the first, a slash, a comma or a `+` begins another number.
RUNS = (re.compile(r"\+?[0-9][0-9 .()\xa0-]*"), re.compile(r"\+?[0-9][0-9 .()\xa0/_-]*"))
NATIONAL = re.compile(r"0?([5-8]\d{8})", re.ASCII)
TRUNK = re.compile(r"\(\s*0\s*\)")  # as in +33 (0)6: dialled at home alone


def contact_search_text(info, *others):
    """Folded info, and below it each number in it, and in `others`, as it is dialled from abroad and at home.

    `contact_pattern` is looked for in this. Digits that are nobody's number stand there as they are.
    """
    folded = fold(info)
    numbers = _numbers_in(folded).union(*map(numbers_in, others))
    spellings = [spelling for number in sorted(numbers) for spelling in _spellings(number)] or [_digits(info)]
    return "\n".join([folded, *spellings])


def contact_pattern(typed):
    """What to look for in `contact_search_text`: a number, or the part of one, in digits alone, else the folded text.

    `0600 12 34 56`, `+212-600-123456` and `00212600123456` all give `212600123456`; `06 00 12` gives `060012`.
    """
    return _international(typed) if _is_number(typed) else fold(typed).strip()


def search_words(typed):
    """The words that must all be found: one if it is a number, however it is spelled (`06 00 12 34 56`)."""
    return [typed] if _is_number(typed) else typed.split()


def emails_in(text):
    """The e-mail addresses in a text, folded."""
    return EMAIL.findall(fold(text))


def numbers_in(text):
    """Whatever may be a telephone number in a text, as {digits with the country's code}."""
    return _numbers_in(fold(text))


def _numbers_in(folded):
    if sum(map(folded.count, "0123456789")) < LEAST_DIGITS:
        return set()
    text = DATES.sub("|", TRUNK.sub("", EMAIL.sub("|", folded)))
    runs = {part for form in RUNS for run in form.findall(text) for part in _parts(run)}
    found = {_international(run) for run in runs} | {HOME + _digits(number) for number in HOME_NUMBER.findall(text)}
    return {number for number in found if LEAST_DIGITS <= len(number) <= LONGEST_NUMBER}


def _parts(run):
    """The run, or where it is longer than any number, what stands between its spaces."""
    return [run] if len(_digits(run)) <= LONGEST_NUMBER else run.split()


def _international(written):
    """The digits of a number, or of its beginning, with its country's code if it says which, or is whole."""
    digits = _digits(TRUNK.sub("", written))
    says_country = "+" in written or digits.startswith("00")
    digits = re.sub(rf"^{HOME}0", HOME, digits.removeprefix("00"))
    national = None if says_country else NATIONAL.fullmatch(digits)
    return HOME + national[1] if national else digits


def _spellings(number):
    return [f"00{number}", f"0{number.removeprefix(HOME)}"] if number.startswith(HOME) else [f"00{number}"]


def _is_number(typed):
    return len(_digits(typed)) >= LEAST_TYPED and not re.search(r"[^\W\d_]|@", fold(typed))


def _digits(text):
    """The ASCII digits of a text, Arabic ones included."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())
