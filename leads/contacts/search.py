"""What of a contact is indexed, and how a search for a number, in any spelling, or for a part of it, becomes a condition."""

import re

from django.db.models import Q

from leads.contacts.parsing import (
    HOME,
    digits_of,
    fold_contact,
    key_of,
    numbers_in,
    numbers_in_folded,
)
from steerleads.db.text import fold, normalise

LEAST_TYPED = 5  # digits: enough to look like part of a number


def contact_search_text(info: str, *others: str) -> str:
    """Folded info, and below it each number in it, and in `others`, as it is dialled from abroad and at home.

    `contact_pattern` is looked for in this. Digits that are nobody's number stand there as they are.
    """
    folded = fold_contact(info)
    numbers = numbers_in_folded(folded).union(*map(numbers_in, others))
    spellings = [spelling for number in sorted(numbers) for spelling in _spellings(number)] or [digits_of(info)]
    return "\n".join([folded, *spellings])


def contact_pattern(typed: str) -> str:
    """What to look for in `contact_search_text`: a number, or the part of one, in digits alone, else the folded text.

    `0600 12 34 56`, `+212-600-123456` and `00212600123456` all give `212600123456`; `06 00 12` gives `060012`.
    """
    return key_of(typed) if _is_number(typed) else fold_contact(typed).strip()


def matching(typed: str) -> Q:
    """The condition on leads for what staff look for: all its words, each in a text, or in the contact; or a number.

    Texts are action, contact name and tag. Of phones and e-mail addresses, parts are enough.
    """
    typed = normalise(typed)
    condition = Q()
    for word in [typed] if _is_number(typed) else typed.split():
        condition &= _containing("search_text", fold(word)) | _containing("contact_text", contact_pattern(word))
    return condition


def _containing(column: str, part: str) -> Q:
    return Q(**{f"{column}__contains": part}) if part else Q(pk__in=[])


def _spellings(number: str) -> list[str]:
    return [f"00{number}", f"0{number.removeprefix(HOME)}"] if number.startswith(HOME) else [f"00{number}"]


def _is_number(typed: str) -> bool:
    return len(digits_of(typed)) >= LEAST_TYPED and not re.search(r"[^\W\d_]|@", fold(typed))
