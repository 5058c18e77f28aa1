"""Many leads quickly, for tests and measurements: rows as the verbs would have written them, without history."""

import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from cars.actions import create_car
from leads.models import Lead, Status
from steerleads.tests.servers import stopped_server

BATCH = 2000
ACTIONS = ("Follow up call", "Schedule test drive", "Préparer les documents", "إرسال عرض السعر", "Relance WhatsApp")
PEOPLE = ("Sara Alami", "Élodie Martin", "أحمد بن علي", "John Smith", "Youssef El Idrissi", "Nadia Benjelloun")
TAGS = ("Hot Lead", "Test Drive", "Documentation", None)
RARE_TAG, ROWS_A_RARE_TAG = "Zanzibar", 4000


LOAD = """
from steerleads.dealers.models import Dealership
from steerleads.tests.volumes import load_cars, load_leads, repeat_leads
casa = Dealership.objects.get(pk="{casa}")
load_leads(casa, load_cars(casa, 20), {rows})
repeat_leads(casa, {times})
"""


@contextmanager
def server_of_many(rows, times=1):
    """A server of one worker with 32 threads, whose dealership has so many leads of 20 cars, each so many times."""
    with stopped_server(workers=1, threads=32) as server:
        server.python(LOAD.format(casa=server.casa.id, rows=rows, times=times))
        yield server.start()


def memory(pid):
    """Bytes of a process in memory."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def load_cars(dealership, count):
    return [create_car(dealership, {"make": "Dacia", "model": f"Duster {n}"}) for n in range(count)]


def load_leads(dealership, cars, rows):
    """`rows` leads of these cars, their orders 0, 1, 2 … in no order of creation. Every 4,000th has RARE_TAG."""
    now = timezone.now()
    with transaction.atomic():
        for start in range(0, rows, BATCH):
            Lead.objects.bulk_create(
                [_lead(dealership, cars[n % len(cars)], n, rows, now) for n in range(start, min(rows, start + BATCH))]
            )
    _analyse()


def repeat_leads(dealership, times):
    """Leads like those that a dealership has, so that there are `times` as many. The database copies them: 30 a ms."""
    columns = ", ".join(
        connection.ops.quote_name(field.column)
        for field in Lead._meta.concrete_fields
        if not field.primary_key and not field.generated
    )
    new_id = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    owner = Lead._meta.get_field("dealership").get_db_prep_value(dealership.pk, connection)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO leads_lead (id, {columns}) SELECT {new_id}, {columns} FROM leads_lead"
            f" CROSS JOIN ({' UNION ALL '.join(['SELECT 1'] * (times - 1)) or 'SELECT 1 WHERE 1 = 0'}) AS copies"
            " WHERE dealership_id = %s",
            [owner],
        )
    _analyse()


def _analyse():
    with connection.cursor() as cursor:
        # What PostgreSQL's autovacuum does after a minute; SQLite's planner goes without statistics here.
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE leads_lead")


def _lead(dealership, car, number, rows, now):
    lead = Lead(
        dealership=dealership,
        car=car,
        status=Status.values[number % 3],
        action=ACTIONS[number % len(ACTIONS)],
        target_name=f"{PEOPLE[number % len(PEOPLE)]} {number * 7919 % rows}",
        target_info=f"+212-600-{number:06}",
        tag=RARE_TAG if number % ROWS_A_RARE_TAG == 0 else TAGS[number % len(TAGS)],
        note=f"Called {number % 9} times about the financing, prefers Saturday morning. " * (number % 4) or None,
        order=number * 7919 % rows,
        created_at=now - timedelta(seconds=rows - number),
        updated_at=now - timedelta(seconds=rows - number),
    )
    lead.fold()
    return lead
