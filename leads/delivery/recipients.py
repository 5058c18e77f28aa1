"""What managers type into a notification rule, made clean: whom it tells, by which channel, after how many hours."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.contacts.parsing import is_address, phones_in
from leads.delivery.models import Occasion, Rule
from steerleads.db.text import forbidden_character, normalise
from steerleads.dealers.models import User

MOST_ADDRESSES = 20
MOST_HOURS = 1000
TO = "{to}"  # stands in a channel's URL for the phone number
BETWEEN_ADDRESSES = re.compile(r"[\s,;،؛]+")


def channel_choices():
    """[(name, label)] of the channels that a rule may use: mail, and what the operator has put into the settings."""
    return [(Rule.EMAIL, _("E-mail")), *((name, name) for name in settings.NOTIFY_CHANNELS)]


def clean_rule(fields):
    """The fields of a Rule (occasion, hours, channel, to) as they are to be kept. Raises ValidationError by field."""
    errors, cleaned = {}, dict(fields)
    for name, clean in (("hours", _clean_hours), ("channel", _clean_channel), ("to", _clean_to)):
        try:
            cleaned[name] = clean(fields)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return cleaned


def needs_phone(channel):
    return TO in settings.NOTIFY_CHANNELS.get(channel, "")


def addresses_in(text):
    """The e-mail addresses in a text, each once."""
    found = {}
    for address in filter(None, BETWEEN_ADDRESSES.split(text)):
        found.setdefault(address.lower(), address)
    return list(found.values())


def still_told(to):
    """The addresses in a text, but for those of people who were taken out of the staff, whatever rule still has them."""
    addresses = addresses_in(to)
    lowered = [address.lower() for address in addresses]
    gone = set(User.objects.filter(email__in=lowered, is_active=False).values_list("email", flat=True))
    return [address for address in addresses if address.lower() not in gone]


def _clean_hours(fields):
    if fields["occasion"] != Occasion.STAYS_NEW:
        return None
    hours = fields.get("hours")
    if hours is None or not 1 <= hours <= MOST_HOURS:
        raise ValidationError(_("Say how many hours: from 1 to %(most)s.") % {"most": MOST_HOURS})
    return hours


def _clean_channel(fields):
    channel = fields["channel"]
    if channel != Rule.EMAIL and channel not in settings.NOTIFY_CHANNELS:
        raise ValidationError(_("There is no such channel in the settings."))
    return channel


def _clean_to(fields):
    """Addresses, one phone number in E.164, or nothing where the channel itself says whom it tells."""
    channel, to = fields["channel"], normalise(fields.get("to") or "")
    if character := forbidden_character(to, multiline=True):
        words = _("This field contains the character {character}, which is not allowed.")
        raise ValidationError(words.format(character=f"U+{ord(character):04X}"))
    if channel == Rule.EMAIL:
        return _clean_addresses(to)
    return _clean_phone(to) if needs_phone(channel) else ""


def _clean_addresses(to):
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


def _clean_phone(to):
    phones = phones_in(to)
    if len(phones) != 1:
        raise ValidationError(_("Give one phone number, like +212 612 34 56 78."))
    return f"+{phones.pop()}"
