"""No message: a lead that nobody has answered in time goes from whoever has it back to those that are nobody's."""

from collections.abc import Iterable
from typing import Self

from django.utils.translation import gettext_lazy as _

from leads.notifications.channels.base import Channel
from leads.notifications.models import Rule, Trigger
from leads.notifications.texts import Words
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Outcome
from leads.work.actions import give_back
from steerleads.dealers.actors import Actor

ACTOR = Actor.of_command("notification rule")


class QueueChannel(Channel):
    name = "queue"
    label = _("taking the lead back: nobody has it then")
    triggers = (Trigger.ANSWER_LATE, Trigger.ANSWER_MISSED)

    @classmethod
    def configured(cls) -> Iterable[Self]:
        return [cls()]

    def clean_to(self, text: str) -> str:
        return ""

    def send(self, rule: Rule, delivery: Delivery, words: Words) -> Outcome | NotNeeded:
        """Looked at again under the lead's lock: somebody may answer in this moment.

        A worker that was killed before it could write down that this is done does it again: but not to who has got the
        lead meanwhile.
        """
        if delivery.lead_id is None:  # a test
            return Outcome(True)
        is_done = give_back(rule.dealership, delivery.lead_id, before=delivery.next_at, actor=ACTOR)
        return Outcome(True) if is_done else NotNeeded()
