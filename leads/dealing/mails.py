"""Tells managers by mail that leads wait, as nobody is available: once for as long as some wait, outside of quiet hours."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from leads.dealing.models import WaitingMail
from leads.work.models import Turns
from steerleads.db.text import one_line
from steerleads.dealers import leased_mails, staff
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership, Role, User

LONGEST_NAME = 80


def post(dealership: Dealership, *, now: datetime) -> None:
    """Have each manager mailed, if mail is configured."""
    if not staff.mail_is_configured():
        return
    at = Calendar.of(dealership).quiet_until(now) or now
    managers = User.objects.filter(_is_manager_of(dealership))
    WaitingMail.objects.bulk_create(WaitingMail(dealership=dealership, user=user, next_at=at) for user in managers)


def due(now: datetime | Combinable) -> QuerySet[WaitingMail]:
    return WaitingMail.objects.filter(next_at__lte=now)


def claim(*, now: datetime) -> WaitingMail | None:
    """The mail that has waited longest, now leased to us, or None."""
    return leased_mails.claim(due(now).select_related("dealership", "user"), now=now)


def send(mail: WaitingMail, *, clock: Callable[[], datetime]) -> None:
    """Send a mail that is ours by lease, if leads still wait, and the person still is a manager there."""
    turns = Turns.objects.of(mail.dealership).filter(nobody_since__isnull=False).first()
    is_wanted = turns and User.objects.filter(_is_manager_of(mail.dealership), pk=mail.user_id).exists()
    error = leased_mails.error_of(lambda: _message(mail, turns.nobody_since).send()) if is_wanted else None
    ours = WaitingMail.objects.of(mail.dealership).filter(pk=mail.pk, lease=mail.lease)
    facts = leased_mails.next_attempt(mail, error, now=clock()) if error else None
    if facts:
        ours.update(**facts)
    else:
        ours.delete()


def _is_manager_of(dealership):
    return Q(membership__dealership=dealership, membership__role=Role.MANAGER, is_active=True, is_staff=True)


def _message(mail, since):
    dealership = mail.dealership
    with override(staff.language_of(mail.user)):
        name = one_line(dealership.name, LONGEST_NAME)
        context = {
            "name": one_line(mail.user.first_name, LONGEST_NAME),
            "dealership": name,
            "since": f"{localtime(since, dealership.tz):%H:%M}",
            "link": settings.SITE_URL + reverse("admin:dealers_membership_changelist"),
        }
        subject = _("Leads wait at %(dealership)s: nobody is available") % {"dealership": name}
        text = render_to_string("dealing/nobody_available.txt", context).strip() + "\n"
    headers = {"Message-ID": leased_mails.message_id(mail.pk), "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, text, None, [mail.user.email], headers=headers)
