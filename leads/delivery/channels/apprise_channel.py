"""Sends a short notification by SMS or chat: through the apprise library, to what an operator put into the settings.

The library is an optional extra, imported only where it is used. Managers never type a URL, only a phone number.
"""

import logging

from django.conf import settings

from leads.delivery.outcomes import Outcome
from leads.delivery.recipients import TO

CONNECT, READ = 5, 10  # seconds; a channel's URL may say others by cto and rto
WHOLE = 30  # seconds, within a lease

log = logging.getLogger(__name__)


def send(channel, to, text):
    """The Outcome of one attempt. `to` is a phone number in E.164, used where the channel's URL has {to}."""
    try:
        import apprise
        from apprise.plugins import url_to_dict
    except ImportError:
        return Outcome(False, error="no_channel")
    if channel not in settings.NOTIFY_CHANNELS:
        return Outcome(False, error="no_channel")
    try:
        asset = apprise.AppriseAsset(http_redirects=False, service_timeout=WHOLE, storage_mode="memory")
        parsed = url_to_dict(settings.NOTIFY_CHANNELS[channel].replace(TO, to.lstrip("+")))
        service = parsed and apprise.Apprise.instantiate({"cto": CONNECT, "rto": READ, **parsed}, asset=asset)
        if not service:
            return Outcome(False, error="bad_channel")
        told = apprise.Apprise(service, asset=asset).notify(text, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # of a plugin; its words may hold the URL, which has secrets
        log.error("The channel %s failed: %s", channel, type(error).__name__)
        return Outcome(False, error="bad_channel")
    return _outcome(told)


def _outcome(told):
    if told:
        return Outcome(True)
    return Outcome(False, error="timeout" if told.status.name == "TIMEOUT" else "refused")
