"""What can be wrong with webhooks, beside their fields."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import ApiError, NotFound

MOST_WEBHOOKS = 50  # of one dealership


class WebhookNotFound(NotFound):
    code = "WEBHOOK_NOT_FOUND"
    message = _("There is no webhook with this id in your dealership.")


class TooManyWebhooks(ApiError):
    status, code, type = 409, "TOO_MANY_WEBHOOKS", "conflict"
    message = _("A dealership has at most {most} webhooks. Delete one that is no longer used.")

    def __init__(self):
        super().__init__(str(self.message).format(most=MOST_WEBHOOKS))
