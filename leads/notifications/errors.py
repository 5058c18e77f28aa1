"""What can be wrong with notification rules, beside their fields."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import NotFound


class RuleNotFound(NotFound):
    code = "RULE_NOT_FOUND"
    message = _("There is no notification rule with this id in your dealership.")
