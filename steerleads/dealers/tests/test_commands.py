"""The operator's commands for dealerships and keys: the value alone on stdout, words on stderr."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from conftest import ApiClient
from steerleads.dealers import lookup
from steerleads.dealers.keys import find_key, forget_cached_keys, issue_key
from steerleads.dealers.models import ApiKey, Dealership, IdempotencyRecord, StaffSession


def run(name, *arguments, **options):
    """(what it printed on stdout, on stderr)."""
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, **options, stdout=out, stderr=err)
    return out.getvalue().removesuffix("\n"), err.getvalue()


def refusal(name, *arguments, **options):
    with pytest.raises(CommandError) as refused:
        run(name, *arguments, **options)
    assert refused.value.returncode == 1
    return str(refused.value)


# --- Dealerships -------------------------------------------------------------------------------


def test_create_dealership_prints_its_id_alone(db):
    out, err = run("create_dealership", "  Rabat Auto ", "--time-zone", "Europe/Paris", "--language", "ar")
    made = Dealership.objects.get(pk=out)
    assert (made.name, made.time_zone, made.language) == ("Rabat Auto", "Europe/Paris", "ar")
    assert err == "Made the dealership Rabat Auto.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Casa Motors"], "already exists"),
        (["  "], "must not be blank"),
        (["a" * 201], "at most 200"),
        (["bad\udcff"], "U+DCFF"),
        (["Rabat", "--time-zone", "Mars/Olympus"], "not a time zone"),
        (["Rabat", "--language", "de"], "Use one of: fr, ar, en"),
    ],
)
def test_create_dealership_refuses(casa, arguments, words):
    assert words in refusal("create_dealership", *arguments)
    assert Dealership.objects.count() == 1


# --- Keys --------------------------------------------------------------------------------------


def test_create_api_key_prints_a_key_that_works_and_nothing_else(casa):
    out, err = run("create_api_key", str(casa.pk), "--name", "Website")
    key = find_key(out)
    assert (key.dealership, key.name, key.hourly_limit, key.expires_at) == (casa, "Website", 10_000, None)
    assert key.scopes == ["leads:read", "leads:write", "vehicles:read", "vehicles:write"]
    assert out not in err and "Website" in err


def test_create_api_key_takes_every_option(casa):
    options = ["--environment", "dev", "--scopes", "leads:read, vehicles:read,leads:read", "--hourly-limit", "0"]
    out, _ = run("create_api_key", "casa motors", "--name", "Report", *options, "--expires", "90d")
    key = find_key(out)
    assert out.startswith("dev_")
    assert (key.scopes, key.hourly_limit) == (["leads:read", "vehicles:read"], 0)
    assert abs(key.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scopes", "leads:delete"], "“leads:delete” is not allowed here. Use one of: leads:read"),
        (["--scopes", ","], "Name at least one of"),
        (["--environment", "test"], "Use one of: dev, prod"),
        (["--hourly-limit", "many"], "“many” is not a whole number"),
        (["--hourly-limit", "-1"], "not a whole number"),
        (["--hourly-limit", "2147483648"], "not a whole number"),
        (["--expires", "soon"], "Use hours, days or weeks"),
        (["--expires", "0d"], "too short"),
        (["--expires", "9999999d"], "too long"),
        (["--name", " "], "--name: This field must not be blank."),
    ],
)
def test_create_api_key_refuses(casa, options, words):
    assert words in refusal("create_api_key", "Casa Motors", "--name", "Website", *options)
    assert not ApiKey.objects.exists()


def test_unknown_dealership_is_refused_with_those_there_are(casa, atlas):
    assert refusal("create_api_key", "Casablanca", "--name", "x") == (
        "There is no dealership “Casablanca”. There are: Atlas Cars, Casa Motors."
    )


def test_name_that_could_be_two_dealerships_needs_the_id(casa):
    Dealership.objects.create(name="CASA MOTORS")
    assert lookup.find_dealership("Casa Motors") == casa
    with pytest.raises(CommandError, match=f"(?s)could be several.*{casa.pk}"):
        lookup.find_dealership("casa motors")


@pytest.mark.parametrize("named_by", ["id", "hint", "hint…", "secret", "name"])
def test_revoke_finds_the_key_by_whatever_is_known_of_it(casa, named_by):
    key, secret = issue_key(casa, "Website")
    issue_key(casa, "Other")
    known = {"id": str(key.pk), "hint": key.hint, "hint…": f"{key.hint}…", "secret": secret, "name": "Website"}
    out, err = run("revoke_api_key", known[named_by])
    assert (out, err) == (str(key.pk), f"Revoked Website ({key.hint}…) of Casa Motors.\n")
    assert find_key(secret) is None


def test_revoking_twice_says_so_and_keeps_the_first_time(casa):
    key, _ = issue_key(casa, "Website")
    run("revoke_api_key", key.hint)
    first = ApiKey.objects.get().revoked_at
    assert "revoked already" in run("revoke_api_key", key.hint)[1]
    assert ApiKey.objects.get().revoked_at == first


def test_unknown_key_is_refused_without_repeating_it(casa):
    _, secret = issue_key(casa, "Website")
    words = refusal("revoke_api_key", "prod_" + "x" * 43)
    assert words.startswith("There is no API key “prod_xxxxx…”.")
    assert secret[11:] not in refusal("rotate_api_key", secret.replace("prod_", "dev_"))


def test_name_of_two_working_keys_needs_the_id(casa):
    keys = [issue_key(casa, "Website")[0] for _ in range(2)]
    assert all(str(key.pk) in refusal("revoke_api_key", "Website") for key in keys)
    run("revoke_api_key", keys[0].hint)
    assert run("revoke_api_key", "Website")[0] == str(keys[1].pk)


def test_rotate_prints_a_successor_while_the_old_key_works_on(casa):
    _, secret = issue_key(casa, "Website", scopes=["leads:read"], hourly_limit=5)
    out, err = run("rotate_api_key", "Website", "--overlap", "48h")
    successor = find_key(out)
    assert (successor.name, successor.scopes, successor.hourly_limit) == ("Website", ["leads:read"], 5)
    left = find_key(secret).expires_at - timezone.now()
    assert timedelta(hours=47) < left <= timedelta(hours=48)
    assert "works until" in err and out not in err


def test_rotate_without_overlap_ends_the_old_key(casa):
    _, secret = issue_key(casa, "Website")
    run("rotate_api_key", "Website", "--overlap", "0h")
    forget_cached_keys()
    assert find_key(secret) is None


def test_revoked_or_expired_key_is_not_rotated(casa):
    key, _ = issue_key(casa, "Website", expires_at=timezone.now() - timedelta(hours=1))
    assert "revoked or expired" in refusal("rotate_api_key", "Website")
    assert ApiKey.objects.get() == key


def test_list_shows_keys_and_their_state_and_never_a_secret_or_digest(casa, atlas):
    _, secret = issue_key(casa, "Website", scopes=["leads:read"], hourly_limit=0)
    key, _ = issue_key(casa, "Old", expires_at=timezone.now() - timedelta(hours=1))
    issue_key(atlas, "Theirs")
    run("revoke_api_key", "Theirs")
    lines = run("list_api_keys")[0].splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["revoked", "expired", "working"]
    assert len({line.index(word) for line, word in zip(lines, ["name", "Theirs", "Old", "Website"], strict=True)}) == 1
    for output in (lines, run("list_api_keys", "--json")):
        assert secret[:10] in str(output)
        assert secret not in str(output) and "digest" not in str(output) and key.digest not in str(output)


def test_list_as_json_of_one_dealership(casa, atlas):
    key, _ = issue_key(casa, "Website")
    issue_key(atlas, "Theirs")
    (shown,) = json.loads(run("list_api_keys", "--json", "--dealership", "Casa Motors")[0])
    assert (shown["id"], shown["dealership"]["name"], shown["state"]) == (str(key.pk), "Casa Motors", "working")
    assert list(shown) == [
        *("id", "dealership", "name", "environment", "beginsWith", "scopes", "actsFor", "hourlyLimit"),
        *("createdAt", "expiresAt", "lastUsedAt", "revokedAt", "state"),
    ]


# --- Durations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "hours"), [("24h", 24), ("90d", 2160), ("2w", 336), (" 1 D ", 24), ("0h", 0)])
def test_duration_is_read(typed, hours):
    assert lookup.duration(typed) == timedelta(hours=hours)


@pytest.mark.parametrize("typed", ["", "90", "d", "3m", "1.5d", "-1d", "1d2h", "٣d", "12345678d", "9999999w"])
def test_other_durations_are_refused(typed):
    with pytest.raises(CommandError):
        lookup.duration(typed)


# --- Cron --------------------------------------------------------------------------------------


def test_clear_expired_deletes_what_has_run_out_only(casa, civic):
    client, now = ApiClient(casa), timezone.now()
    body = {"action": "Call", "targetName": "Sara", "targetInfo": "0600123456"}
    for key in ("old", "new"):
        client.post(f"/leads/car/{civic.pk}", body, idempotency_key=key)
    IdempotencyRecord.objects.filter(key="old").update(created_at=now - timedelta(hours=25))
    for name, hours in (("old", -1), ("new", 1)):
        StaffSession.objects.create(session_key=name, session_data="", expire_date=now + timedelta(hours=hours))
    assert run("clear_expired") == ("2", "Deleted 1 kept answers, 1 sessions and 0 old audit entries.\n")
    assert (IdempotencyRecord.objects.get().key, StaffSession.objects.get().session_key) == ("new", "new")
