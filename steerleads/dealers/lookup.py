"""What operators type on a command line: dealerships, keys, scopes, durations. Raises CommandError with what is right."""

import re
from datetime import timedelta

from django.core.management.base import CommandError
from django.utils import timezone
from rest_framework.serializers import ValidationError

from steerleads.api.serializers import INT_MAX, TextField, offer
from steerleads.db.ids import parse_id
from steerleads.db.text import fold, shown
from steerleads.dealers.keys import HINT_LENGTH
from steerleads.dealers.models import ApiKey, Dealership, Membership

UNITS = {"h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=36_500)
LONGEST_NAME = 200
MOST_OFFERED = 10


def find_dealership(typed):
    """The Dealership with this id, or this name in any letter case."""
    typed = clean_text(typed, "The dealership", LONGEST_NAME)
    if dealership_id := parse_id(typed):
        match = Dealership.objects.filter(pk=dealership_id).first()
    else:
        match = Dealership.objects.filter(name=typed).first() or _called(typed)
    if match is None:
        raise CommandError(f"There is no dealership “{shown(typed)}”. {_dealerships_there_are()}")
    return match


def find_api_key(typed):
    """The ApiKey with this id, this beginning (or whole secret), or this name; with its dealership."""
    typed = clean_text(typed, "The API key", LONGEST_NAME)
    keys = list(_keys_like(typed))
    if not keys:
        raise CommandError(f"There is no API key “{_without_secret(typed)}”. `list_api_keys` shows those there are.")
    if len(keys) > 1:
        listed = "\n".join(f"  {key.pk}  {key}, {key.dealership}" for key in keys)
        raise CommandError(f"“{_without_secret(typed)}” could be several API keys. Name one by its id:\n{listed}")
    return keys[0]


def find_member(dealership, typed):
    """The Membership of somebody of this dealership's staff, by e-mail address."""
    email = clean_text(typed, "The person", LONGEST_NAME).lower()
    members = Membership.objects.filter(dealership=dealership, user__is_active=True)
    member = members.filter(user__email=email).first()
    if member is None:
        raise CommandError(f"Nobody with the address “{shown(email)}” works at {dealership}.")
    return member


def clean_text(typed, what, most):
    """A text as the API would take it."""
    try:
        return TextField(max_length=most).run_validation(typed)
    except ValidationError as error:
        raise CommandError(f"{what}: {error.detail[0]}") from None


def duration(typed, *, least=timedelta(0)):
    """The timedelta that `24h`, `90d` or `12w` says. Not minutes: `3m` would be months to half of its readers."""
    match = re.fullmatch(r"([0-9]{1,7}) ?([hdw])", typed.strip().lower())
    if not match:
        raise CommandError(f"“{shown(typed)}” is not a duration. Use hours, days or weeks, like 24h, 90d or 12w.")
    length = timedelta(**{UNITS[match[2]]: int(match[1])})
    if not least <= length <= LONGEST:
        raise CommandError(f"“{shown(typed)}” is too {'short' if length < least else 'long'} here.")
    return length


def whole_number(typed, what):
    if not re.fullmatch(r"[0-9]{1,12}", typed, re.ASCII) or int(typed) > INT_MAX:
        raise CommandError(f"{what}: “{shown(typed)}” is not a whole number from 0 to {INT_MAX}.")
    return int(typed)


def one_of(typed, choices):
    if typed not in choices:
        raise CommandError(f"“{shown(typed)}” is not allowed here. {offer(typed, choices)}")
    return typed


def several_of(typed, choices):
    """The comma-separated ones of `choices`, each once."""
    named = [part.strip() for part in typed.split(",") if part.strip()]
    if not named:
        raise CommandError(f"Name at least one of: {', '.join(choices)}.")
    return list(dict.fromkeys(one_of(part, choices) for part in named))


def _called(name):
    alike = [dealership for dealership in Dealership.objects.all() if fold(dealership.name) == fold(name)]
    if len(alike) > 1:
        listed = "\n".join(f"  {dealership.pk}  {dealership}" for dealership in alike)
        raise CommandError(f"“{shown(name)}” could be several dealerships. Name one by its id:\n{listed}")
    return alike[0] if alike else None


def _dealerships_there_are():
    names = list(Dealership.objects.values_list("name", flat=True)[: MOST_OFFERED + 1])
    if not names:
        return "There are none yet: make one with `create_dealership`."
    return f"There are: {', '.join(names[:MOST_OFFERED])}{', …' if len(names) > MOST_OFFERED else '.'}"


def _keys_like(typed):
    keys = ApiKey.objects.select_related("dealership")
    if key_id := parse_id(typed):
        return keys.filter(pk=key_id)
    if re.match(r"(prod|dev)_", typed):
        # As shown in lists, with or without the ellipsis, or a whole secret: both begin with the hint.
        return keys.filter(hint=typed.rstrip("…")[:HINT_LENGTH])
    named, now = list(keys.filter(name=typed)), timezone.now()
    # A rotated key leaves its name to its successor.
    return [key for key in named if key.works_at(now)] or named if len(named) > 1 else named


def _without_secret(typed):
    return shown(typed, HINT_LENGTH) if re.match(r"(prod|dev)_", typed) else shown(typed)
