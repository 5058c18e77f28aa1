"""Webhooks: addresses of programs that are told of events."""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models import KINDS_OF_WORK, EventKind
from leads.outbox.models import Destination, Destinations

# All but moves, of which one reorder can make thousands, and what is done about leads that stay as they are.
DEFAULT_KINDS = [kind.value for kind in EventKind if kind not in (EventKind.MOVED, *KINDS_OF_WORK)]


def default_kinds() -> list[str]:
    return list(DEFAULT_KINDS)


class Webhook(Destination):
    """An address that is sent signed requests, as Standard Webhooks 1.0 says."""

    url = models.CharField(_("URL"), max_length=2000)
    kinds = models.JSONField(_("events"), default=default_kinds)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    # In the clear: every request is signed with it. `old_secret` signs too while it is being replaced.
    secret = models.CharField(max_length=100, editable=False)
    old_secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    # Switched off by the worker, and the managers have not been told yet.
    notice_pending = models.BooleanField(default=False, editable=False)

    objects = Destinations.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["created_at", "id"]

    def __str__(self):
        return self.description or self.url

    @property
    def audit_name(self) -> str:
        """Its host: the rest of a URL may be a secret."""
        return urlsplit(self.url).hostname or ""

    def secrets_at(self, now: datetime) -> list[str]:
        """The secrets that sign at that time, the newest first."""
        rotating = self.old_secret and self.old_secret_until and now < self.old_secret_until
        return [self.secret, self.old_secret] if rotating else [self.secret]
