"""Contract 1 to 7 and 13: paths, methods, media types, and the envelope around every error."""

import codecs
import gzip
import json
import logging
import re

import pytest
from django.db import OperationalError
from django.test import Client

from conftest import error_of, make_lead
from leads import actions
from leads.models import Lead

pytestmark = pytest.mark.on_one_database

BODY = {"action": "Call", "targetName": "Sara", "targetInfo": "+212-600-123456"}


@pytest.mark.parametrize("path", ["/nothing", "", "/", "//", "/leads//", "/leads/a/b/c", "/Leads", "/leads/x/orders"])
def test_unknown_paths_answer_404_in_the_envelope(api, path):
    response = api.get(path)
    assert error_of(response) == (404, "NOT_FOUND", None)
    assert response["Content-Type"] == "application/json"


def test_the_envelope(api):
    assert api.get("/nothing").json().keys() == {"status", "error"}
    assert api.get("/nothing").json()["status"] == "error"
    assert list(api.get("/nothing").json()["error"]) == ["code", "message", "type"]
    error = api.get("/leads?limit=0").json()["error"]
    assert list(error) == ["code", "message", "type", "field", "details"]
    assert [list(detail) for detail in error["details"]] == [["field", "code", "message"]]


def test_one_slash_more_is_served_without_a_redirect(api, lead):
    assert api.get("/leads/").status_code == 200
    response = api.post(f"/leads/car/{lead.car_id}/", BODY)
    assert response.status_code == 201
    assert api.patch(f"/leads/{lead.pk}/order/", {"order": 2}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/leads/{lead}", "GET, PATCH, DELETE, HEAD"),
        ("POST", "/leads", "GET, HEAD"),
        ("DELETE", "/leads", "GET, HEAD"),
        ("GET", "/leads/car/{car}/reorder", "PATCH"),
        ("GET", "/leads/{lead}/order", "PATCH"),
        ("OPTIONS", "/leads", "GET, HEAD"),
        ("TRACE", "/leads", "GET, HEAD"),
        ("FOO", "/leads", "GET, HEAD"),
        ("PUT", "/vehicles/{car}", "GET, PATCH, DELETE, HEAD"),
    ],
)
def test_other_methods_answer_405_with_allow(api, lead, method, path, allowed):
    response = api.send(method, path.format(lead=lead.pk, car=lead.car_id))
    assert error_of(response) == (405, "METHOD_NOT_ALLOWED", None)
    assert set(response["Allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize("path", ["/leads", "/leads/{lead}", "/leads/{lead}/history", "/vehicles", "/auth/test"])
def test_head_works_wherever_get_does(api, lead, path):
    got, asked = (api.send(method, path.format(lead=lead.pk)) for method in ("GET", "HEAD"))
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.get("ETag") == got.get("ETag")


@pytest.mark.parametrize(
    ("spelling", "found"),
    [
        ("{id}", True),
        ("{ID}", True),
        ("{{{id}}}", False),
        ("urn:uuid:{id}", False),
        ("{hex}", False),
        ("{id}%0A", False),
    ],
)
def test_ids_have_one_spelling(api, lead, spelling, found):
    spelled = spelling.format(id=lead.pk, ID=str(lead.pk).upper(), hex=lead.pk.hex)
    response = api.get(f"/leads/{spelled}")
    assert response.status_code == (200 if found else 404)
    if not found:
        assert error_of(response)[1] == "LEAD_NOT_FOUND"
    assert api.get("/leads/car/x").json()["error"]["code"] == "CAR_NOT_FOUND"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=UTF-8", 201),
        ('application/json; charset="utf-8"', 201),
        ("application/json; charset=latin-1", 415),
        ("application/merge-patch+json", 415),
        ("text/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_bodies_are_json(api, civic, content_type, status):
    response = api.post(f"/leads/car/{civic.pk}", BODY, content_type=content_type)
    assert response.status_code == status
    if status == 415:
        assert error_of(response)[1] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, gzip", "deflate, identity", "x"])
def test_a_body_with_a_content_encoding_is_415_and_says_what_is_taken(api, civic, lead, coding):
    for response in (
        api.post(f"/leads/car/{civic.pk}", gzip.compress(json.dumps(BODY).encode()), content_encoding=coding),
        api.patch(f"/leads/{lead.pk}", {"note": "x"}, content_encoding=coding, content_type="text/plain"),
        api.post("/vehicles", b"{", content_encoding=coding),
    ):
        assert error_of(response) == (415, "UNSUPPORTED_MEDIA_TYPE", None)
        assert response["Accept-Encoding"] == "identity"
        assert "Content-Encoding" in response.json()["error"]["message"]


@pytest.mark.parametrize("coding", ["identity", "Identity", "", " identity , identity"])
def test_identity_is_no_encoding(api, civic, coding):
    assert api.post(f"/leads/car/{civic.pk}", BODY, content_encoding=coding).status_code == 201


def test_another_media_type_says_nothing_of_encodings(api, civic):
    assert "Accept-Encoding" not in api.post(f"/leads/car/{civic.pk}", BODY, content_type="text/plain")


def test_a_byte_order_mark_before_a_body_is_passed_over(api, civic, lead):
    sent = codecs.BOM_UTF8 + json.dumps({**BODY, "targetName": "Élodie"}).encode()
    response = api.post(f"/leads/car/{civic.pk}", sent)
    assert (response.status_code, response.json()["targetName"]) == (201, "Élodie")
    assert api.patch(f"/leads/{lead.pk}", codecs.BOM_UTF8 + b'{"note": "x"}').status_code == 200


def test_patch_takes_merge_patch_too(api, lead):
    assert api.patch(f"/leads/{lead.pk}", {"note": "x"}, content_type="application/merge-patch+json").status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "", "image/png;q=0.1"])
def test_accept_never_gives_html_or_406(api, accept):
    response = api.get("/leads", accept=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_cors_is_off(api):
    response = api.get("/leads", origin="https://evil.example")
    assert not [name for name in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"action": NaN}',
        b'{"order": Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"x": {"a": 1, "a": 2}}',
        b'{"action": "\xff"}',
        codecs.BOM_UTF8,
        codecs.BOM_UTF8 * 2 + b"{}",
        b" " + codecs.BOM_UTF8 + b"{}",
        codecs.BOM_UTF16_LE + '{"a": 1}'.encode("utf-16-le"),
        b"{} {}",
        b"{'a': 1}",
        b'{"x": ' + b"[" * 100_000,
        b'{"x": ' + b'{"x":' * 100_000,
    ],
    ids=repr,
)
def test_what_is_not_a_json_object_is_refused(api, civic, body):
    response = api.post(f"/leads/car/{civic.pk}", body)
    assert error_of(response) == (400, "VALIDATION_ERROR", None)
    assert not re.search("utf-8-sig|codec|BOM", response.json()["error"]["message"]), "Python's words"


def test_a_body_over_one_mebibyte_is_too_large(api, civic):
    fits = json.dumps(BODY).encode().ljust(1024 * 1024)
    assert api.post(f"/leads/car/{civic.pk}", fits).status_code == 201
    response = api.post(f"/leads/car/{civic.pk}", fits + b" ")
    assert error_of(response) == (413, "PAYLOAD_TOO_LARGE", None)


@pytest.mark.parametrize(("sent", "kept"), [("abc-123", True), ("x" * 129, False), ("a b", False), ("é", False)])
def test_every_answer_carries_a_request_id(api, sent, kept):
    response = api.get("/nothing", x_request_id=sent)
    assert (response["X-Request-Id"] == sent) is kept
    assert response["X-Request-Id"]


@pytest.mark.parametrize("path", ["/leads", "/nothing", "/leads/x"])
def test_nothing_is_cached_in_between(api, path):
    assert api.get(path)["Cache-Control"] == "private, no-cache"


def test_answers_over_a_kibibyte_are_compressed_if_accepted(api, civic):
    small = api.get("/leads", accept_encoding="gzip")
    for _ in range(5):
        make_lead(civic)
    plain = api.get("/leads")
    packed = api.get("/leads", accept_encoding="br, gzip;q=0.5")
    refused = api.get("/leads", accept_encoding="gzip;q=0")
    assert "Content-Encoding" not in small
    assert "Content-Encoding" not in refused
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == "W/" + plain["ETag"]
    assert api.get("/leads", if_none_match=packed["ETag"]).status_code == 304


@pytest.mark.parametrize("error", [OperationalError("database is locked"), OperationalError("server closed")])
def test_a_database_that_is_away_is_503_with_retry_after(api, lead, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(actions, "change_lead", fail)
    response = api.patch(f"/leads/{lead.pk}", {"note": "x"})
    assert error_of(response) == (503, "SERVICE_UNAVAILABLE", None)
    assert int(response["Retry-After"]) > 0


def test_a_bug_of_ours_is_500_in_the_envelope_and_logged_without_its_text(api, lead, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise KeyError("Sara Alami +212-600-123456")

    monkeypatch.setattr(actions, "change_lead", fail)
    response = api.patch(f"/leads/{lead.pk}", {"note": "x"})
    assert error_of(response) == (500, "INTERNAL_ERROR", None)
    assert b"Sara" not in response.content
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR and "api" in record.name]
    assert "INTERNAL_ERROR" in record.getMessage()


def test_a_refused_host_is_in_the_envelope_too(api):
    response = api.get("/leads", host="evil.example")
    assert error_of(response) == (400, "VALIDATION_ERROR", None)
    assert "does not answer to the name" in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/admin/login/", "/", "/v1/schema", "/v1/leads"])
def test_every_door_refuses_a_host_in_the_same_words(path):
    response = Client(headers={"host": "evil.example"}).get(path)
    assert response.status_code == 400 and response["X-Content-Type-Options"] == "nosniff"
    assert "does not answer to the name" in response.content.decode()


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("evil.example", "evil.example"),
        ("évil\x1b[31m.example", "\\xe9vil\\x1b[31m.example"),
        ("", "testserver"),
        ("x" * 300, "x" * 254 + "…"),
    ],
)
def test_the_log_names_a_refused_host_escaped_and_short_with_the_setting(caplog, host, named):
    Client().get("/v1/leads", HTTP_HOST=host)
    [words] = [record.getMessage() for record in caplog.records if "ALLOWED_HOSTS" in record.getMessage()]
    assert f"“{named}”" in words


def test_without_a_key_unknown_paths_are_401(db):
    response = Client(headers={"host": "localhost"}).get("/v1/nothing")
    assert error_of(response) == (401, "MISSING_API_KEY", None)


# --- The order of judgement (12) ---------------------------------------------------------------


def test_the_order_of_judgement(casa, api, lead, atlas):
    """Each request has the fault of its row and of all rows below it."""
    from conftest import ApiClient, make_car

    foreign = make_lead(make_car(atlas)).pk
    api.patch(f"/leads/{lead.pk}", {"note": "kept"}, idempotency_key="used")
    stale = {"if_match": '"99"'}
    spent = ApiClient(casa, hourly_limit=1)
    spent.get("/auth/test")
    unscoped = ApiClient(casa, hourly_limit=1, scopes=[])
    unscoped.get("/auth/test")
    form = {"content_type": "text/plain"}
    for expected, response in [
        (401, spent.patch("/nothing", b"{", authorization=None, **form)),
        (403, unscoped.patch(f"/leads/{foreign}", b"{", **form)),
        (429, spent.send("PUT", f"/leads/{foreign}", b"{", **form)),
        (405, api.send("PUT", f"/leads/{foreign}", b"{", **form)),
        (415, api.patch(f"/leads/{foreign}", b"{" * 2_000_000, **form)),
        (413, api.patch(f"/leads/{foreign}", b"{" * 2_000_000, idempotency_key="used", **stale)),
        (400, api.patch(f"/leads/{foreign}", b"{", idempotency_key="used", **stale)),
        (422, api.patch(f"/leads/{foreign}", {"note": "x"}, idempotency_key="used", **stale)),
        (404, api.patch("/leads/malformed", {"note": "x"}, **stale)),
        (403, api.patch(f"/leads/{foreign}", {"note": "x"}, **stale)),
        (412, api.patch(f"/leads/{lead.pk}", {"note": "x"}, **stale)),
    ]:
        assert response.status_code == expected, response.content
    assert Lead.objects.get(pk=lead.pk).note == "kept"


def test_no_body_at_all_is_bad_json(api, civic):
    assert error_of(api.post(f"/leads/car/{civic.pk}")) == (400, "VALIDATION_ERROR", None)
