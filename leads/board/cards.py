"""A lead as a card: what of it is shown, and the mark that names its whole state."""

from datetime import datetime, time, timedelta

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.contacts.links import links_of
from leads.models import Status

# What one tap does to a card of each column: the column it goes to, its words and its icon.
DONE = (Status.COMPLETED, gettext_lazy("Done"), "check")
NOT_NEEDED = (Status.NOT_NEEDED, gettext_lazy("Not needed"), "cross")
AGAIN = (Status.NEW, gettext_lazy("Back to New"), "back")
TAPS = {Status.NEW: [DONE, NOT_NEEDED], Status.COMPLETED: [AGAIN], Status.NOT_NEEDED: [AGAIN]}


def render_cards(leads, *, now, may_change, may_bulk):
    """{id: HTML} of leads that came with their cars, in their order."""
    template, now = get_template("board/card.html"), minute_of(now)
    shared = {
        "icons": static("board/icons.svg"),
        "words": {
            "select": _("Select"),
            "move": _("Move"),
            "add_note": _("Add a note"),
            "copy": _("Copy"),
            "only_car": _("Show only this car, or all again"),
            "only_tag": _("Show only this tag, or all again"),
        },
        "may_change": may_change,
        "may_bulk": may_bulk,
    }
    taps = {status: [(to, str(words), icon) for to, words, icon in taps] for status, taps in TAPS.items()}
    cards = [{**_card(lead, now), "taps": taps[lead.status]} for lead in leads]
    return {card["id"]: template.render({**shared, "card": card}) for card in cards}


def _card(lead, now):
    """What templates/board/card.html shows. A dict: Django's templates find its parts in half the time."""
    links = links_of(lead.target_info)
    return {
        "id": str(lead.pk),
        "version": str(lead.version),
        "mark": mark_of(lead.version, lead.car.version, lead.created_at, now),
        "action": lead.action,
        "name": lead.target_name,
        "info": lead.target_info,
        "note": lead.note,
        "tag": lead.tag,
        "car": str(lead.car),
        "car_id": str(lead.car_id),
        "location": lead.car.location,
        "created": lead.created_at,
        "age": age_in_words(lead.created_at, now),
        "links": _links(links),
        "numbers": list(dict.fromkeys(link.shown for link in links)),
    }


def _links(links):
    """[(kind, href, words), …]"""
    words = {
        "call": _("Call %(to)s"),
        "whatsapp": _("WhatsApp to %(to)s"),
        "mail": _("Mail to %(to)s"),
    }
    return [(link.kind, link.href, words[link.kind] % {"to": link.shown}) for link in links]


def minute_of(now):
    """What the board takes for now: the local minute. Ages told by seconds would be news for every board all the time."""
    return timezone.localtime(now).replace(second=0, microsecond=0)


def mark_of(version, car_version, created_at, now):
    """Names everything that a card shows: another lead's state, car's state or age is another mark.

    `now` is in the zone of the days that are counted.
    """
    return f"{version}.{car_version}.{_age(created_at, now)}"


def age_in_words(created_at, now):
    """`5 minutes` or `3 hours` on the same day, else the days between, by the calendar of the active time zone."""
    created, today = timezone.localtime(created_at), timezone.localtime(now)
    if created.date() < today.date():
        # From noon to noon: a day on which the clock is changed has 23 hours.
        created, today = (datetime.combine(at, time(12)) for at in (created, today))
    return timesince(created, today, depth=1)


def _age(created_at, now):
    """The same for programs: it differs whenever the words may."""
    days = (now.date() - created_at.astimezone(now.tzinfo).date()).days
    if days > 0:
        return f"{days}d"
    minutes = max(now - created_at, timedelta()) // timedelta(minutes=1)
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m"
