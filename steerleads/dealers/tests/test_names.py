"""What dealerships, keys and people are called: by whichever door it comes, the API's rules judge it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from steerleads.api.errors import ApiError
from steerleads.dealers import staff
from steerleads.dealers.dealerships import change_dealership, make_dealership
from steerleads.dealers.keys import change_key, issue_key, rotate_key
from steerleads.dealers.models import ApiKey, Dealership, Membership, Role, User
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.dealers.tests.test_commands import run

pytestmark = pytest.mark.on_one_database

DEALERSHIP = {"time_zone": "Africa/Casablanca", "language": "fr", "assigning": "manual"}
KEY = {"environment": "prod", "scopes": ["leads:read"], "hourly_limit": "0"}
PERSON = {"email": "new@casa.example", "role": "manager"}
REFUSED = ["a\nb", "Casa\r\n\r\nhttp://evil.example/", "a\x01b", "a\tb", "a\x85b", "\x7f", "x" * 201]


def _post(path, data):
    answer = browser(User.objects.get(is_superuser=True)).post(path, data)
    errors = (
        answer.context["adminform"].form.errors if answer.status_code == 200 and "adminform" in answer.context else {}
    )
    assert answer.status_code in (200, 302)
    if errors:
        raise ApiError(str(errors))


# {door: (what goes through it with a name, where the name then is)}
DOORS = {
    "make_dealership": (lambda name, casa: make_dealership({"name": name, **DEALERSHIP}), (Dealership, "name")),
    "change_dealership": (lambda name, casa: change_dealership(casa, {"name": name}), (Dealership, "name")),
    "the command create_dealership": (lambda name, casa: run("create_dealership", name), (Dealership, "name")),
    "the form of a new dealership": (
        lambda name, casa: _post("/admin/dealers/dealership/add/", {"name": name, **DEALERSHIP}),
        (Dealership, "name"),
    ),
    "the form of a dealership": (
        lambda name, casa: _post(f"/admin/dealers/dealership/{casa.pk}/change/", {"name": name, **DEALERSHIP}),
        (Dealership, "name"),
    ),
    "issue_key": (lambda name, casa: issue_key(casa, name), (ApiKey, "name")),
    "change_key": (lambda name, casa: change_key(issue_key(casa, "Old")[0], {"name": name}), (ApiKey, "name")),
    "the command create_api_key": (
        lambda name, casa: run("create_api_key", str(casa.pk), "--name", name),
        (ApiKey, "name"),
    ),
    "the form of a new key": (
        lambda name, casa: _post("/admin/dealers/apikey/add/", {"name": name, "dealership": casa.pk, **KEY}),
        (ApiKey, "name"),
    ),
    "the form of a key": (
        lambda name, casa: _post(
            f"/admin/dealers/apikey/{issue_key(casa, 'Old')[0].pk}/change/", {"name": name, **KEY}
        ),
        (ApiKey, "name"),
    ),
    "invite": (lambda name, casa: staff.invite("new@casa.example", casa, name=name), (User, "first_name")),
    "the command create_staff": (
        lambda name, casa: run("create_staff", "new@casa.example", "--dealership", str(casa.pk), "--name", name),
        (User, "first_name"),
    ),
    "the form of an invitation": (
        lambda name, casa: _post("/admin/dealers/membership/add/", {"name": name, "dealership": casa.pk, **PERSON}),
        (User, "first_name"),
    ),
}

each_door = pytest.mark.parametrize("door", DOORS)


@pytest.fixture(autouse=True)
def _root(db, settings):
    settings.EMAIL_BACKEND = staff.NO_MAIL
    make_staff(None, None)


@pytest.mark.parametrize(
    ("door", "name"),
    [
        *((door, name) for door in DOORS for name in REFUSED),
        # No form can carry it: see steerleads/serving/readable.py.
        *((door, "\udcff") for door in DOORS if "form" not in door),
    ],
    ids=ascii,
)
def test_a_name_that_is_no_line_is_refused(casa, door, name):
    go, (model, column) = DOORS[door]
    with pytest.raises((ApiError, CommandError)):
        go(name, casa)
    assert name not in model.objects.values_list(column, flat=True)


@each_door
def test_a_name_is_cleaned_as_all_texts_are(casa, door):
    go, (model, column) = DOORS[door]
    go(" Cafe\u0301\u202e\u2067 ", casa)
    assert "Caf\u00e9" in model.objects.values_list(column, flat=True)


@pytest.mark.parametrize(
    "email", ['"\x01"@casa.example', '"a\x7f"@casa.example', "\udcff@casa.example", "a\0@casa.example"]
)
def test_an_address_with_a_control_character_is_none(casa, email):
    """Django's own rule lets some pass, between quotes."""
    with pytest.raises(staff.StaffRefused):
        staff.invite(email, casa)
    with pytest.raises(CommandError, match="No active member"):
        run("reset_two_factor", email)


def test_two_who_take_a_name_at_once_do_not_both_get_it(casa, monkeypatch):
    monkeypatch.setattr(Dealership, "validate_unique", lambda *args, **kwargs: None)
    monkeypatch.setattr(Dealership, "validate_constraints", lambda *args, **kwargs: None)
    with pytest.raises(ApiError, match="already exists"):
        make_dealership({"name": "Casa Motors"})


def test_nobody_is_made_where_the_name_was_refused(casa):
    with pytest.raises(ApiError):
        staff.invite("new@casa.example", casa, role=Role.MANAGER, name="a\x01b")
    assert not Membership.objects.exists()


def test_a_key_whose_name_was_kept_long_ago_can_be_rotated(casa):
    key, _secret = issue_key(casa, "Website")
    ApiKey.objects.update(name="Web\nsite")
    rotate_key(key, overlap=timedelta(0), now=timezone.now())
    assert ApiKey.objects.count() == 2
