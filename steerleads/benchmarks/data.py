"""Many leads quickly: rows as the verbs would have written them, without history, into either database."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db import connection, transaction

from cars.models import Car
from leads.models import Lead, Status
from steerleads.db.ids import new_id

BATCH = 10_000
# Whole seconds, so that every peer writes the same times without being told how.
SINCE = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
ACTIONS = ("Follow up call", "Schedule test drive", "Préparer les documents", "إرسال عرض السعر", "Relance WhatsApp")
PEOPLE = ("Sara Alami", "Élodie Martin", "أحمد بن علي", "John Smith", "Youssef El Idrissi", "Nadia Benjelloun")
STATUSES = Status.values
TAGS = ("Hot Lead", "Test Drive", "Documentation", None)
NOTE = "Called about the financing, prefers Saturday morning."


def fill(dealership, leads, **how):
    """`insert_leads`, and then what the database does by itself after a minute; the Cars."""
    cars = insert_leads(dealership, leads, **how)
    take_statistics("leads_lead", "cars_car")
    return cars


def insert_leads(
    dealership,
    leads,
    *,
    leads_a_car=20,
    tag_of=lambda number: TAGS[number % len(TAGS)],
    at_of=lambda number: SINCE + timedelta(seconds=number),
):
    """Give it so many leads, `leads_a_car` for each of its new Cars; the Cars.

    `tag_of(number)` is each lead's tag, `at_of(number)` when it was created.
    """
    cars = [
        Car(
            dealership=dealership,
            make="Dacia",
            model=f"Duster {number}",
            overview_year=2018 + number % 7,
            location="Casablanca",
            created_at=SINCE,
            updated_at=SINCE,
        )
        for number in range(-(-leads // leads_a_car))
    ]
    for car in cars:
        car.fold()
    _insert(cars)
    _insert(_leads(dealership, cars, leads, leads_a_car, tag_of, at_of))
    return cars


def take_statistics(*tables):
    """What PostgreSQL's autovacuum does after a minute. SQLite has its statistics from a migration."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")


def _leads(dealership, cars, count, leads_a_car, tag_of, at_of):
    for number in range(count):
        at = at_of(number)
        lead = Lead(
            id=new_id(),
            dealership=dealership,
            car=cars[number // leads_a_car],
            status=STATUSES[number % len(STATUSES)],
            action=ACTIONS[number % len(ACTIONS)],
            target_name=f"{PEOPLE[number % len(PEOPLE)]} {number * 7919 % count}",
            target_info=f"+212-600-{number:06}",
            tag=tag_of(number),
            note=NOTE if number % 2 else None,
            order=number * 7919 % count,
            created_at=at,
            updated_at=at,
        )
        lead.fold()
        yield lead


def _insert(objects):
    """In batches: COPY on PostgreSQL, else many at once."""
    objects = iter(objects)
    while batch := list(islice(objects, BATCH)):
        fields = [field for field in batch[0]._meta.concrete_fields if not field.generated]
        rows = ([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in batch)
        table = connection.ops.quote_name(batch[0]._meta.db_table)
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(fields))
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(rows))
