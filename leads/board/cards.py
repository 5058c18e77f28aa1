"""A lead as a card: what of it is shown, and the mark that names its whole state."""

from dataclasses import dataclass
from datetime import timedelta

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.board.links import links_of
from leads.models import Lead, Status

# What one tap does to a card of each column: the column it goes to, its words and its icon.
DONE = (Status.COMPLETED, gettext_lazy("Done"), "check")
NOT_NEEDED = (Status.NOT_NEEDED, gettext_lazy("Not needed"), "cross")
AGAIN = (Status.NEW, gettext_lazy("Back to New"), "back")
TAPS = {Status.NEW: [DONE, NOT_NEEDED], Status.COMPLETED: [AGAIN], Status.NOT_NEEDED: [AGAIN]}


@dataclass(frozen=True)
class Card:
    """For templates/board/card.html, and for nothing else."""

    lead: Lead
    now: object

    @property
    def mark(self):
        return mark_of(self.lead.version, self.lead.car.version, self.lead.created_at, self.now)

    @property
    def age(self):
        return age_in_words(self.lead.created_at, self.now)

    @property
    def taps(self):
        return TAPS[self.lead.status]

    @cached_property
    def links(self):
        words = {
            "call": _("Call %(to)s"),
            "whatsapp": _("WhatsApp to %(to)s"),
            "mail": _("Mail to %(to)s"),
        }
        return [(link, words[link.kind] % {"to": link.shown}) for link in links_of(self.lead.target_info)]


def render_cards(leads, *, now, may_change, may_bulk):
    """{id: HTML} of leads that came with their cars, in their order."""
    template = get_template("board/card.html")
    shared = {
        "icons": static("board/icons.svg"),
        "words": {"select": _("Select"), "move": _("Move"), "add_note": _("Add a note")},
        "may_change": may_change,
        "may_bulk": may_bulk,
    }
    return {str(lead.pk): template.render({"card": Card(lead, now), **shared}) for lead in leads}


def mark_of(version, car_version, created_at, now):
    """Names everything that a card shows: another lead's state, car's state or age is another mark."""
    return f"{version}.{car_version}.{_age(created_at, now)}"


def age_in_words(created_at, now):
    """`5 minutes` or `3 hours` on the same day, else the days between, by the calendar of the active time zone."""
    created, today = timezone.localtime(created_at), timezone.localtime(now)
    if created.date() < today.date():
        # From noon to noon: a day on which the clock is changed has 23 hours.
        created, today = (at.replace(tzinfo=None, hour=12, minute=0, second=0) for at in (created, today))
    return timesince(created, today, depth=1)


def _age(created_at, now):
    """The same for programs: it differs whenever the words may."""
    days = (timezone.localtime(now).date() - timezone.localtime(created_at).date()).days
    if days > 0:
        return f"{days}d"
    minutes = max(now - created_at, timedelta()) // timedelta(minutes=1)
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m"
