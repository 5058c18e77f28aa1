"""Whom a rule tells, as managers type it: e-mail addresses, or a phone number."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.contacts.parsing import is_address, phones_in
from leads.notifications.models import Rule
from steerleads.dealers.models import User

MOST_ADDRESSES = 20
BETWEEN_ADDRESSES = re.compile(r"[\s,;،؛]+")


def addresses_in(text: str) -> list[str]:
    """The e-mail addresses in a text, each once."""
    addresses = {}
    for address in filter(None, BETWEEN_ADDRESSES.split(text)):
        addresses.setdefault(address.lower(), address)
    return list(addresses.values())


def without_leavers(to: str) -> list[str]:
    """The addresses in a text, but for those of people who were taken out of the staff, whatever rule still has them."""
    addresses = addresses_in(to)
    lowered = [address.lower() for address in addresses]
    gone = set(User.objects.filter(email__in=lowered, is_active=False).values_list("email", flat=True))
    return [address for address in addresses if address.lower() not in gone]


def clean_addresses(to: str) -> str:
    """What a rule keeps of the addresses in a text. Raises ValidationError."""
    addresses = addresses_in(to)
    for address in addresses:
        if not is_address(address):
            raise ValidationError(_("“%(address)s” is not an e-mail address.") % {"address": address})
    joined = ", ".join(addresses)
    if not 1 <= len(addresses) <= MOST_ADDRESSES or len(joined) > Rule._meta.get_field("to").max_length:
        raise ValidationError(
            _("Give from 1 to %(most)s e-mail addresses, with commas between them.") % {"most": MOST_ADDRESSES}
        )
    return joined


def clean_phone(to: str) -> str:
    """A phone number in E.164. Raises ValidationError."""
    phones = phones_in(to)
    if len(phones) != 1:
        raise ValidationError(_("Give one phone number, like +212 612 34 56 78."))
    return f"+{phones.pop()}"
