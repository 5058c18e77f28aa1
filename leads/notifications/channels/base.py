"""What a channel is."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from typing import Self

from leads.notifications.models import Rule
from leads.notifications.texts import Words
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Outcome


class Channel(ABC):
    """A way by which rules reach people. `name` is what a rule keeps of it, `label` what people read."""

    name: str
    label: str
    triggers: Collection[str] | None = None  # the only ones of rules that may use it
    errors: Mapping[str, str] = {}  # {code in an Outcome: in words}, but those of all deliveries

    @classmethod
    @abstractmethod
    def configured(cls) -> Iterable[Self]:
        """The channels of this class that there are, by the settings."""

    @abstractmethod
    def clean_to(self, text: str) -> str:
        """Whom to tell, as a rule keeps it, from what a manager typed. Raises ValidationError."""

    @abstractmethod
    def send(self, rule: Rule, delivery: Delivery, words: Words) -> Outcome | NotNeeded:
        """Make one attempt to tell all whom the rule names, within the sender's lease.

        Neither its `answer` nor a line in the log says whom it told.
        """
