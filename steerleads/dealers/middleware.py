"""Shows staff the admin in their dealership's language and time zone; before they sign in, in their browser's."""

from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation


class StaffLocale(LocaleMiddleware):
    def __call__(self, request):
        if not request.path_info.startswith("/admin"):
            return self.get_response(request)
        try:
            return super().__call__(request)
        finally:
            # Threads are used again: the next request, perhaps the API's, begins with the defaults.
            translation.deactivate()
            timezone.deactivate()

    def process_request(self, request):
        super().process_request(request)
        if membership := getattr(request.user, "membership", None):
            translation.activate(membership.dealership.language)
            request.LANGUAGE_CODE = translation.get_language()
            timezone.activate(membership.dealership.tz)
