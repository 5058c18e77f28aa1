"""No message: a lead that nobody has answered in time goes on to the next colleague who is available."""

from collections.abc import Iterable
from typing import Self

from django.utils.translation import gettext_lazy as _

from leads.notifications.channels.base import Channel
from leads.notifications.channels.queue import ACTOR
from leads.notifications.models import Rule, Trigger
from leads.notifications.texts import Words
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Outcome
from leads.work.dealing import pass_on


class NextChannel(Channel):
    name = "next"
    label = _("passing the lead on: the next who is available has it then")
    triggers = (Trigger.ANSWER_LATE, Trigger.ANSWER_MISSED)

    @classmethod
    def configured(cls) -> Iterable[Self]:
        return [cls()]

    def clean_to(self, text: str) -> str:
        return ""

    def send(self, rule: Rule, delivery: Delivery, words: Words) -> Outcome | NotNeeded:
        """Judged again under the lead's lock, and once only, as leads are taken back (queue.py)."""
        if delivery.lead_id is None:  # a test
            return Outcome(True)
        is_done = pass_on(rule.dealership, delivery.lead_id, before=delivery.next_at, actor=ACTOR)
        return Outcome(True) if is_done else NotNeeded()
