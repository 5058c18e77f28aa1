"""Debian's Chromium against the application on 127.0.0.1: the fixtures of every browser test.

The root conftest.py loads them, so a test module imports only what is no fixture: DESKTOP, PHONE, signed_in.
It is marked `[pytest.mark.browser, pytest.mark.django_db(transaction=True)]`.
"""

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

# The shell is the same engine without a window around it, which takes half of the processor time.
SHELL, CHROMIUM = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
# WCAG 2.2, levels A and AA, and what axe's authors call good practice. The sizes of targets are off unless asked for.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium(pytestconfig):
    """A browser: the shell if it is installed, but for the slow tests a whole one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    wanted = [SHELL, CHROMIUM] if pytestconfig.option.markexpr == "not slow" else [CHROMIUM, SHELL]
    program = next((path for path in wanted if path.exists()), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright's synchronous API runs a loop in this thread; Django would take our queries for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(program), args=ARGUMENTS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def server():
    """The application on 127.0.0.1. The settings are read when it starts, before any test could change them."""
    with override_settings(SECURE_SSL_REDIRECT=False, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        server = LiveServer("127.0.0.1")
        yield server
        server.stop()


@pytest.fixture
def open_page(chromium, server):
    """Makes pages at the server's address, each in a context of its own, and fails the test if one complains.

    `tolerate` is a pattern of the complaints that a test brings about itself: refused or cut requests.
    """
    complaints, contexts = [], []

    def complain(text, tolerate):
        if not (tolerate and re.search(tolerate, text)):
            complaints.append(text)

    def make(*, tolerate="", **context):
        contexts.append(chromium.new_context(base_url=server.url, **context))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda line: line.type in ("error", "warning") and complain(line.text, tolerate))
        page.on("pageerror", lambda error: complain(str(error), tolerate))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def signed_in(page, user):
    """The same page (or context), with the cookie of a session of this person: no form, no password."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = getattr(page, "context", page)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "domain": "127.0.0.1", "path": "/", "httpOnly": True}]
    )
    return page


def axe_findings(page):
    """What axe holds against the page as it is now: (rule, places). Open it with `bypass_csp=True`: axe sets styles."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page, options=AXE).response["violations"]
    return [(each["id"], [f"{node['target']} {node['html'][:150]}" for node in each["nodes"]]) for each in violations]
