"""The whole map: the API, its description, the admin, and what a load balancer asks."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from cars import urls as cars
from leads import urls as leads
from leads.agenda import urls as agenda
from leads.analytics import urls as analytics
from leads.interchange import urls as interchange
from leads.outbox import urls as outbox
from leads.webhooks import urls as webhooks
from leads.work import urls as work
from steerleads import views
from steerleads.api.views import UnknownPath
from steerleads.dealers.views import AuthViewSet

handler400 = "steerleads.views.bad_request"
handler500 = "steerleads.views.server_error"
# Pages of the admin that were elsewhere before: links to them are in mails and bookmarks.
MOVED_PAGES = {
    "delivery/hours/": "dealers/hours/",
    "delivery/webhook/": "webhooks/webhook/",
    "delivery/rule/": "notifications/rule/",
}


def moved_pages(old, new):
    """Redirects from a model's list of rows, and from whatever is below it."""
    moved = {"permanent": True, "query_string": True}
    return [
        path(f"admin/{old}", RedirectView.as_view(url=f"/admin/{new}", **moved)),
        path(f"admin/{old}<path:object_id>", RedirectView.as_view(url=f"/admin/{new}%(object_id)s", **moved)),
    ]


# The API's are not behind an `include`: Django would make a ResolverMatch for each level.
urlpatterns = [
    *leads.urlpatterns,
    *work.urlpatterns,
    *cars.urlpatterns,
    *outbox.urlpatterns,
    *webhooks.urlpatterns,
    *interchange.urlpatterns,
    *analytics.urlpatterns,
    path("v1/auth/test", AuthViewSet.as_view({"get": "test"})),
    path("v1/schema", views.Schema.as_view()),
    path("v1/docs", views.docs),
    re_path(r"^v1(?:/[\s\S]*)?\Z", UnknownPath.as_view({"get": "list"})),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", views.metrics),
    path(".well-known/security.txt", views.security_txt),
    *agenda.urlpatterns,
    path("admin/", include("steerleads.dealers.staff_admin.passwords")),
    path("admin/leads/", include("leads.interchange.page_urls")),
    path("admin/leads/analytics/", include("leads.analytics.page_urls")),
    path("admin/leads/board/", include("leads.board.urls")),
    *(each for old, new in MOVED_PAGES.items() for each in moved_pages(old, new)),
    path("admin/", admin.site.urls),
    path("", views.home),
]
