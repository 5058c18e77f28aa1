"""Large bodies: taken on the pages that take files, from managers, and from nobody else."""

import pytest
from django.conf import settings

from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.serving import uploads
from steerleads.serving.uploads import PATHS, may_send_file, takes_file

PAGE = "/admin/interchange/import/add/"
FORM = "multipart/form-data; boundary=x"


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    monkeypatch.setattr(uploads, "close_old_connections", lambda: None)  # it is the test's own


def environ(client=None, **more):
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value if client else "forged"
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PAGE,
        "CONTENT_TYPE": FORM,
        "HTTP_COOKIE": f"a=b; {settings.SESSION_COOKIE_NAME}={cookie}",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        **more,
    }


@pytest.mark.parametrize(
    ("more", "takes"),
    [
        ({}, True),
        ({"REQUEST_METHOD": "PATCH"}, False),
        ({"CONTENT_TYPE": "application/x-www-form-urlencoded"}, False),
        ({"PATH_INFO": "/admin/login/"}, False),
        ({"PATH_INFO": "/v1/leads"}, False),
    ],
)
def test_only_forms_with_files_on_their_pages_may_be_large(more, takes):
    assert takes_file(environ(**more)) is takes and PAGE in PATHS


def test_only_managers_may_send_them(casa):
    manager = make_staff(casa, Role.MANAGER)
    sender = browser(manager)
    assert may_send_file(environ(sender))
    assert not may_send_file(environ(browser(make_staff(casa))))
    assert not may_send_file(environ())
    assert not may_send_file(environ(HTTP_COOKIE=""))
    manager.is_active = False
    manager.save()
    assert not may_send_file(environ(sender))


def test_nobody_may_in_the_clear_where_https_is_asked_for(casa, settings):
    sender = browser(make_staff(casa, Role.MANAGER))
    settings.SECURE_SSL_REDIRECT = True
    assert not may_send_file(environ(sender))
