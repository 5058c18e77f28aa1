"""What of a contact is indexed, and what is looked for in that for a number, in any spelling, or for a part of it."""

import re

from leads.contacts.parsing import (
    HOME,
    digits_of,
    first_email,
    first_phone,
    fold_contact,
    key_of,
    numbers_in,
    numbers_in_folded,
)
from steerleads.db.text import fold

LEAST_TYPED = 5  # digits: enough to look like part of a number
# Like TRUNK in leads/contacts/parsing.py, also where the second bracket is still to be typed.
HALF_TRUNK = re.compile(r"\(\s*0\s*(?:\)|$)")
LONGEST_CODE = 3  # digits of a country


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
    return key_of(typed) if is_number(typed) else fold_contact(typed).strip()


def contact_patterns(typed: str) -> set[str]:
    """As `contact_pattern`, any of which is enough: what a number becomes that is half typed, its rest does not say yet.

    Whenever a whole spelling of a number finds a contact, so does each of its beginnings with LEAST_TYPED digits.
    """
    whole = contact_pattern(typed)
    if not is_number(typed):
        return {whole}
    written = digits_of(HALF_TRUNK.sub("", typed))
    digits = written.removeprefix("00")
    patterns = {whole, digits}
    if re.match("0[1-9]", digits):
        patterns.add(f"{HOME}{digits[1:]}")
    if "+" in typed or written.startswith("00"):
        # Behind a country's code, the zero that is dialled at home alone.
        zeros = [place for place in range(1, LONGEST_CODE + 1) if digits[place : place + 1] == "0"]
        patterns |= {digits[:place] + digits[place + 1 :] for place in zeros}
    return patterns


def contact_keys(info: str) -> tuple[str | None, str | None]:
    """The keys of the first phone and of the first e-mail address in contact info, by which the same contact is known."""
    phone, email = first_phone(info), first_email(info)
    return phone and phone.removeprefix("+"), email and fold_contact(email)


def is_number(typed: str) -> bool:
    """Whether it is to be looked for as one number, whatever stands between its digits."""
    return len(digits_of(typed)) >= LEAST_TYPED and not re.search(r"[^\W\d_]|@", fold(typed))


def _spellings(number: str) -> list[str]:
    return [f"00{number}", f"0{number.removeprefix(HOME)}"] if number.startswith(HOME) else [f"00{number}"]
