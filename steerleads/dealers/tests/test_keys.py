"""Contract 8, 9 and 12a: keys and scopes."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import ApiClient, error_of
from steerleads.dealers import keys
from steerleads.dealers.models import ApiKey


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Token {key}", "{key}", "Bearer{key}"])
def test_without_a_bearer_key_it_is_missing(api, header):
    response = api.get("/leads", authorization=header and header.format(key=api.secret))
    assert error_of(response) == (401, "MISSING_API_KEY", None)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("secret", ["", "x", "prod_x", "prod_" + "a" * 43, "dev_{rest}", "{key}x", "é"])
def test_a_key_that_is_not_ours_is_invalid(api, secret):
    secret = secret.format(key=api.secret, rest=api.secret[5:])
    response = api.get("/leads", authorization=f"Bearer {secret}")
    assert error_of(response) == (401, "INVALID_API_KEY", None)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_the_scheme_is_understood_in_any_case(api, scheme):
    assert api.get("/leads", authorization=f"{scheme} {api.secret}").status_code == 200


def test_a_key_in_the_query_is_not_looked_at(api):
    for name in ("api_key", "key", "access_token", "authorization"):
        assert api.get("/leads", query={name: api.secret}, authorization=None).status_code == 401


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_only_the_digest_of_a_key_is_stored(casa, environment):
    key, secret = keys.issue_key(casa, "Website", environment=environment)
    assert secret.startswith(f"{environment}_")
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(row)
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_a_key_is_letters_and_digits_only_and_has_256_random_bits(casa, environment):
    made = [keys.issue_key(casa, "Website", environment=environment)[1] for _ in range(50)]
    assert all(re.fullmatch(rf"{environment}_[A-Za-z0-9]{{43}}", secret) for secret in made)
    assert len(set("".join(secret.partition("_")[2] for secret in made))) == 62 and 62**43 >= 2**256


def test_a_key_of_older_make_stays_valid(api):
    older = "prod_Zk-0_abc" + "-_" * 17 + "x"
    ApiKey.objects.filter(pk=api.key.pk).update(digest=hashlib.sha256(older.encode()).hexdigest())
    assert api.get("/leads", authorization=f"Bearer {older}").status_code == 200


def test_a_fresh_key_has_the_four_scopes(casa):
    key, _ = keys.issue_key(casa, "Website")
    assert key.scopes == ["leads:read", "leads:write", "vehicles:read", "vehicles:write"]


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/leads", "leads:read"),
        ("HEAD", "/leads", "leads:read"),
        ("PATCH", "/leads/x", "leads:write"),
        ("PUT", "/leads", "leads:write"),
        ("GET", "/vehicles", "vehicles:read"),
        ("POST", "/vehicles", "vehicles:write"),
    ],
)
def test_a_call_needs_its_scope(casa, method, path, needed):
    others = [scope for scope in keys.FRESH_KEY_SCOPES if scope != needed]
    response = ApiClient(casa, scopes=others).send(method, path)
    assert response.status_code == 403
    if method != "HEAD":
        assert error_of(response)[1] == "INSUFFICIENT_SCOPE"
        assert needed in response.json()["error"]["message"]


def test_embedding_the_car_needs_no_vehicle_scope(casa, lead):
    assert ApiClient(casa, scopes=["leads:read"]).get("/leads").json()[0]["car"]["make"] == "Honda"


def test_expiry_takes_effect_at_once(api):
    assert api.get("/leads").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(seconds=0.2))
    keys.forget_cached_keys()
    assert api.get("/leads").status_code == 200
    deadline = ApiKey.objects.get().expires_at
    while timezone.now() < deadline:
        pass
    assert error_of(api.get("/leads"))[:2] == (401, "INVALID_API_KEY")


@pytest.fixture
def clock(monkeypatch):
    """Moves the key cache's clock by hand."""
    now = [1000.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: now[0])
    return now


def test_a_revocation_takes_effect_within_five_seconds(api, clock):
    api.get("/leads")
    assert keys.revoke_key(api.key, now=timezone.now())
    clock[0] += 5.01
    assert error_of(api.get("/leads"))[:2] == (401, "INVALID_API_KEY")
    assert not keys.revoke_key(api.key, now=timezone.now())


def test_a_change_of_scopes_takes_effect_within_five_seconds(api, clock):
    api.get("/leads")
    ApiKey.objects.update(scopes=["vehicles:read"])
    clock[0] += 5.01
    assert api.get("/leads").status_code == 403


def test_a_new_key_works_at_once_although_it_was_tried_before(casa, api):
    assert api.get("/leads", authorization="Bearer prod_" + "a" * 43).status_code == 401
    ApiKey.objects.update(digest=hashlib.sha256(("prod_" + "a" * 43).encode()).hexdigest())
    assert api.get("/leads", authorization="Bearer prod_" + "a" * 43).status_code == 200


def test_last_use_is_noted_at_most_once_a_minute(api, django_assert_num_queries):
    api.get("/auth/test")
    noted = ApiKey.objects.get().last_used_at
    assert noted is not None
    with django_assert_num_queries(0):
        api.get("/auth/test")
    assert ApiKey.objects.get().last_used_at == noted


def test_rotation_keeps_the_old_key_for_the_overlap(casa):
    old, _ = keys.issue_key(casa, "CRM", scopes=["leads:read"], hourly_limit=5)
    now = timezone.now()
    new, secret = keys.rotate_key(old, overlap=timedelta(hours=1), now=now)
    old.refresh_from_db()
    assert old.works_at(now + timedelta(minutes=59))
    assert not old.works_at(now + timedelta(minutes=61))
    assert (new.name, new.scopes, new.hourly_limit, new.expires_at) == ("CRM", ["leads:read"], 5, None)
    assert keys.find_key(secret) == new


def test_a_client_can_try_its_key(casa):
    client = ApiClient(casa, scopes=[])
    assert client.get("/auth/test").json() == {
        "success": True,
        "message": "This API key works",
        "dealership": {"id": str(casa.pk), "name": "Casa Motors"},
        "key": {"name": "Website", "environment": "prod", "scopes": [], "expiresAt": None},
    }
