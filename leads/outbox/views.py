"""The events feed, for those who ask what has happened."""

from urllib.parse import urlencode

from leads.feed import events_after, number_events
from leads.models import Feed, LeadEvent
from leads.outbox.messages import lead_rows, message
from leads.outbox.openapi import documents
from steerleads.api import etags
from steerleads.api.errors import ValidationFailed
from steerleads.api.list_query import DEFAULT_PAGE, LARGEST_PAGE
from steerleads.api.views import ApiViewSet

LARGEST_SEQUENCE = 10**18 - 1


@documents
class EventViewSet(ApiViewSet):
    queryset = LeadEvent.objects.none()
    area = "leads"

    def list(self, request):
        parameters = self.parameters({"after": False, "limit": False})
        after = parameters.whole_number("after", 0, LARGEST_SEQUENCE, 0)
        limit = parameters.whole_number("limit", 1, LARGEST_PAGE, DEFAULT_PAGE)
        parameters.settle()
        number_events(request.auth.dealership)
        events = list(events_after(request.auth.dealership, after)[: limit + 1])
        if not events:
            self._check_reached(after)
        return self._page(events[:limit], after, limit, more=len(events) > limit)

    def _check_reached(self, after):
        """Numbers that were given once are lost when an older backup is restored, and then given to other events."""
        last = Feed.objects.filter(dealership=self.request.auth.dealership).values_list("last", flat=True).first() or 0
        if after > last:
            wrong = (
                f"There is no event {after} yet: the last one is {last}. If a backup was restored, begin again at 0."
            )
            raise ValidationFailed(wrong, field="after")

    def _page(self, events, after, limit, *, more):
        leads = lead_rows(self.request.auth.dealership, {event.lead_id for event in events})
        next_after = events[-1].sequence if events else after
        headers = {"X_Next_After": str(next_after)}
        if more:
            query = urlencode({"after": next_after, "limit": limit})
            headers["Link"] = f'<{self.request._request.path_info}?{query}>; rel="next"'
        response = self.answer([message(event, leads.get(event.lead_id)) for event in events], **headers)
        etag = etags.of_bytes(response.content, *(value.encode() for value in headers.values()))
        response["ETag"] = etags.quoted(etag)
        return response
