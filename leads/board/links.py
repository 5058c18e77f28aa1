"""The links that a lead's free contact text gives: a phone to call or to write to by WhatsApp, an address to mail."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import (
    Leniency,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    number_type,
)

from leads.contacts import DATES
from steerleads.db.text import TATWEEL

HOME, HOME_CODE = "MA", 212
MOST = 3  # numbers, and addresses
LONGEST = 500  # characters that are looked at, as many as the field takes
LEAST_DIGITS = 8
MOST_MATCHES, MOST_TRIES, MOST_TRIES_OF_NEW = 6, 60, 10  # good and bad ones: hostile text has hundreds
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}

URL = re.compile(r"://|^www\.|^[^@]*\.[a-z]{2,}[/?#]", re.IGNORECASE)
TIMES = re.compile(r"(?<![\d:])\d{1,2}[:hH]\d\d(?![\d:])")
# Spellings that the library does not know: `06/12/34/56/78`, and two numbers with one sign between them.
PAIRS = re.compile(r"(?<![\d/_,])0[5-8](?:([/_,])\d\d)(?:\1\d\d){3}(?![\d/_,])")
NEIGHBOURS = re.compile(r"(?<=\d{9})[-.,](?=[0+]\d)")
# A number of home, whole: new ones are given out before the library learns which.
HOME_NUMBER = re.compile(r"(?:0|(?:00)?2120?)[5-8][0-9]{8}")
# Beside digits these make them a price or a code. Arabic letters do not: they are written onto numbers.
GLUED = re.compile(r"[A-Za-z\u00c0-\u024f$€£¥%]")
# What makes ten digits something else than a telephone: part of a longer code, or a label that says so.
CODE_BEFORE = re.compile(r"\d[-.,]$|[_#]$")
CODE_AFTER = re.compile(r"[-.,]\d|_")
LABEL = re.compile(
    r"(?<![\w/])(?:fax|فاكس|stock|ref|réf|reference|référence|id|vin|cin|ice|rib|dossier|facture|commande|ch[aâ]ssis|s[eé]rie)"
    r"(?:\W{0,2}\b(?:n|no|num|numéro|number)\b)?\W{0,4}$",
    re.IGNORECASE,
)

MAIL_ENDS = re.compile(r'[<>()\[\],;:|"«»“”،؛]')
# What real mailboxes are called. The standard allows `?` and `=` too, but `mail=sara@mail.ma` does not mean one.
MAIL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+'-]*@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
NUMBER = re.compile(r"[+\d][\d.-]{7,}")


@dataclass(frozen=True)
class ContactLink:
    kind: str  # call, whatsapp or mail
    href: str
    shown: str


def links_of(info):
    """The ContactLinks of a contact text, phones first; only what certainly is a number or an address gives one."""
    text = _plain(info[:LONGEST])
    if "@" not in text and _digits(text) < LEAST_DIGITS:
        return []
    text, addresses = _without_addresses(text)
    phones = [link for number in _numbers(text) for link in _phone_links(number)]
    return phones + [_mail_link(address) for address in addresses]


def _plain(text):
    """ASCII digits, plain spaces, and none of the marks that nobody sees."""
    return text if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(character):
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character == TATWEEL:
        return "-"
    category = unicodedata.category(character)
    return "" if category == "Cf" else " " if category == "Zs" else character


def _digits(text):
    return sum(map(text.count, "0123456789"))


# --- Addresses -------------------------------------------------------------------------------------


def _without_addresses(text):
    """(the text without web and mail addresses, the mail addresses): their digits are nobody's number."""
    rest, found = [], {}
    for word in text.split():
        if URL.search(word):
            rest.append("|")
        elif "@" in word:
            for part in MAIL_ENDS.split(word):
                numbers, addresses = _parts(part)
                rest += ["|", *numbers]
                found |= {address.lower(): address for address in addresses}
        else:
            rest.append(word)
    return " ".join(rest), list(found.values())[:MOST]


def _parts(text):
    """(numbers, addresses) of text without spaces, like `0612345678/sara@mail.ma`; nothing if anything else is in it."""
    if "@" not in text:
        return [text], []
    parts = text.split("/")
    addresses = [part.lstrip("'*-.‘•").rstrip("'*.!?’") for part in parts if "@" in part]
    numbers = [part for part in parts if "@" not in part]
    certain = all(map(NUMBER.fullmatch, numbers)) and all(map(_is_address, addresses))
    return (numbers, addresses) if certain else ([], [])


def _is_address(text):
    if not MAIL.fullmatch(text):
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _mail_link(address):
    # Encoded, although MAIL lets nothing through that could end the address: some readers take `+` for a space.
    return ContactLink("mail", f"mailto:{quote(address, safe='@')}", address)


# --- Numbers ---------------------------------------------------------------------------------------


def _numbers(text):
    if _digits(text) < LEAST_DIGITS:
        return []
    text = TIMES.sub("|", DATES.sub("|", text))
    text = NEIGHBOURS.sub(" / ", PAIRS.sub(lambda pairs: re.sub(r"\D", " ", pairs[0]), text))
    matches = _matches(text, Leniency.VALID, MOST_TRIES)
    if len(matches) < MOST:
        matches += _matches_of_new(text, matches)
    found = {_e164(match.number): match.number for match in sorted(matches, key=lambda match: match.start)}
    return list(found.values())[:MOST]


def _matches_of_new(text, known):
    """Whole numbers in what the `known` leave of the text."""
    for match in known:
        text = text[: match.start] + "|" * (match.end - match.start) + text[match.end :]
    if _digits(text) < LEAST_DIGITS:
        return []
    return [match for match in _matches(text, Leniency.POSSIBLE, MOST_TRIES_OF_NEW) if _is_whole(text, match)]


def _matches(text, leniency, tries):
    matches = islice(PhoneNumberMatcher(text, HOME, leniency=leniency, max_tries=tries), MOST_MATCHES)
    return [match for match in matches if not _is_something_else(text, match)]


def _is_whole(text, match):
    """Whether it has all that a number has, though the library does not know of any that begins so."""
    if GLUED.match(text[match.start - 1 : match.start]) or GLUED.match(text, match.end):
        return False
    if match.number.country_code == HOME_CODE:
        return HOME_NUMBER.fullmatch(re.sub(r"\D", "", match.raw_string))
    possible = is_possible_number_with_reason(match.number) == ValidationResult.IS_POSSIBLE
    return possible and match.raw_string.startswith("+") and _digits(match.raw_string) >= LEAST_DIGITS


def _is_something_else(text, match):
    before = text[max(0, match.start - 30) : match.start]
    return bool(CODE_BEFORE.search(before) or CODE_AFTER.match(text, match.end) or LABEL.search(before))


def _phone_links(number):
    e164 = _e164(number)
    style = PhoneNumberFormat.NATIONAL if number.country_code == HOME_CODE else PhoneNumberFormat.INTERNATIONAL
    shown = format_number(number, style)
    links = [ContactLink("call", f"tel:{e164}", shown)]
    if number_type(number) in MOBILE:
        links.append(ContactLink("whatsapp", f"https://wa.me/{e164[1:]}", shown))
    return links


def _e164(number):
    return format_number(number, PhoneNumberFormat.E164)
