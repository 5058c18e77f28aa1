"""Who did something, in the words that history keeps."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorType(models.TextChoices):
    API_KEY = "api_key", _("API key")
    STAFF = "staff", _("Staff")
    COMMAND = "command", _("Command")


@dataclass(frozen=True)
class Actor:
    type: str
    name: str

    @classmethod
    def of_key(cls, key):
        return cls(ActorType.API_KEY, key.name)

    @classmethod
    def of_user(cls, user):
        return cls(ActorType.STAFF, str(user)[:200])

    @classmethod
    def of_command(cls, name):
        return cls(ActorType.COMMAND, name)
