"""What notifications say, in the dealership's language and time zone."""

import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language_bidi, ngettext, override, pgettext
from django.utils.translation import gettext as _

from cars.models import Car
from leads.models import Lead, LeadEvent
from leads.notifications.models import Rule, Trigger
from leads.work.people import names_of
from steerleads.db.text import one_line
from steerleads.dealers.actors import FORMER_COLLEAGUE, ActorType, shown_name

LONGEST_SUBJECT = 150
LONGEST_SHORT = 300
WORDS_AROUND = 45  # characters of a short text besides the link and what people typed
RIGHT_TO_LEFT = {"R", "AL"}


@dataclass(frozen=True)
class Words:
    """A notification as a mail, and as a message of LONGEST_SHORT characters."""

    subject: str
    mail: str
    short: str


def of_lead(rule: Rule, event: LeadEvent, lead: Lead) -> Words:
    """The Words that tell of a LeadEvent and of its Lead (with its car) as it is now."""
    with override(rule.dealership.language):
        link = settings.SITE_URL + reverse("admin:leads_lead_change", args=[lead.pk])
        facts = list(_facts(event, lead, rule.dealership.tz))
        return Words(
            subject=_subject(rule, one_line(lead.action, LONGEST_SUBJECT)),
            mail=_mail(rule, _sentence(rule), facts=facts, link=link),
            short=_short(rule, lead, link),
        )


def of_test(rule: Rule) -> Words:
    """The Words of a test of the rule."""
    with override(rule.dealership.language):
        subject = _("Test of a notification")
        sentence = _("This is a test. Notifications arrive here when %(occasion)s.") % {
            "occasion": rule.get_trigger_display()
        }
        short = f"{subject}, {_isolated(one_line(rule.dealership.name, 100))}\n{sentence}"
        return Words(subject=subject, mail=_mail(rule, sentence), short=short)


def _mail(rule, sentence, **more):
    context = {"sentence": sentence, "dealership": _line(rule.dealership.name), **more}
    return render_to_string("notifications/mail.txt", context).strip() + "\n"


def _short(rule, lead, link):
    """Action, name and car get what the link leaves, the action half of it."""
    room = max(LONGEST_SHORT - WORDS_AROUND - len(link), 40)
    name, car = (_isolated(one_line(text, room // 4)) for text in (lead.target_name, str(lead.car)))
    context = {"subject": _subject(rule, one_line(lead.action, room // 2)), "name": name, "car": car, "link": link}
    return render_to_string("notifications/short.txt", context).strip()


# --- What happened -------------------------------------------------------------------------------


def _subject(rule, action):
    subjects = {
        Trigger.CREATED: _("New lead: %(action)s"),
        Trigger.COMPLETED: _("Lead completed: %(action)s"),
        Trigger.NOT_NEEDED: _("Lead not needed: %(action)s"),
        Trigger.STAYS_NEW: _("Lead still new: %(action)s"),
        Trigger.ANSWER_SOON: _("Nobody has answered yet: %(action)s"),
        Trigger.ANSWER_LATE: _("The first answer is late: %(action)s"),
        Trigger.ANSWER_MISSED: _("Still nobody has answered: %(action)s"),
        Trigger.ASSIGNED: _("Lead for you: %(action)s"),
        Trigger.DUE_SOON: _("Due soon: %(action)s"),
        Trigger.OVERDUE: _("Overdue: %(action)s"),
    }
    return subjects[rule.trigger] % {"action": _isolated(action)}


def _sentence(rule):
    if rule.trigger == Trigger.STAYS_NEW:
        return ngettext(
            "A lead has been New for more than one business hour.",
            "A lead has been New for more than %(hours)s business hours.",
            rule.hours,
        ) % {"hours": rule.hours}
    return {
        Trigger.CREATED: _("There is a new lead."),
        Trigger.COMPLETED: _("A lead has become Completed."),
        Trigger.NOT_NEEDED: _("A lead has become Not needed."),
        Trigger.ANSWER_SOON: _("Half of the time for the first answer is over, and nobody has answered."),
        Trigger.ANSWER_LATE: _("The time for the first answer is over, and nobody has answered."),
        Trigger.ANSWER_MISSED: _("Twice the time for the first answer is over, and nobody has answered."),
        Trigger.ASSIGNED: _("A lead was assigned."),
        Trigger.DUE_SOON: _("A lead will soon be due."),
        Trigger.OVERDUE: _("A lead is overdue."),
    }[rule.trigger]


# --- About what ----------------------------------------------------------------------------------


def _facts(event, lead, tz):
    """“Label: value” of all that there is; only the note may have lines."""
    for label, value in (
        (_label(Lead, "action"), _line(lead.action)),
        (_label(Lead, "target_name"), _line(lead.target_name)),
        (_label(Lead, "target_info"), _line(lead.target_info)),
        (_label(Lead, "car"), _line(str(lead.car))),
        (_label(Car, "location"), _line(lead.car.location)),
        (_label(Lead, "tag"), _line(lead.tag)),
        (_label(Lead, "note"), _indented(lead.note)),
        *_of_work(lead, tz),
        (pgettext("notification", "by"), _line(_actor(event))),
        (pgettext("notification", "when"), _line(_moment(event.at, tz))),
    ):
        if value:
            yield _("%(label)s: %(value)s") % {"label": capfirst(label), "value": value}


def _of_work(lead, tz):
    """Who has it, what is next, and until when."""
    work = getattr(lead, "work", None)
    if work is None:
        return
    if work.assignee:
        name = names_of(lead.dealership).get(work.assignee, FORMER_COLLEAGUE)
        yield _("assigned to"), _line(shown_name(name))
    yield _("next step"), _line(work.next_step)
    if work.due:
        yield _("due"), _line(date_format(work.due_on, "DATE_FORMAT") if work.due_on else _moment(work.due, tz))


def _moment(at, tz):
    at = localtime(at, tz)
    return _("%(date)s at %(time)s") % {"date": date_format(at, "DATE_FORMAT"), "time": f"{at:%H:%M}"}


def _label(model, name):
    return model._meta.get_field(name).verbose_name


def _actor(event):
    if event.actor_type == ActorType.STAFF:
        return shown_name(event.actor_name)
    return f"{event.actor_name} ({ActorType(event.actor_type).label})"


# --- What people typed ---------------------------------------------------------------------------


def _line(text):
    return _isolated(one_line(text or ""))


def _indented(text):
    """Lines below the first are set in: a note cannot pass for a fact of ours."""
    return "\n  ".join(_isolated(line) for line in (text or "").splitlines())


def _isolated(text):
    """Between U+2068 and U+2069 where it would else get mixed up with words that run the other way.

    Not everywhere: one such character more than doubles what an SMS in plain letters costs.
    """
    runs = {unicodedata.bidirectional(character) for character in text}
    mixed = bool(runs & RIGHT_TO_LEFT) or get_language_bidi()
    return f"\u2068{text}\u2069" if mixed and text else text
