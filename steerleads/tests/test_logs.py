"""What reaches the logs: the request's id and route, and never a key, a contact or a query value."""

import io
import json
import logging
import re

import pytest

from steerleads.logs import JsonFormatter, TextFormatter

pytestmark = pytest.mark.on_one_database

CONTACT = {"targetName": "Confidential Person", "targetInfo": "+212-600-998877"}
LEAD = {"action": "Private action", "note": "Secret note", "tag": "Hidden tag", **CONTACT}


@pytest.fixture(params=[TextFormatter, JsonFormatter])
def logged(request):
    """A function that gives all that was logged so far, at every level, in one of the formats."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def test_line_has_request_id_route_status_and_key_id(api, civic, logged):
    response = api.post(f"/leads/car/{civic.pk}", LEAD, x_request_id="trace-42")
    assert response["X-Request-Id"] == "trace-42"
    for fact in ("trace-42", "POST v1/leads/car/<str:carId> 201", str(api.key.pk), str(civic.pk)):
        assert fact in logged()


def test_no_key_contact_or_query_value_is_logged(api, civic, logged):
    api.post(f"/leads/car/{civic.pk}", LEAD)
    api.get("/leads", query={"search": "Confidential", "api_key": api.secret, "targetName": CONTACT["targetName"]})
    api.get(f"/leads/{api.secret}")
    api.get(f"/{api.secret}/Confidential")
    api.patch(f"/leads/car/{civic.pk}/reorder", {"leadOrders": [{"id": api.secret, "order": "Confidential"}]})
    api.post(f"/leads/car/{civic.pk}", b'{"note": "Secret note" Confidential')
    api.send("GET", "/leads", authorization=f"Bearer {api.secret}x")
    for secret in (api.secret, api.secret[6:30], *LEAD.values(), "Confidential"):
        assert secret not in logged()


def test_error_is_logged_with_its_stack_and_without_its_text(api, civic, logged, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError(f"Failing row contains ({CONTACT['targetInfo']})")

    monkeypatch.setattr("leads.actions.create_lead", fail)
    response = api.post(f"/leads/car/{civic.pk}", LEAD, x_request_id="trace-43")
    assert response.status_code == 500
    assert CONTACT["targetInfo"] not in response.content.decode()
    assert "ValueError" in logged() and "in fail" in logged() and "trace-43" in logged()
    assert CONTACT["targetInfo"] not in logged()


def test_keys_in_other_peoples_messages_lose_their_secret(logged):
    logging.getLogger("somebody").warning("Cannot call with %s", "prod_" + "x" * 43)
    assert "prod_…" in logged() and "xxx" not in logged()


def test_text_lines_begin_with_time_level_logger_and_request():
    line = formatted(TextFormatter)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 INFO steerleads - Hello ms=5", line)


def test_json_lines_are_json():
    for line in (formatted(JsonFormatter), formatted(JsonFormatter, exc_info=(OSError, OSError("x"), None))):
        assert "\n" not in line
        assert json.loads(line)["message"] == "Hello"
        assert json.loads(line)["request_id"] == "-"


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "é", "a\tb", '"quoted"'])
def test_insane_request_id_is_replaced(api, sent):
    given = api.get("/auth/test", x_request_id=sent)["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", given)


def formatted(formatter, **how):
    record = logging.LogRecord("steerleads", logging.INFO, __file__, 1, "Hello", (), how.get("exc_info"))
    record.facts = {"ms": 5}
    return formatter().format(record)
