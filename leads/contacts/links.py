"""The links that a lead's free contact text gives: a phone to call or to write to by WhatsApp, an address to mail."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from phonenumbers import (
    Leniency,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatch,
    PhoneNumberMatcher,
    PhoneNumberType,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    number_type,
)

from leads.contacts.parsing import BETWEEN_NUMBERS, DATES, HOME, HOME_REGION, count_digits, is_address, phones_in
from steerleads.db.text import TATWEEL

MOST = 3  # numbers, and addresses
LONGEST = 500  # characters that are looked at, as many as the field takes
LEAST_DIGITS = 8
MOST_MATCHES, MOST_TRIES, MOST_TRIES_OF_NEW = 6, 60, 10  # good and bad ones: hostile text has hundreds
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}

URL = re.compile(r"://|^www\.|^[^@]*\.[a-z]{2,}[/?#]", re.IGNORECASE)
TIMES = re.compile(r"(?<![\d:])\d{1,2}[:hH]\d\d(?![\d:])")
# A spelling that the library does not know: `06/12/34/56/78`.
PAIRS = re.compile(r"(?<![\d/_,])0[5-8](?:([/_,])\d\d)(?:\1\d\d){3}(?![\d/_,])")
# A number of home, whole, as those in use begin: new ones are given out before the library learns which.
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


def links_of(info: str) -> list[ContactLink]:
    """The ContactLinks of a contact text, phones first; only what certainly is a number or an address gives one."""
    info = info[:LONGEST]
    text = _plain(info)
    if "@" not in text and count_digits(text) < LEAST_DIGITS:
        return []
    text, addresses = _without_addresses(text)
    phones = [link for number in _numbers(text, info) for link in _phone_links(number)]
    return phones + [_mail_link(address) for address in addresses]


def _plain(text: str) -> str:
    """ASCII digits, plain spaces, and none of the marks that nobody sees."""
    return text if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character == TATWEEL:
        return "-"
    category = unicodedata.category(character)
    return "" if category == "Cf" else " " if category == "Zs" else character


# --- Addresses -------------------------------------------------------------------------------------


def _without_addresses(text: str) -> tuple[str, list[str]]:
    """(the text without web and mail addresses, the mail addresses): their digits are nobody's number."""
    rest: list[str] = []
    addresses_by_key: dict[str, str] = {}  # lower-cased: each counts once
    for word in text.split():
        if URL.search(word):
            rest.append("|")
        elif "@" in word:
            for part in MAIL_ENDS.split(word):
                numbers, addresses = _parts(part)
                rest += ["|", *numbers]
                addresses_by_key |= {address.lower(): address for address in addresses}
        else:
            rest.append(word)
    return " ".join(rest), list(addresses_by_key.values())[:MOST]


def _parts(text: str) -> tuple[list[str], list[str]]:
    """(numbers, addresses) of text without spaces, like `0612345678/sara@mail.ma`; nothing if anything else is in it."""
    if "@" not in text:
        return [text], []
    parts = text.split("/")
    addresses = [part.lstrip("'*-.‘•").rstrip("'*.!?’") for part in parts if "@" in part]
    numbers = [part for part in parts if "@" not in part]
    certain = all(map(NUMBER.fullmatch, numbers)) and all(map(_is_certain_address, addresses))
    return (numbers, addresses) if certain else ([], [])


def _is_certain_address(text: str) -> bool:
    return bool(MAIL.fullmatch(text)) and is_address(text)


def _mail_link(address: str) -> ContactLink:
    # Encoded, although MAIL lets nothing through that could end the address: some readers take `+` for a space.
    return ContactLink("mail", f"mailto:{quote(address, safe='@')}", address)


# --- Numbers ---------------------------------------------------------------------------------------


def _numbers(text: str, info: str) -> list[PhoneNumber]:
    """The certain numbers in a text that was made of `info`, of which the one reader has to say that they are phones."""
    if count_digits(text) < LEAST_DIGITS:
        return []
    text = TIMES.sub("|", DATES.sub("|", text))
    text = BETWEEN_NUMBERS.sub(" / ", PAIRS.sub(lambda pairs: re.sub(r"\D", " ", pairs[0]), text))
    matches = _matches(text, Leniency.VALID, MOST_TRIES)
    if len(matches) < MOST:
        matches += _matches_of_new(text, matches)
    if not matches:
        return []
    numbers = {_e164(match.number): match.number for match in sorted(matches, key=lambda match: match.start)}
    phones = phones_in(info)
    return [number for e164, number in numbers.items() if e164.removeprefix("+") in phones][:MOST]


def _matches_of_new(text: str, known: list[PhoneNumberMatch]) -> list[PhoneNumberMatch]:
    """Whole numbers in what the `known` leave of the text."""
    for match in known:
        text = text[: match.start] + "|" * (match.end - match.start) + text[match.end :]
    if count_digits(text) < LEAST_DIGITS:
        return []
    return [match for match in _matches(text, Leniency.POSSIBLE, MOST_TRIES_OF_NEW) if _is_whole(text, match)]


def _matches(text: str, leniency: int, tries: int) -> list[PhoneNumberMatch]:
    matches = islice(PhoneNumberMatcher(text, HOME_REGION, leniency=leniency, max_tries=tries), MOST_MATCHES)
    return [match for match in matches if not _is_something_else(text, match)]


def _is_whole(text: str, match: PhoneNumberMatch) -> bool:
    """Whether it has all that a number has, though the library does not know of any that begins so."""
    if GLUED.match(text[match.start - 1 : match.start]) or GLUED.match(text, match.end):
        return False
    if match.number.country_code == int(HOME):
        return bool(HOME_NUMBER.fullmatch(re.sub(r"\D", "", match.raw_string)))
    possible = is_possible_number_with_reason(match.number) == ValidationResult.IS_POSSIBLE
    return possible and match.raw_string.startswith("+") and count_digits(match.raw_string) >= LEAST_DIGITS


def _is_something_else(text: str, match: PhoneNumberMatch) -> bool:
    before = text[max(0, match.start - 30) : match.start]
    return bool(CODE_BEFORE.search(before) or CODE_AFTER.match(text, match.end) or LABEL.search(before))


def _phone_links(number: PhoneNumber) -> list[ContactLink]:
    e164 = _e164(number)
    style = PhoneNumberFormat.NATIONAL if number.country_code == int(HOME) else PhoneNumberFormat.INTERNATIONAL
    shown = format_number(number, style)
    links = [ContactLink("call", f"tel:{e164}", shown)]
    if number_type(number) in MOBILE:
        links.append(ContactLink("whatsapp", f"https://wa.me/{e164[1:]}", shown))
    return links


def _e164(number: PhoneNumber) -> str:
    return format_number(number, PhoneNumberFormat.E164)
