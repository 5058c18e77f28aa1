"""What a digest says: last week beside the week before, and what waits, as links. Nobody's data is in it."""

from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from leads.analytics import words
from leads.analytics.answers import figure_answer
from leads.analytics.digest.models import Digest
from leads.analytics.digest.planning import WEEK
from leads.analytics.digest.switching import stop_link
from steerleads.db.text import one_line
from steerleads.dealers import leased_mails, staff

LONGEST_NAME = 80
DAY = timedelta(days=1)
HAPPENED = ("created", "completed", "notNeeded", "reopened", "archived", "deleted")


class Line(NamedTuple):
    label: str
    now: str
    before: str


class Linked(NamedTuple):
    label: str
    count: str
    link: str


def write(digest: Digest, week: date) -> EmailMessage | None:
    """The mail that is due in the week of this Monday, or None if nothing happened in the week before it."""
    asked = _Asked(digest)
    before, last = asked.weeks(week)
    if not any(last[name]["count"] for name in HAPPENED):
        return None
    with override(staff.language_of(digest.user)):
        stop = stop_link(digest)
        dealership = one_line(digest.dealership.name, LONGEST_NAME)
        context = {
            "name": one_line(digest.user.first_name, LONGEST_NAME),
            "dealership": dealership,
            "period": words.period(week - WEEK, week - DAY),
            "lines": _lines(before, last, asked.answers(week)),
            "linked": _linked(asked),
            "page": f"{_page()}?from={week - WEEK}&to={week - DAY}&compare=previous",
            "stop": stop,
        }
        subject = _("Last week at %(dealership)s: new leads %(new)s, completed %(completed)s") % {
            "dealership": dealership,
            "new": words.number(last["created"]["count"]),
            "completed": words.number(last["completed"]["count"]),
        }
        text = render_to_string("analytics/digest.txt", context).strip() + "\n"
    headers = {
        "Message-ID": leased_mails.message_id(f"{digest.pk}-{week}"),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return EmailMessage(subject, text, None, [digest.user.email], headers=headers)


class _Asked:
    """The figures of a digest's dealership, as its manager sees them."""

    def __init__(self, digest):
        self.digest = digest

    def __call__(self, figure, **query):
        asked = QueryDict(mutable=True)
        asked.update({name.rstrip("_"): str(value) for name, value in query.items()})
        base = reverse("analytics:page").rstrip("/")
        return figure_answer(self.digest.dealership, figure, asked, viewer=self.digest.user, base=base)

    def weeks(self, week):
        return self("activity", from_=week - 2 * WEEK, to=week - DAY, interval="week")["rows"]

    def answers(self, week):
        return self("response", from_=week - WEEK, to=week - DAY, compare="previous")


def _lines(before, last, answers):
    compared = answers["compared"]
    names = [("created", _("New leads")), ("completed", _("Completed")), ("notNeeded", _("Not needed"))]
    names.append(("backlog", _("Open at the week’s end")))
    lines = [Line(label, *(words.number(week[name]["count"]) for week in (last, before))) for name, label in names]
    lines.append(Line(_("Answered by a person"), _answered(answers), _answered(compared)))
    medians = (_median(each["business"]["ofAll"]) for each in (answers, compared))
    return [*lines, Line(_("First answer in business hours, median"), *medians)]


def _median(quantiles):
    return words.quantile(quantiles["median"], quantiles["of"], in_days=False)


def _answered(answers):
    facts = {"answered": answers["answered"]["count"], "asked": answers["asked"]["count"]}
    return _("%(answered)s of %(asked)s") % {name: words.number(count) for name, count in facts.items()}


def _linked(asked):
    waiting, stale = asked("response")["waiting"], asked("ageing")["stale"]
    names = [
        (_("Waiting for an answer, of the last 30 days"), waiting),
        (_("Open leads left alone for too long"), stale),
    ]
    return [
        Linked(label, words.number(count["count"]), settings.SITE_URL + count["leads"])
        for label, count in names
        if count["count"]
    ]


def _page():
    return settings.SITE_URL + reverse("analytics:page")
