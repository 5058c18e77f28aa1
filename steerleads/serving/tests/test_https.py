"""Contract 8: where https is required, plain http under /v1 is refused before all else, and pages are redirected."""

from ipaddress import ip_network
from uuid import uuid4

import pytest
from django.test import Client

from conftest import error_of
from leads.models import Lead
from steerleads.tests.openapi_oracle import described_operations

pytestmark = pytest.mark.on_one_database

OPERATIONS = [(method, path) for method, path, _ in described_operations()]
BODY = b'{"action": "Call", "targetName": "Sara", "targetInfo": "0600"}'
REFUSED = (403, "HTTPS_REQUIRED", None)


@pytest.fixture(autouse=True)
def _https_is_required(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]


@pytest.fixture
def client():
    return Client(headers={"host": "localhost"}, raise_request_exception=False)


def assert_refused(response):
    assert error_of(response) == REFUSED
    assert response.json()["error"]["type"] == "permission_error"
    assert "Location" not in response and "WWW-Authenticate" not in response
    assert response["X-Request-Id"] and response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_is_refused_with_and_without_a_key(api, client, method, path):
    path = path.format(id=uuid4(), carId=uuid4(), deliveryId=uuid4(), status="NEW").removeprefix("/v1")
    assert_refused(api.send(method, path, BODY if method in ("POST", "PATCH") else None))
    assert_refused(client.generic(method, f"/v1{path}"))


@pytest.mark.parametrize(
    "path", ["", "/", "//", "/schema", "/schema?format=yaml", "/docs", "/nothing", "/leads/", "/%FF"]
)
def test_every_path_under_v1_is_refused(client, path):
    assert_refused(client.get(f"/v1{path}"))


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "FOO", "patch"])
def test_every_method_is_refused(api, method):
    assert_refused(api.send(method, "/leads"))


def test_head_is_refused_as_well(api):
    assert api.send("HEAD", "/leads").status_code == 403


def test_it_is_judged_before_host_key_media_type_and_parameters(api):
    assert_refused(api.get("/leads", host="evil.example"))
    assert_refused(api.get("/leads", authorization="Bearer nonsense"))
    assert_refused(api.post("/leads/car/x", b"{", content_type="text/plain", content_encoding="gzip"))
    assert_refused(api.get("/leads?" + "&".join(f"p{number}=1" for number in range(1001))))


def test_nothing_is_written_and_the_request_is_not_counted(api, civic):
    assert_refused(api.post(f"/leads/car/{civic.pk}", BODY))
    assert not Lead.objects.exists()
    api.key.refresh_from_db()
    assert api.key.last_used_at is None


def test_https_is_served_also_where_a_trusted_proxy_ends_it(api):
    by_tls = {"headers": {"authorization": f"Bearer {api.secret}"}}
    assert api.generic("GET", "/v1/leads", secure=True, **by_tls).status_code == 200
    told = {"headers": {**by_tls["headers"], "x-forwarded-proto": "https"}}
    assert api.generic("GET", "/v1/leads", REMOTE_ADDR="10.0.0.9", **told).status_code == 200
    assert_refused(api.generic("GET", "/v1/leads", REMOTE_ADDR="203.0.113.9", **told))


@pytest.mark.parametrize("path", ["/", "/admin/", "/admin/leads/board/", "/v1x", "/v10/leads"])
def test_pages_are_redirected_as_django_does(client, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (301, f"https://localhost{path}")
