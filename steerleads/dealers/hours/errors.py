"""What can be wrong with hours, beside their fields."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import NotFound, ValidationFailed

MOST_SPECIAL_DAYS = 400  # of a dealership
SAME_RANGE = _("There is another special day with the same first and last day.")


class HoursNotFound(NotFound):
    code = "HOURS_NOT_FOUND"
    message = _("Somebody has deleted these hours meanwhile.")


class WeekAlreadyThere(ValidationFailed):
    def __init__(self):
        super().__init__(str(_("There are opening hours from this date already.")), field="valid_from")


class SpecialDayAlreadyThere(ValidationFailed):
    def __init__(self):
        super().__init__(str(SAME_RANGE), field="first")


class TooManySpecialDays(ValidationFailed):
    def __init__(self):
        words = _("A dealership has at most %(most)s special days.") % {"most": MOST_SPECIAL_DAYS}
        super().__init__(words, field="first")
