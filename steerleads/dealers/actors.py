"""Who did something, in the words that history keeps."""

import getpass
import os
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steerleads.db.text import shown

# From where the request comes that is being answered; nothing in a command (steerleads/dealers/middleware.py).
client_address = ContextVar("client_address", default="")


class ActorType(models.TextChoices):
    API_KEY = "api_key", _("API key")
    STAFF = "staff", _("Staff")
    COMMAND = "command", _("Command")
    IMPORT = "import", _("Import")


@dataclass(frozen=True)
class Actor:
    type: str
    name: str
    LONGEST_NAME: ClassVar = 200
    id: str = ""  # the key's or the person's: names are changed, and two may share one

    @property
    def user_id(self):
        """The id of a User, which tells two colleagues of one name apart; None of programs, and where it is not known."""
        return int(self.id) if self.type == ActorType.STAFF and self.id else None

    @classmethod
    def of_key(cls, key):
        return cls(ActorType.API_KEY, key.name, str(key.pk))

    @classmethod
    def of_user(cls, user):
        return cls(ActorType.STAFF, str(user)[: cls.LONGEST_NAME], str(user.pk))

    @classmethod
    def of_command(cls, name):
        return cls(ActorType.COMMAND, name)

    @classmethod
    def of_operator(cls):
        """Who runs a command: the user of the operating system."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):  # in a container, a user may have a number only
            name = f"uid {os.getuid()}"
        return cls.of_command(shown(name))

    @classmethod
    def by(cls, user):
        """A member of staff, or the operator, who is None in the verbs' `by`."""
        return cls.of_user(user) if user else cls.of_operator()


NOBODY_KNOWN = Actor("", "")

FORMER_COLLEAGUE = "a former colleague"  # stands for somebody whose name was erased


def shown_name(name):
    """An actor's name as pages show it."""
    return gettext("a former colleague") if name == FORMER_COLLEAGUE else name
