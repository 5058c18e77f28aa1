"""Contract 10: the hourly limit, in one process. `steerleads/tests/test_concurrency.py` has two."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import ApiClient, error_of
from steerleads.dealers import ratelimit
from steerleads.dealers.models import RateWindow


@pytest.fixture
def limited(casa):
    return ApiClient(casa, hourly_limit=3)


def statuses(client, count, **how):
    return [client.get("/leads", **how).status_code for _ in range(count)]


def test_exactly_the_limit_passes(limited):
    assert statuses(limited, 5) == [200, 200, 200, 429, 429]


def test_every_answer_says_what_is_left(limited):
    left = [limited.get("/leads")["RateLimit-Remaining"] for _ in range(4)]
    response = limited.get("/nothing")
    assert left == ["2", "1", "0", "0"]
    assert response["RateLimit-Limit"] == "3"
    assert 3590 < int(response["RateLimit-Reset"]) <= 3600


def test_over_the_limit_it_says_when_to_come_back(limited):
    statuses(limited, 3)
    response = limited.get("/leads")
    assert error_of(response) == (429, "RATE_LIMIT_EXCEEDED", None)
    assert response["Retry-After"] == response["RateLimit-Reset"]


def test_a_key_without_limit_has_no_such_headers(api):
    assert "RateLimit-Limit" not in api.get("/leads")


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/leads/x", 404), ("/leads?limit=0", 400)])
def test_every_request_with_a_valid_key_counts(limited, path, status):
    assert limited.get(path).status_code == status
    assert limited.get("/leads")["RateLimit-Remaining"] == "1"


def test_a_refusal_for_scope_counts_and_comes_before_the_limit(casa):
    client = ApiClient(casa, hourly_limit=2, scopes=["vehicles:read"])
    assert statuses(client, 4) == [403, 403, 403, 403]
    assert client.get("/vehicles").status_code == 429


def test_a_304_does_not_count(limited):
    tag = limited.get("/leads")["ETag"]
    assert statuses(limited, 10, if_none_match=tag) == [304] * 10
    assert statuses(limited, 3) == [200, 200, 429]


def test_a_request_without_valid_key_counts_for_nobody(limited):
    statuses(limited, 5, authorization="Bearer prod_" + "a" * 43)
    assert statuses(limited, 3) == [200] * 3


def test_the_window_is_an_hour_from_the_first_request(limited):
    began = timezone.now()
    hour = timedelta(hours=1)
    passed = [ratelimit.consume(limited.key, now=began + step).passed for step in [timedelta(0)] * 4]
    assert passed == [True, True, True, False]
    assert not ratelimit.consume(limited.key, now=began + hour - timedelta(seconds=1)).passed
    assert ratelimit.consume(limited.key, now=began + hour).passed


def test_a_lease_of_the_last_hour_is_worth_nothing_in_the_next(casa):
    key = ApiClient(casa, hourly_limit=1000).key
    began = timezone.now()
    ratelimit.consume(key, now=began)
    ratelimit.consume(key, now=began + timedelta(hours=2))
    window = RateWindow.objects.get(key=key)
    assert window.began_at == began + timedelta(hours=2)
    assert window.taken == 50


def test_leases_spare_the_database_and_shrink_to_one_near_the_limit(casa, django_assert_max_num_queries):
    key = ApiClient(casa, hourly_limit=1000).key
    taken = []
    for _ in range(1000):
        assert ratelimit.consume(key).passed
        taken.append(RateWindow.objects.get(key=key).taken)
    sizes = [after - before for before, after in zip([0, *taken], taken, strict=False) if after > before]
    assert (sizes[0], sizes[-1], sum(sizes)) == (50, 1, 1000)
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) < 120
    assert not ratelimit.consume(key).passed


def test_a_changed_limit_counts_from_the_same_window(limited):
    statuses(limited, 3)
    limited.key.hourly_limit = 5
    limited.key.save()
    from steerleads.dealers.keys import forget_cached_keys

    forget_cached_keys()
    assert statuses(limited, 3) == [200, 200, 429]
