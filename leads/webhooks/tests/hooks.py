"""What tests of the webhooks API know of a webhook: its keys, its path, and the answer where there is none."""

URL = "https://crm.example.com/hooks"
KEYS = [
    "id",
    "url",
    "events",
    "description",
    "enabled",
    "disabledReason",
    "failingSince",
    "createdAt",
    "updatedAt",
]
ALL_BUT_MOVED = [f"lead.{kind}" for kind in ("created", "changed", "archived", "restored", "deleted")]
NO_WEBHOOK = (404, "WEBHOOK_NOT_FOUND", None)


def path_of(webhook):
    return f"/webhooks/{webhook.pk}"
