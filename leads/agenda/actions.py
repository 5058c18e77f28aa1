"""An agenda's address: made, found by its token, and taken away."""

import hashlib
import secrets
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from leads.agenda.models import Agenda
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import Membership

TOKEN_BYTES = 32


def make_address(membership: Membership, *, with_contacts: bool) -> str:
    """The URL of a colleague's agenda, which is shown once and kept nowhere. One that they had before ends.

    `with_contacts`: each lead tells its person's name, and the phone or e-mail.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        values = {"dealership": membership.dealership, "digest": _digest(token), "with_contacts": with_contacts}
        Agenda.objects.filter(membership=membership).delete()
        Agenda.objects.create(membership=membership, **values)
        _record(AuditKind.AGENDA_MADE, membership, contacts="yes" if with_contacts else "no")
    return urljoin(settings.SITE_URL, reverse("agenda", args=[token]))


def take_address_away(membership: Membership) -> None:
    """From now on nobody reads the agenda by it."""
    with transaction.atomic():
        if Agenda.objects.filter(membership=membership).delete()[0]:
            _record(AuditKind.AGENDA_ENDED, membership)


def find_agenda(token: str) -> Agenda | None:
    """The agenda of an address's token, if its colleague works there now."""
    agendas = Agenda.objects.filter(digest=_digest(token), membership__user__is_active=True)
    return agendas.select_related("membership", "dealership").first()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(kind: AuditKind, membership: Membership, **details: object) -> None:
    user = membership.user
    audit.record(kind, actor=Actor.of_user(user), dealership=membership.dealership, subject=user, **details)
