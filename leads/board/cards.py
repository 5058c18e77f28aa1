"""A lead as a card: what of it is shown, and the mark that names its whole state."""

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.board.times import age_in_words
from leads.contacts.links import links_of
from leads.models import Status

# What one tap does to a card of each column: the column it goes to, its words and its icon.
DONE = (Status.COMPLETED, gettext_lazy("Done"), "check")
NOT_NEEDED = (Status.NOT_NEEDED, gettext_lazy("Not needed"), "cross")
AGAIN = (Status.NEW, gettext_lazy("Back to New"), "back")
TAPS = {Status.NEW: [DONE, NOT_NEEDED], Status.COMPLETED: [AGAIN], Status.NOT_NEEDED: [AGAIN]}
APART = "\u200c"  # Arabic letters would join
WORDS_NAMED = 2  # of a name, in initials


def render_cards(leads, times, *, me, may_change, may_bulk):
    """{id: HTML} of leads that came with their cars and their work, in their order. `me` is the reader's id as a colleague."""
    template = get_template("board/card.html")
    shared = {
        "icons": static("board/icons.svg"),
        "words": {
            "select": _("Select"),
            "move": _("Move"),
            "add_note": _("Add a note"),
            "copy": _("Copy"),
            "only_car": _("Show only this car, or all again"),
            "only_tag": _("Show only this tag, or all again"),
            "claim": _("Claim"),
            "contacted": _("Contacted: called and reached"),
        },
        "may_change": may_change,
        "may_bulk": may_bulk,
        "may_claim": may_change and me is not None,
    }
    taps = {status: [(to, str(words), icon) for to, words, icon in taps] for status, taps in TAPS.items()}
    cards = [{**_card(lead, times, me), "taps": taps[lead.status]} for lead in leads]
    return {card["id"]: template.render({**shared, "card": card}) for card in cards}


def _card(lead, times, me):
    """What templates/board/card.html shows. A dict: Django's templates find its parts in half the time."""
    links, work = links_of(lead.target_info), getattr(lead, "work", None)
    due, due_on = (work.due, work.due_on) if work else (None, None)
    return {
        "id": str(lead.pk),
        "version": str(lead.version),
        "mark": mark_of((lead.pk, lead.version, lead.car.version, lead.created_at, *_of_work(work)), times),
        "action": lead.action,
        "name": lead.target_name,
        "info": lead.target_info,
        "note": lead.note,
        "tag": lead.tag,
        "car": str(lead.car),
        "car_id": str(lead.car_id),
        "location": lead.car.location,
        "created": lead.created_at,
        "age": age_in_words(lead.created_at, times.now),
        "is_open": lead.status == Status.NEW,
        "owner": _owner(work, times, me),
        "step": work.next_step if work else None,
        "due": times.due(due, due_on),
        "waiting": times.waiting(lead.pk, lead.created_at),
        "untouched": _untouched(times.untouched_days(lead.pk, lead.created_at)),
        "links": _links(links),
        "numbers": list(dict.fromkeys(link.shown for link in links)),
    }


def _owner(work, times, me):
    """Who has the lead, as it is shown and filtered by; None is nobody."""
    if work is None or work.assignee is None:
        return None
    name, is_mine = times.shown.name_of(work.assignee), work.assignee == me
    return {
        "value": "me" if is_mine else str(work.assignee),
        "is_mine": is_mine,
        "initials": initials(name),
        "words": (_("Yours: %(name)s") if is_mine else _("Has it: %(name)s")) % {"name": name},
    }


def initials(name):
    """`ST` of `Sara Tazi`, `S` of `sara@casa.example`."""
    words = [word for word in name.split() if word[0].isalnum()] or [name or "?"]
    named = words if len(words) <= WORDS_NAMED else [words[0], words[-1]]
    return ("" if name.isascii() else APART).join(word[0].upper() for word in named)


def _untouched(days):
    return _("untouched %(days)s d") % {"days": days} if days else ""


def _links(links):
    """[(kind, href, words), …]"""
    words = {
        "call": _("Call %(to)s"),
        "whatsapp": _("WhatsApp to %(to)s"),
        "mail": _("Mail to %(to)s"),
    }
    return [(link.kind, link.href, words[link.kind] % {"to": link.shown}) for link in links]


# What a mark is made of: columns of a lead's row.
MARKED_BY = ("id", "version", "car__version", "created_at", "work__version", "work__due", "work__due_on")


def mark_of(row, times):
    """Names everything that a card shows: another lead's, car's or work's state, or other words for a time, is another mark.

    `row` has the values of MARKED_BY. What a colleague is called is no part of it.
    """
    lead_id, version, car_version, created_at, work_version, due, due_on = row
    return f"{version}.{car_version}.{work_version or 0}.{times.mark(lead_id, created_at, due, due_on)}"


def _of_work(work):
    return (work.version, work.due, work.due_on) if work else (None, None, None)
