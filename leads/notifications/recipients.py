"""Whom a rule tells, as managers say it: e-mail addresses, those whom it finds when it is time, or a phone number."""

import re
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.contacts.parsing import is_address, phones_in
from leads.notifications.models import Recipient, Rule
from leads.work.models import Work
from steerleads.dealers.models import Dealership, Membership, Role, User

MOST_ADDRESSES = 20
BETWEEN_ADDRESSES = re.compile(r"[\s,;،؛]+")


def parts_in(to: str) -> list[str]:
    """The addresses, and the names of a Recipient, in a text, each once."""
    parts: dict[str, str] = {}
    for part in filter(None, BETWEEN_ADDRESSES.split(to)):
        parts.setdefault(part.lower(), part)
    return list(parts.values())


def addresses_of(dealership: Dealership, to: str, lead_id: UUID | None) -> list[str]:
    """The e-mail addresses that a text means at this moment, for a lead; for none, as in a test, a manager's stand in.

    Nobody's who was taken out of the staff, whatever rule still has them.
    """
    parts = parts_in(to)
    found = [part for part in parts if part not in Recipient.values]
    if Recipient.ASSIGNEE in parts:
        found += _of_assignee(dealership, lead_id)
    if Recipient.MANAGERS in parts:
        found += _of_managers(dealership)
    return _without_leavers(dict.fromkeys(found))


def _of_assignee(dealership, lead_id):
    """Of who cannot be told any more, the managers'. What nobody has concerns nobody."""
    assignee = Work.objects.of(dealership).filter(lead=lead_id).values_list("assignee", flat=True).first()
    if lead_id is not None and assignee is None:
        return []
    members = Membership.objects.filter(dealership=dealership, pk=assignee, user__is_active=True)
    return list(members.values_list("user__email", flat=True)) or _of_managers(dealership)


def _of_managers(dealership):
    managers = Membership.objects.filter(dealership=dealership, role=Role.MANAGER, user__is_active=True)
    return list(managers.order_by("user__email").values_list("user__email", flat=True))


def _without_leavers(addresses):
    lowered = {address.lower(): address for address in addresses}
    gone = set(User.objects.filter(email__in=lowered, is_active=False).values_list("email", flat=True))
    return [address for email, address in lowered.items() if email not in gone]


def clean_addresses(to: str) -> str:
    """What a rule keeps of the addresses and Recipients in a text. Raises ValidationError."""
    parts = parts_in(to)
    for part in parts:
        if part not in Recipient.values and not is_address(part):
            raise ValidationError(_("“%(address)s” is not an e-mail address.") % {"address": part})
    joined = ", ".join(parts)
    if not 1 <= len(parts) <= MOST_ADDRESSES or len(joined) > Rule._meta.get_field("to").max_length:
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
