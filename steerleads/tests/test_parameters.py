"""Contract 22 for every query parameter of every operation, also those to come: how its name and value may be written."""

import re
from uuid import uuid4

import pytest

from conftest import error_of
from steerleads.tests.openapi_oracle import described_operations

pytestmark = pytest.mark.on_one_database

NOBODY = dict.fromkeys(["id", "carId", "deliveryId"], uuid4()) | {"status": "NEW"}


def _query_parameters(operation):
    return [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"]


PATHS = [
    pytest.param(path.format(**NOBODY).removeprefix("/v1"), names, id=path)
    for _, path, operation in described_operations()
    if (names := _query_parameters(operation))
] + [pytest.param("/schema", ["format"], id="/v1/schema")]


def _wrong_ones(response):
    assert error_of(response)[0] == 400
    return [detail["field"] for detail in response.json()["error"]["details"]]


@pytest.mark.parametrize(("path", "names"), PATHS)
def test_brackets_behind_a_known_name_mean_the_name(api, path, names):
    query = "&".join(f"{name}{suffix}=%00" for name, suffix in zip(names, ["[]", "[0]", "[17]", ""] * 5, strict=False))
    assert sorted(_wrong_ones(api.get(f"{path}?{query}"))) == sorted(names)


@pytest.mark.parametrize(
    "sent", ["{name}=%FF", "{name}[0]=a%E9", "x=%C3&{name}=&{name}=%ED%A0%80", "{name}=%EF%BF%BD%FF"]
)
@pytest.mark.parametrize(("path", "names"), PATHS)
def test_bytes_that_are_no_utf8_are_refused_in_known_parameters(api, path, names, sent):
    query = "&".join(sent.format(name=name) for name in names)
    assert sorted(_wrong_ones(api.get(f"{path}?{query}"))) == sorted(names)


def _timeless(answer):
    """What a figure says, whichever second it is asked in."""
    return re.sub(rb'"asOf":"[^"]+"', b"", answer.content)


@pytest.mark.parametrize(("path", "names"), PATHS)
def test_empty_parameters_count_as_absent(api, path, names):
    with_them, without = api.get(f"{path}?{'&'.join(f'{name}=&{name}[]=' for name in names)}"), api.get(path)
    assert (with_them.status_code, _timeless(with_them)) == (without.status_code, _timeless(without))


@pytest.mark.parametrize("raw", ["search=\xe9", "x=1&tag=\xff", "tag=\xed\xa0\x80"])
def test_bytes_that_are_not_even_percent_encoded_are_judged_as_well(api, lead, raw):
    """Some servers pass them on, and Django reads them as Latin-1."""
    refused = api.generic("GET", "/v1/leads", QUERY_STRING=raw, headers={"authorization": f"Bearer {api.secret}"})
    assert error_of(refused)[0] == 400
    utf8 = "search=é".encode().decode("latin-1")
    taken = api.generic("GET", "/v1/leads", QUERY_STRING=utf8, headers={"authorization": f"Bearer {api.secret}"})
    assert taken.status_code == 200
