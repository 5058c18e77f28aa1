"""The whole map: the API, its description, the admin, and what a load balancer asks."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from cars import urls as cars
from leads import urls as leads
from leads.delivery import urls as delivery
from steerleads import views
from steerleads.api.views import UnknownPath
from steerleads.dealers.views import AuthViewSet

handler400 = "steerleads.views.bad_request"
handler500 = "steerleads.views.server_error"
MOVED = {"permanent": True, "query_string": True}

# The API's are not behind an `include`: Django would make a ResolverMatch for each level.
urlpatterns = [
    *leads.urlpatterns,
    *cars.urlpatterns,
    *delivery.urlpatterns,
    path("v1/auth/test", AuthViewSet.as_view({"get": "test"})),
    path("v1/schema", views.Schema.as_view()),
    path("v1/docs", views.docs),
    re_path(r"^v1(?:/[\s\S]*)?\Z", UnknownPath.as_view({"get": "list"})),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", views.metrics),
    path(".well-known/security.txt", views.security_txt),
    path("admin/", include("steerleads.dealers.staff_admin.passwords")),
    path("admin/leads/board/", include("leads.board.urls")),
    # Where hours were before they became a dealership's own.
    path("admin/delivery/hours/", RedirectView.as_view(url="/admin/dealers/hours/", **MOVED)),
    path(
        "admin/delivery/hours/<path:object_id>", RedirectView.as_view(url="/admin/dealers/hours/%(object_id)s", **MOVED)
    ),
    path("admin/", admin.site.urls),
    path("", views.home),
]
