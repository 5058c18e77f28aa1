"""The one reader of phones and e-mail addresses in what people type: what is one, and the key that all its spellings share.

A phone's key is its digits as they are dialled from abroad, the country's code first, as E.164 has them: `06 00 12 34 56`
and `+212-600-123456` are `212600123456`. A number is one by its length and not by a library's table of numbers in use:
new prefixes are given out before any library learns of them.

Two questions are asked of a text. Which numbers it may mean, for finding and erasing (`numbers_in`), takes too many
rather than too few. Which phones it certainly names (`phones_in`) is for writing to people, and all of those are among
the first.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import (
    NumberParseException,
    ValidationResult,
    is_possible_number_with_reason,
    national_significant_number,
    parse,
)

from steerleads.db.text import fold

LEAST_DIGITS = 6  # enough to be somebody's number; fewer would mean half of the list
LONGEST_NUMBER = 15  # digits, by ITU-T E.164
HOME = "212"  # whose numbers are written without a country's code
HOME_REGION = "MA"

# Without a zero before it, only what begins like numbers in use: others are ids and prices.
NATIONAL = re.compile(r"0([1-9]\d{8})|([5-8]\d{8})", re.ASCII)
HOME_KEY = re.compile(rf"{HOME}[1-9]\d{{8}}", re.ASCII)
# The zero that is dialled at home alone: `+33 (0)6`, and `+33 06`, of which a country with such numbers knows better.
TRUNK = re.compile(r"\(\s*0\s*\)")
MAY_HAVE_TRUNK = re.compile(r"[1-9]\d{0,2}0")

# One sign between a whole number and the beginning of the next one.
BETWEEN_NUMBERS = re.compile(r"(?<=\d{9})[-.,/](?=[0+]\d)")
DATES = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})(?![./-]?\d)"
)
# A whole number of home, whatever signs stand between its digits. Looked for from every digit on: others before it would
# take its first ones away.
GAP = r"(?:[^\w+]|_){0,3}"
HOME_NUMBER = re.compile(rf"(?<!\d)(?=(?:2{GAP}1{GAP}2{GAP}(?:0{GAP})?|0{GAP})([1-9](?:{GAP}\d){{8}})(?!\d))", re.ASCII)
# A text that is such a number and nothing else, as nearly all are written: to read these needs no more.
ONE_OF_HOME = re.compile(rf"(?:(?:\+|00)?{HOME}|0)[ -]?[5-8]\d\d[ -]?\d{{6}}|0[5-8](?:[ .-]\d\d){{4}}", re.ASCII)
# Runs of digits with what people write between them. In the first, a slash, a comma or a `+` begins another number.
BEGINNING = r"(?:\+[ (]*)?[0-9]"
RUNS = (re.compile(rf"{BEGINNING}[0-9 .()\xa0-]*"), re.compile(rf"{BEGINNING}[0-9 .()\xa0/_-]*"))

COUNTRY_BEGINS = re.compile(r"(?<! ) +(?=00[1-9])")

# Signs that stand around addresses in a sentence, and not in them.
EMAIL_ENDS = r"\s<>()\[\],;:\"|/«»“”،؛"
# Also what is no address is found, a whole word at a time: looked for from each of its letters, a long one would take the
# square of its length. Those with an `@` in them are addresses.
AT_DOMAIN = rf"(?:@[^{EMAIL_ENDS}']*[^{EMAIL_ENDS}'.!?])?"
EMAIL_OR_WORD = re.compile(rf"[^{EMAIL_ENDS}@]+{AT_DOMAIN}")
BEHIND_APOSTROPHE = re.compile(rf"[^{EMAIL_ENDS}'@]+{AT_DOMAIN}")  # before it a number may stand
EMAIL_LEADS = "'*-.•!?"


def numbers_in(text: str) -> set[str]:
    """The keys of whatever may be a telephone number in a text; other digits stand in them as they were written."""
    return numbers_in_folded(fold_contact(text))


def numbers_in_folded(folded: str) -> set[str]:
    """As `numbers_in`, of a text that `fold_contact` has made."""
    if count_digits(folded) < LEAST_DIGITS:
        return set()
    return _numbers(_digits_for_numbers(folded))


def phones_in(text: str) -> set[str]:
    """The keys of the telephone numbers that a text names whole: those of home, and those that say their country."""
    rest, phones = _digits_for_numbers(fold_contact(text)), set()
    numbers = _numbers(rest)
    for run in sorted(_runs(rest), key=len, reverse=True):
        key = key_of(run)
        if _says_country(run) and not HOME_KEY.fullmatch(key) and (phone := _possible(key)):
            phones.add(phone)
            rest = rest.replace(run, "|")  # the end of `+39 06 1234 5678` is no number of home
    return numbers & (phones | {key for key in _numbers(rest) if HOME_KEY.fullmatch(key)})


def first_phone(text: str) -> str | None:
    """The first of the phones that a text names whole, in E.164."""
    if ONE_OF_HOME.fullmatch(text):
        return f"+{HOME}{text.replace(' ', '').replace('-', '').replace('.', '')[-9:]}"
    return next(iter(phones_in_order(text)), None)


def phones_in_order(text: str) -> list[str]:
    """The phones that a text names whole, in E.164, as they stand in it."""
    phones = phones_in(text)
    if len(phones) > 1:
        digits = digits_of(_digits_for_numbers(fold_contact(text)))
        # The end of each stands there as it does in its key, whatever is written before it.
        return [f"+{phone}" for phone in sorted(phones, key=lambda phone: digits.find(phone[-8:]))]
    return [f"+{phone}" for phone in phones]


def key_of(written: str) -> str:
    """The key of one number as it is written, or the digits of its beginning; with a country's code if it says one."""
    digits = digits_of(TRUNK.sub("", written))
    says_country = "+" in written or digits.startswith("00")
    digits = re.sub(rf"^{HOME}0", HOME, digits.removeprefix("00"))
    if says_country:
        return _possible(digits) or digits if MAY_HAVE_TRUNK.match(digits) else digits
    national = NATIONAL.fullmatch(digits)
    return HOME + (national[1] or national[2]) if national else digits


def emails_in(text: str) -> set[str]:
    """The e-mail addresses in a text, folded, as they are compared."""
    addresses = {address.lstrip(EMAIL_LEADS) for address in _addresses(fold_contact(text))}
    # An apostrophe may be part of a name (o'neil@…), or stand before an address.
    return addresses | {address.rpartition("'")[2] for address in addresses}


def first_email(text: str) -> str | None:
    """The first e-mail address in a text, as it is written there."""
    if "@" not in text:
        return None
    found = (address.lstrip(EMAIL_LEADS) for address in _addresses("".join(filter(_is_seen, text))))
    spellings = (each for address in found for each in (address, address.rpartition("'")[2]))
    return next(filter(is_address, spellings), None)


def is_address(text: str) -> bool:
    """Whether a text is one e-mail address, its domain in any script."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def fold_contact(text: str) -> str:
    """A text folded (contract 21), without the marks that nobody sees."""
    return fold(text) if text.isascii() else "".join(filter(_is_seen, fold(text)))


def digits_of(text: str) -> str:
    """The ASCII digits of a text, Arabic ones included."""
    if text.isascii():
        return "".join(filter(str.isdecimal, text))
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def count_digits(text: str) -> int:
    """How many ASCII digits a text has."""
    return sum(map(text.count, "0123456789"))


def _addresses(text: str) -> list[str]:
    return [found for found in EMAIL_OR_WORD.findall(text) if "@" in found] if "@" in text else []


def _without_address(found: re.Match[str]) -> str:
    return "|" if "@" in found[0] else found[0]


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) != "Cf"


def _digits_for_numbers(folded: str) -> str:
    """The text with neither addresses nor dates, whose digits are nobody's number, and a sign between two numbers."""
    folded = BEHIND_APOSTROPHE.sub(_without_address, folded) if "@" in folded else folded
    return BETWEEN_NUMBERS.sub("|", DATES.sub("|", TRUNK.sub("", folded)))


def _numbers(text: str) -> set[str]:
    numbers = {HOME + digits_of(number) for number in HOME_NUMBER.findall(text)}.union(*map(_keys_of, _runs(text)))
    return {number for number in numbers if LEAST_DIGITS <= len(number) <= LONGEST_NUMBER}


def _runs(text: str) -> set[str]:
    """What may be a number; a run that is longer than any is taken apart, at its spaces and before a country's code."""
    runs = {run for form in RUNS for run in form.findall(text)}
    long = {run for run in runs if count_digits(run) > LONGEST_NUMBER}
    return (runs - long).union(*(part for run in long for part in (run.split(), COUNTRY_BEGINS.split(run))))


def _keys_of(run: str) -> set[str]:
    """The key of a run of digits; of a number abroad, also the digits as they were written."""
    key = key_of(run)
    return {key, digits_of(run).removeprefix("00")} if _says_country(run) and not key.startswith(HOME) else {key}


def _says_country(written: str) -> bool:
    return "+" in written or written.lstrip(" (").startswith("00")


def _possible(key: str) -> str | None:
    """The key as its country writes it, if it is as long as a whole number there; else None."""
    try:
        number = parse(f"+{key}")
    except NumberParseException:
        return None
    if is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return f"{number.country_code}{national_significant_number(number)}"
