"""The documentation page: our own files, under the strict policy, in a real browser."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from steerleads.tests.openapi_oracle import described_operations, document

pytestmark = pytest.mark.on_one_database


class Visit:
    """A browser's page, with everything it asked for and complained about."""

    def __init__(self, page):
        self.page, self.hosts, self.complaints = page, set(), []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(request.url))


@pytest.fixture
def visit(chromium, site):
    page = chromium.new_page()
    yield Visit(page)
    page.close()


def test_open_without_a_key_under_the_strict_policy(client):
    response = client.get("/v1/docs")
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_it_can_only_be_read():
    response = Client(enforce_csrf_checks=True).post("/v1/docs")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_every_file_is_our_own_and_nothing_is_inline(client):
    html = client.get("/v1/docs").content.decode()
    files = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert all(path.startswith(("/static/", "/v1/schema")) for path in files)
    assert all(finders.find(path.removeprefix("/static/")) for path in files if path.startswith("/static/"))
    assert not re.search(r"<style|style=|<script>|onload=", html)


@pytest.mark.browser
@pytest.mark.on_one_database
def test_the_page_shows_every_operation_without_a_complaint(site, visit):
    visit.page.goto(f"{site}/v1/docs")
    visit.page.wait_for_selector(".opblock")
    assert visit.page.locator(".opblock").count() == len(described_operations()) + len(document()["webhooks"])
    visit.page.locator("#operations-Leads-create_lead .opblock-summary-control").click()
    visit.page.locator("code").filter(has_text="Schedule test drive").first.wait_for()
    assert visit.page.locator("p").filter(has_text="CAR_NOT_FOUND").is_visible()
    assert (visit.hosts, visit.complaints) == ({urlsplit(site).netloc}, [])


@pytest.mark.browser
@pytest.mark.on_one_database
def test_a_key_can_be_tried_on_the_page(site, api, visit):
    page = visit.page
    page.goto(f"{site}/v1/docs")
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".modal-ux input").fill(api.secret)
    page.locator(".modal-ux .authorize").click()
    page.locator(".modal-ux .btn-done").click()
    page.locator("#operations-Authentication-test_auth .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text("Casa Motors").wait_for()
    assert (visit.hosts, visit.complaints) == ({urlsplit(site).netloc}, [])
