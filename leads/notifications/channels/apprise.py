"""SMS and chat: a short text, sent through the apprise library to what an operator put into the settings.

The library is an optional extra, imported only where it is used. Managers never type a URL, only a phone number.
"""

import logging
from collections.abc import Iterator
from typing import Self

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from leads.notifications.channels.base import Channel
from leads.notifications.models import Rule
from leads.notifications.recipients import clean_phone
from leads.notifications.texts import Words
from leads.outbox.models import Delivery
from leads.outbox.outcomes import Outcome
from leads.outbox.senders import lend_connection

TO = "{to}"  # stands in a channel's URL for the phone number
CONNECT, READ = 5, 10  # seconds; a channel's URL may say others by cto and rto
WHOLE = 30  # seconds, within a lease

log = logging.getLogger(__name__)


class AppriseChannel(Channel):
    """One of NOTIFY_CHANNELS: its URL says by which service, and perhaps whom it tells."""

    errors = {
        "bad_channel": _("this channel is not configured properly"),
        "refused": _("the service did not take it"),
    }

    def __init__(self, name: str, url: str):
        self.name = self.label = name
        self.url = url

    @classmethod
    def configured(cls) -> Iterator[Self]:
        return (cls(name, url) for name, url in settings.NOTIFY_CHANNELS.items())

    def clean_to(self, text: str) -> str:
        """One phone number in E.164, or nothing where the channel itself says whom it tells."""
        return clean_phone(text) if TO in self.url else ""

    def send(self, rule: Rule, delivery: Delivery, words: Words) -> Outcome:
        lend_connection()
        return _notify(self.name, self.url, rule.to, words.short)


def _notify(name, url, to, text):
    """The Outcome of one attempt. `to` is a phone number in E.164, used where the channel's URL has {to}."""
    try:
        import apprise
        from apprise.plugins import url_to_dict
    except ImportError:
        return Outcome(False, error="no_channel")
    try:
        asset = apprise.AppriseAsset(http_redirects=False, service_timeout=WHOLE, storage_mode="memory")
        parsed = url_to_dict(url.replace(TO, to.lstrip("+")))
        service = parsed and apprise.Apprise.instantiate({"cto": CONNECT, "rto": READ, **parsed}, asset=asset)
        if not service:
            return Outcome(False, error="bad_channel")
        result = apprise.Apprise(service, asset=asset).notify(text, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # of a plugin; its words may hold the URL, which has secrets
        log.error("The channel %s failed: %s", name, type(error).__name__)
        return Outcome(False, error="bad_channel")
    if result:
        return Outcome(True)
    return Outcome(False, error="timeout" if result.status.name == "TIMEOUT" else "refused")
