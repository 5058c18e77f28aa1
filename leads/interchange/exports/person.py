"""A lead's person as other systems have one: first and last name, one phone, one address, and what else was typed."""

from collections.abc import Mapping
from typing import Any

from leads.contacts.parsing import key_of


def split_name(name: str) -> tuple[str, str]:
    """(first name, last name): cut at the last space; without one, all of it is the last name."""
    first, _space, last = name.rpartition(" ")
    return first.rstrip(), last


def untold_contact(lead: Mapping[str, Any]) -> str:
    """The contact as it was typed, if it says more than the lead's one `phone` and one `email`; else ""."""
    rest = lead["targetInfo"].casefold().replace((lead["email"] or "").casefold(), "")
    is_told = key_of(rest) == (lead["phone"] or "").removeprefix("+") and not any(map(str.isalpha, rest))
    return "" if is_told and (lead["phone"] or lead["email"]) else lead["targetInfo"]
