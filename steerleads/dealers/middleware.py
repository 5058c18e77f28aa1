"""What every request brings along: from where it comes; and for staff, the language and time zone to show pages in."""

from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation

from steerleads.dealers.actors import client_address


class CallerAddress:
    """Remembers the client's address while the request is answered, for the audit log."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = client_address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            return self.get_response(request)
        finally:
            client_address.reset(token)


class StaffLocale(LocaleMiddleware):
    """The dealership's language and time zone; before somebody signs in, their browser's."""

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
