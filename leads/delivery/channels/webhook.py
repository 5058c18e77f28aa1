"""Sends a signed message to a webhook."""

from leads.delivery import outbound
from leads.delivery.signing import sign


def send(webhook, message_id, body, now):
    """The Outcome of one attempt to send these bytes; `message_id` is the same on every attempt."""
    headers = sign(webhook.secrets_at(now), message_id, now, body)
    return outbound.post(webhook.url, body, {"Content-Type": "application/json", **headers})
