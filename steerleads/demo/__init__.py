"""The dealership that `manage.py demo` shows: cars, leads in three languages, and four months of history."""

import secrets
from datetime import timedelta
from random import Random

from django.db import transaction

from cars.models import Car
from leads.interchange.models import Export
from leads.models import Lead, LeadEvent
from leads.notifications.models import Rule, Trigger
from leads.work.dealing import begin_to_deal
from steerleads.db.text import fold
from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.models import OpeningWeek, SpecialDay
from steerleads.dealers.keys import issue_key, revoke_key
from steerleads.dealers.models import ApiKey, Assigning, Dealership, Environment, Membership, Role, Scope, User
from steerleads.dealers.staff import mail_is_configured
from steerleads.demo import cars, people
from steerleads.demo.months import DAYS, Months
from steerleads.demo.plans import plan
from steerleads.demo.stage import Stage

SEED = 2024
RULES = [
    (Trigger.ASSIGNED, {"to": "assignee"}),
    (Trigger.DUE_SOON, {"to": "assignee", "minutes": 30}),
    (Trigger.OVERDUE, {"to": "assignee, managers"}),
    (Trigger.ANSWER_SOON, {"to": "assignee"}),
    (Trigger.ANSWER_LATE, {"to": "managers"}),
    (Trigger.ANSWER_MISSED, {"channel": "next"}),
]
NAME = "Atlas Auto Casablanca"
TANGIER_NAME = "Détroit Motors Tanger"  # the neighbour, of whom Atlas must see nothing
KEY_NAME = "Demo"
DOMAIN = "atlas-auto.example"
LONG = [["09:00", "12:30"], ["14:00", "19:00"]]
WEEK = {
    **dict.fromkeys(["monday", "tuesday", "wednesday", "thursday"], LONG),
    "friday": [["09:00", "12:00"], ["15:00", "19:00"]],
    "saturday": [["09:30", "17:00"]],
    "sunday": [],
}
STOCKTAKING = 16  # days ago
# What the manager took out: (days ago, where, in which format, by which filters, what part of the leads).
EXPORTS = [
    (34, Export.Door.ADMIN, "xlsx", [], 1),
    (12, Export.Door.BOARD, "hubspot", ["tag"], 0.1),
    (3, Export.Door.ADMIN, "csv", ["status=NEW"], 0.3),
]


@transaction.atomic
def load(*, now):
    """Make what is not there yet; what is there stays as it is."""
    if not Dealership.objects.filter(name=NAME).exists():
        dealership = Dealership.objects.create(name=NAME, language="fr", created_at=now - timedelta(days=DAYS + 60))
        _fill(dealership, people.STAFF, DOMAIN, cars.PLACES, "AA", count=60, leads=400, now=now)
        _deal_in_turn(dealership)
        _notify(dealership)
    if not Dealership.objects.filter(name=TANGIER_NAME).exists():
        dealership = Dealership.objects.create(name=TANGIER_NAME, language="ar")
        staff = people.TANGIER_STAFF
        _fill(dealership, staff, "detroit-motors.example", cars.TANGIER_PLACES, "DM", count=6, leads=25, now=now)


@transaction.atomic
def create_access(*, now):
    """A fresh password for the demo's manager and a fresh API key, both to be shown now and never again."""
    dealership = Dealership.objects.get(name=NAME)
    manager = User.objects.get(email=_address(people.STAFF[0], DOMAIN))
    password = secrets.token_urlsafe(12)
    manager.set_password(password)
    manager.save(update_fields=["password"])
    for key in ApiKey.objects.filter(dealership=dealership, name=KEY_NAME):
        revoke_key(key, now=now)
    _, secret = issue_key(dealership, KEY_NAME, environment=Environment.DEV, scopes=Scope.values)
    return {
        "dealership": dealership,
        "cars": Car.objects.of(dealership).count(),
        "leads": Lead.objects.of(dealership).count(),
        "email": manager.email,
        "password": password,
        "secret": secret,
    }


def _fill(dealership, staff, domain, places, prefix, *, count, leads, now):
    random = Random(SEED)
    hired = [
        _hire(dealership, name, domain, Role.SALESPERSON if number else Role.MANAGER)
        for number, name in enumerate(staff)
    ]
    stock = [
        _car(dealership, random, now, cars.car_fields(random, number, places, prefix, now.year))
        for number in range(1, count + 1)
    ]
    Car.objects.bulk_create(stock)
    _open(dealership, now)
    stage = Stage(dealership)
    Months(stage, stock, staff, random, now).play(leads)
    plan(stage, [(Actor.of_user(each.user), each.pk) for each in hired], random, now)
    stage.write()
    _export(dealership, Actor("staff", " ".join(staff[0])), leads, now)


def _deal_in_turn(dealership):
    """New leads, that is; the last of the staff is away."""
    away = dealership.memberships.order_by("pk").last()
    dealership.memberships.filter(pk=away.pk).update(is_available=False)
    Dealership.objects.filter(pk=dealership.pk).update(assigning=Assigning.ROUND_ROBIN)
    dealership.assigning = Assigning.ROUND_ROBIN
    begin_to_deal(Dealership, dealership, {"assigning"})


def _notify(dealership):
    """A rule of each kind. What goes by mail is off where there is no mail server, which would only fail."""
    last = LeadEvent.objects.of(dealership).order_by("sequence").last().sequence
    for trigger, fields in RULES:
        is_on = fields.get("channel") == "next" or mail_is_configured()
        Rule.objects.create(dealership=dealership, trigger=trigger, after_sequence=last, is_on=is_on, **fields)


def _open(dealership, now):
    """With a break at noon, a longer one on Friday, and a day of stock-taking of late."""
    founded = (now - timedelta(days=DAYS + 60)).date()
    OpeningWeek.objects.create(dealership=dealership, valid_from=founded, week=WEEK)
    closed = (now - timedelta(days=STOCKTAKING)).date()
    SpecialDay.objects.create(dealership=dealership, name="Inventaire", first=closed, last=closed, hours=[])


def _export(dealership, manager, leads, now):
    Export.objects.bulk_create(
        Export(
            dealership=dealership,
            at=now - timedelta(days=days),
            actor_type=manager.type,
            actor_name=manager.name,
            door=door,
            contents=Export.Kind.LEADS,
            format=format,
            filters=filters,
            rows=round(leads * part),
        )
        for days, door, format, filters, part in EXPORTS
    )


def _hire(dealership, name, domain, role):
    first_name, last_name = name
    user = User.objects.create_user(_address(name, domain), is_staff=True, first_name=first_name, last_name=last_name)
    return Membership.objects.create(dealership=dealership, user=user, role=role)


def _address(name, domain):
    return fold(".".join(name)).replace(" ", "") + f"@{domain}"


def _car(dealership, random, now, fields):
    bought = now - timedelta(days=DAYS + random.uniform(2, 40))
    car = Car(dealership=dealership, created_at=bought, updated_at=bought, **fields)
    car.fold()
    status = random.choices(Car.Status.values, [2, 6, 1])[0]
    if status != car.status:
        car.status, car.version = status, 2
        car.updated_at = bought + timedelta(days=random.uniform(1, DAYS))
    return car
