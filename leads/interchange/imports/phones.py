"""Telephone numbers as spreadsheets and CRMs write them, read as E.164 where that is certain."""

import re

from leads.contacts.parsing import count_digits, fold_contact, phones_in

# `2,12661E+11`: a number that a spreadsheet thought too long to show.
SHORTENED = re.compile(r"[+-]?(\d)(?:[.,٫](\d+))?e\+?(\d{1,2})", re.IGNORECASE | re.ASCII)
PREFIX = re.compile(r"^\s*(?:p|tel|phone|whatsapp)\s*:\s*", re.IGNORECASE)
DECIMALS = re.compile(r"^(\+?\d{8,15})[.,]0+$", re.ASCII)
# What stands between the digits of a number, and nothing else.
ONLY_A_NUMBER = re.compile(r"[\d\s.,()/_+\-]+", re.ASCII)
SEVERAL = re.compile(r"[/;|,\n]|\b(?:ou|or|et)\b")


class Destroyed(Exception):
    """Digits are missing, and nobody can tell which."""


def phones_of(text: str) -> list[str]:
    """The numbers in a cell: in E.164 those that are certain, any other as it was typed. Raises Destroyed."""
    text = whole(PREFIX.sub("", fold_contact(text)).strip()) if may_be_shortened(text) else PREFIX.sub("", text).strip()
    phone = _e164(text)
    if phone:
        return [phone]
    parts = [_e164(part) for part in SEVERAL.split(text) if part.strip()]
    return [part for part in parts if part] if parts and all(parts) else [text] if text else []


def may_be_shortened(text: str) -> bool:
    """Whether a cell is nothing but a number in the notation of sciences."""
    return SHORTENED.fullmatch(PREFIX.sub("", fold_contact(text)).strip()) is not None


def whole(text: str) -> str:
    """The digits of `6,61234567E+08`. Raises Destroyed if there are fewer than the number had."""
    first, more, exponent = SHORTENED.fullmatch(text).groups()  # type: ignore[union-attr]
    digits, length = first + (more or ""), int(exponent) + 1
    if len(digits) < length:
        raise Destroyed()
    return digits[:length]


def _e164(text: str) -> str | None:
    folded = DECIMALS.sub(r"\1", fold_contact(text).strip())
    if not ONLY_A_NUMBER.fullmatch(folded) or count_digits(folded) > 17:
        return None
    phones = phones_in(folded)
    return f"+{phones.pop()}" if len(phones) == 1 else None
