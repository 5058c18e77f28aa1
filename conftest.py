"""What every test may use: two dealerships, their keys, and a client that speaks the API."""

import json
import os
from itertools import chain, zip_longest

import pytest
from django.db import connection
from django.test import Client
from whitenoise.middleware import WhiteNoiseMiddleware

from cars.actions import create_car
from leads.actions import create_lead
from steerleads.db.damage import forget_damage
from steerleads.dealers.actors import Actor
from steerleads.dealers.keys import forget_cached_keys, issue_key
from steerleads.dealers.models import Dealership, Role, Scope
from steerleads.dealers.ratelimit import forget_leases
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.operations.health import forget_looks
from steerleads.tests.databases import begin_run, begin_with_a_copy, end_run
from steerleads.tests.openapi_oracle import check_against_schema

pytest_plugins = ["steerleads.tests.browsers"]
TESTER = Actor("command", "test")


def pytest_configure(config):
    """The process that made the run's folder removes it."""
    if begin_run():
        config.add_cleanup(end_run)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    begin_with_a_copy()


@pytest.hookimpl(trylast=True)  # after pytest-django, which would put what empties tables last
def pytest_collection_modifyitems(config, items):
    """Long modules first, or the workers would wait for the last one; every other one without a browser, which needs air.

    So tests that empty tables come before others: rows that a migration wrote are not there any more.
    """
    _run_elsewhere(config, items)
    modules = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    browsers, others = [], []
    for tests in sorted(modules.values(), key=lambda tests: (not _any_marked(tests, "long"), -len(tests))):
        (browsers if _any_marked(tests, "browser") else others).append(tests)
    items[:] = chain.from_iterable(filter(None, chain.from_iterable(zip_longest(browsers, others))))


def _run_elsewhere(config, items):
    """In the short run, what is no matter of the database runs on SQLite only."""
    if config.option.markexpr != "not slow" or connection.vendor == "sqlite":
        return
    for item in items:
        if item.get_closest_marker("on_one_database"):
            item.add_marker(pytest.mark.skip(reason="only on SQLite, unless the slow tests run too"))


def _any_marked(tests, name):
    return any(test.get_closest_marker(name) for test in tests)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """In CI nothing is skipped quietly but what is for the other database ("only on …")."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if "only on" not in reason.lower():
            report.outcome, report.longrepr = "failed", f"skipped in CI: {reason}"
    return report


def pytest_terminal_summary(terminalreporter):
    """The figures that slow tests print."""
    for report in terminalreporter.getreports("passed"):
        if "slow" in report.keywords and report.capstdout:
            terminalreporter.write_line(report.capstdout.strip())


@pytest.fixture(scope="session", autouse=True)
def _static_files_read_once():
    """Each test client makes the middleware anew: to read all static files each time was half of a small test's work."""
    add_files_from_finders, tables = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_known_files(middleware):
        if middleware.static_prefix not in tables:
            add_files_from_finders(middleware)
            tables[middleware.static_prefix] = middleware.files
        middleware.files = tables[middleware.static_prefix]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_known_files)
        yield


@pytest.fixture(autouse=True)
def _plain_http(settings):
    """Tests talk to the application without TLS, as behind a proxy that ends it."""
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def _no_memory_of_earlier_tests():
    forget_cached_keys()
    forget_leases()
    forget_looks()
    forget_damage()


@pytest.fixture
def casa(db):
    """Casa Motors, whose data the tests are about."""
    return Dealership.objects.create(name="Casa Motors", language="fr")


@pytest.fixture
def atlas(db):
    """Atlas Cars, who must see nothing of it."""
    return Dealership.objects.create(name="Atlas Cars", language="ar")


@pytest.fixture
def api(casa):
    """Casa's client, with all scopes and no limit."""
    return ApiClient(casa)


@pytest.fixture
def rival(atlas):
    """Atlas's client, with all scopes and no limit."""
    return ApiClient(atlas)


@pytest.fixture
def manager(casa):
    """The browser of a manager of Casa's."""
    return browser(make_staff(casa, Role.MANAGER))


@pytest.fixture
def salesperson(casa):
    return browser(make_staff(casa))


@pytest.fixture
def root(db):
    """The browser of a superuser who works nowhere."""
    return browser(make_staff(None, None))


@pytest.fixture
def in_english(casa):
    """Pages are read by their English words."""
    Dealership.objects.update(language="en")


@pytest.fixture
def civic(casa):
    return make_car(casa)


@pytest.fixture
def lead(civic):
    return make_lead(civic)


class ApiClient(Client):
    """Sends JSON with a key, and holds every answer against the document at /v1/schema.

    `body` is what to send: a dict as JSON, bytes as they are.
    """

    def __init__(self, dealership, **key):
        super().__init__(headers={"host": "localhost"}, raise_request_exception=False)
        self.key, self.secret = issue_key(dealership, "Website", **{"hourly_limit": 0, "scopes": Scope.values, **key})

    def send(self, method, path, body=None, *, content_type="application/json", query=None, **headers):
        """Header names come as keywords: if_match, idempotency_key, …"""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"authorization": f"Bearer {self.secret}", **headers}
        headers = {name: value for name, value in headers.items() if value is not None}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        # Without a body there is no Content-Type either, as with real clients.
        if body is not None:
            headers["content-type"] = content_type
        path = f"/v1{path}"
        return check_against_schema(self.generic(method, path, data, "", headers=headers, query_params=query))

    def get(self, path, **how):
        return self.send("GET", path, **how)

    def post(self, path, body=None, **how):
        return self.send("POST", path, body, **how)

    def patch(self, path, body=None, **how):
        return self.send("PATCH", path, body, **how)

    def delete(self, path, **how):
        return self.send("DELETE", path, **how)


def make_car(dealership, **fields):
    return create_car(dealership, {"make": "Honda", "model": "Civic", "overview_year": 2021, **fields})


def make_lead(car, actor=TESTER, **fields):
    """A lead of this car, by the model's field names."""
    fields = {"action": "Follow up call", "target_name": "Sara Alami", "target_info": "+212-600-123456", **fields}
    return create_lead(car.dealership, car.pk, fields, actor=actor)


def error_of(response):
    """(status, code, field) of an answer in the error envelope."""
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("field")
