"""Histories of leads quickly: five numbered events for each lead that there is, written by one statement of SQL."""

from django.db import connection
from django.db.models import Count

from leads.models import Feed, Lead
from steerleads.benchmarks.data import take_statistics

EVENTS_A_LEAD = 5
# Created; changed, mostly by staff, within 8 hours; moved; decided, where its status is; moved again.
EVENTS = """
    INSERT INTO leads_leadevent
        (id, dealership_id, lead_id, car_id, kind, at, actor_type, actor_name, changes, sequence)
    WITH steps(step, kind) AS (
        VALUES (1, 'lead.created'), (2, 'lead.changed'), (3, 'lead.moved'), (4, 'lead.changed'), (5, 'lead.moved')
    ), numbered AS (
        SELECT id, dealership_id, car_id, status, {born} AS born, row_number() OVER (ORDER BY created_at, id) AS number
        FROM leads_lead
    ), told AS (
        SELECT numbered.*, step, kind, born + CASE step
            WHEN 1 THEN 0
            WHEN 2 THEN 60 + number * 7919 % 28800
            WHEN 3 THEN 86400
            WHEN 4 THEN 86400 * (2 + number % 20)
            ELSE 86400 * 30 END AS second
        FROM numbered CROSS JOIN steps
    )
    SELECT {new_id}, dealership_id, id, car_id, kind, {at},
        CASE WHEN step = 1 AND number % 10 < 7 OR step = 2 AND number % 7 = 0 OR step = 4 AND number % 5 = 0
            THEN 'api_key' WHEN step = 1 AND number % 10 = 9 THEN 'import' ELSE 'staff' END,
        CASE number % 3 WHEN 0 THEN 'Sara Alami' WHEN 1 THEN 'Nadia Benjelloun' ELSE 'Omar Idrissi' END,
        {json}(CASE WHEN step = 1 THEN '{{"status": {{"from": null, "to": "NEW"}}}}'
            WHEN step = 4 AND status <> 'NEW' THEN '{{"status": {{"from": "NEW", "to": "' || status || '"}}}}'
            ELSE '{{}}' END),
        row_number() OVER (PARTITION BY dealership_id ORDER BY second, number, step)
    FROM told"""
WORDS = {
    "postgresql": {
        "born": "extract(epoch FROM created_at)::bigint",
        "new_id": "gen_random_uuid()",
        "at": "to_timestamp(second)",
        "json": "jsonb",
    },
    "sqlite": {
        "born": "CAST(strftime('%s', created_at) AS INTEGER)",
        "new_id": "lower(hex(randomblob(16)))",
        "at": "strftime('%Y-%m-%d %H:%M:%S', second, 'unixepoch')",
        "json": "",
    },
}


def write_histories():
    """Of all leads of all dealerships, none of which has any yet; all are numbered, and told."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS.format(**WORDS[connection.vendor]))
    counts = Lead.objects.order_by().values_list("dealership").annotate(Count("pk"))
    feeds = [
        Feed(dealership_id=dealership, last=EVENTS_A_LEAD * count, told=EVENTS_A_LEAD * count)
        for dealership, count in counts
    ]
    Feed.objects.bulk_create(feeds)
    take_statistics("leads_leadevent", "leads_feed")
