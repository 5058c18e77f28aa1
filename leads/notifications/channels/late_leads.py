"""No message: a lead that nobody has answered in time goes from whoever has it to nobody, or to the next colleague."""

from collections.abc import Callable, Iterable
from typing import Self

from django.utils.translation import gettext_lazy as _

from leads.notifications.channels.base import Channel
from leads.notifications.models import Rule, Trigger
from leads.notifications.texts import Words
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Outcome
from leads.work.actions import give_back
from leads.work.dealing import pass_on
from steerleads.dealers.actors import Actor

ACTOR = Actor.of_command("notification rule")


class LateLeadsChannel(Channel):
    """`move` is the verb, which says whether there was something to do."""

    triggers = (Trigger.ANSWER_LATE, Trigger.ANSWER_MISSED)

    def __init__(self, name: str, label: str, move: Callable[..., bool]):
        self.name, self.label, self._move = name, label, move

    @classmethod
    def configured(cls) -> Iterable[Self]:
        return [
            cls("queue", _("taking the lead back: nobody has it then"), give_back),
            cls("next", _("passing the lead on: the next who is available has it then"), pass_on),
        ]

    def clean_to(self, text: str) -> str:
        return ""

    def send(self, rule: Rule, delivery: Delivery, words: Words) -> Outcome | NotNeeded:
        """Judged again under the lead's lock: somebody may answer in this moment.

        A worker that was killed before it could write down that this is done does it again: but not to who has got the
        lead meanwhile.
        """
        if delivery.lead_id is None:  # a test
            return Outcome(True)
        is_done = self._move(rule.dealership, delivery.lead_id, before=delivery.next_at, actor=ACTOR)
        return Outcome(True) if is_done else NotNeeded()
