"""Shows staff the admin in their dealership's language and time zone; before they sign in, in their browser's."""

from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation


class StaffLocale(LocaleMiddleware):
    def __call__(self, request):
        if not request.path_info.startswith("/admin"):
            return self.get_response(request)
        return super().__call__(request)

    def process_request(self, request):
        super().process_request(request)
        timezone.deactivate()
        if membership := getattr(request.user, "membership", None):
            translation.activate(membership.dealership.language)
            request.LANGUAGE_CODE = translation.get_language()
            timezone.activate(membership.dealership.tz)
