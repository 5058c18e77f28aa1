"""Erasing a person: what is asked before, and that nothing is left."""

import logging
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from conftest import TESTER, ApiClient, make_car, make_lead
from leads.actions import archive_lead, change_lead
from leads.models import Lead
from leads.privacy.tests.commands import run
from steerleads.db.remains import forget_samples_in_time
from steerleads.tests.servers import wait_until


def test_dry_run_shows_and_deletes_nothing(people):
    out, err = run("erase_person", "Sara Alami", "--dry-run")
    assert out == "1" and str(people["Sara Alami"].pk) in err
    assert Lead.objects.count() == 5


def test_erasure_asks_and_a_pipe_cannot_answer(people, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("yes\n"))
    with pytest.raises(CommandError, match="Add --yes"):
        run("erase_person", "Sara Alami")
    assert Lead.objects.count() == 5


def test_other_leads_that_mention_the_person_are_named_and_kept(people, civic, casa):
    mentions = [
        make_lead(civic, target_name="Karim", target_info="karim@x.ma", **texts)
        for texts in (
            {"note": "Brother of SARA ALAMI."},
            {"note": "call 06 66 77 88 99"},
            {"action": "Write to sara.alami@example.com"},
            {"tag": "Alami, Sara"},
            {"note": "to be replaced: Sara Alami"},
        )
    ]
    change_lead(casa, mentions[4].pk, {"note": "Other"}, actor=TESTER)  # its history still has it
    make_lead(civic, target_name="Karim", note="Sarah Alaminou called 0666")
    make_lead(civic, target_name="Sara Alami", target_info="+212 666-778899")
    out, err = run("erase_person", "Sara Alami", "--yes")
    assert out == "2"
    warned = [line.strip() for line in err.partition("other leads mention")[2].splitlines()[1:] if line.strip()]
    assert sorted(warned) == sorted(str(lead.pk) for lead in [*mentions, people["Sara Alami Idrissi"]])
    assert Lead.objects.filter(pk__in=[lead.pk for lead in mentions]).count() == 5


def test_name_is_found_behind_arabic_prefixes(civic):
    make_lead(civic, target_name="سارة العلمي", target_info="0600112233")
    other = make_lead(civic, target_name="Karim", target_info="k@x.ma", note="اتصل بسارة العلمي")
    assert str(other.pk) in run("erase_person", "ساره العلمي", "--yes")[1]


def test_nothing_personal_is_logged(people, caplog):
    caplog.set_level(logging.DEBUG)
    run("export_person", "Sara Alami")
    run("erase_person", "Sara Alami", "--yes")
    ours = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert "alami" not in str([record.getMessage() for record in ours]).lower()


@pytest.mark.django_db(transaction=True)
def test_after_erasure_no_table_and_no_byte_of_sqlites_file_has_the_person(casa):
    leave_bytes_behind()
    civic, api = make_car(casa), ApiClient(casa)
    body = {"action": "Call Zoubida", "targetName": "Zoubida Qarfaoui", "targetInfo": "0677-889900", "tag": "Zoubida"}
    for number in range(40):
        make_lead(civic, target_name=f"Other {number}", note="x" * (number * 20))
        made = api.post(f"/leads/car/{civic.pk}", {**body, "note": "Zoubida! " * number}, idempotency_key=f"k{number}")
        path = f"/leads/{made.json()['id']}"
        api.patch(path, {"note": f"Zoubida {number} " * 9}, idempotency_key=f"p{number}")
        api.patch(path, {"targetName": "ZOUBIDA QARFAOUI", "targetInfo": "+212 677 88 99 00"})
    assert remains() and file_remains() and (have_samples_taken() or connection.vendor == "sqlite")
    assert run("erase_person", "0677889900", "--yes")[0] == "40"
    assert remains() == [] and file_remains() == set() and samples() == []
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL: few builds of SQLite take samples")
@pytest.mark.parametrize("door", ["purge", "api"])
def test_after_a_deletion_the_planner_has_no_sample_of_the_person(casa, door):
    civic, api = make_car(casa), ApiClient(casa)
    leads = [make_lead(civic, target_name="Zoubida Qarfaoui", note=f"Zoubida {number}") for number in range(40)]
    for lead in leads:
        archive_lead(casa, lead.pk, actor=TESTER)
    assert have_samples_taken()
    if door == "purge":
        run("purge_leads", "--older-than", "0d", "--yes")
    else:
        for lead in leads:
            api.delete(f"/leads/{lead.pk}")
        wait_until(lambda: forget_samples_in_time() or not samples(), 20)  # the server counts changes a second later
    assert samples() == []
    connection.close()


TRACES = ("zoubida", "qarfaoui", "677889900", "677-889900", "677 88 99 00")


def leave_bytes_behind():
    """secure_delete leaves some in about one of six such cases; without it they are sure to be left."""
    if connection.vendor == "sqlite":
        connection.close()
        connection.cursor().execute("PRAGMA secure_delete=OFF")


def remains():
    """(table, trace) for every trace of the person in any column of any table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = str([[as_text(value) for value in row] for row in cursor.fetchall()]).lower()
            found += [(table, trace) for trace in TRACES if trace in text]
    return found


def have_samples_taken():
    if connection.vendor == "postgresql":  # SQLite takes none, and would lose the statistics of its migration
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return samples()


def samples():
    """(column, trace) for every trace of the person in what the planner remembers."""
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename || '.' || attname, concat(most_common_vals, histogram_bounds, most_common_elems)"
            " FROM pg_stats WHERE schemaname = current_schema()"
        )
        return [(column, trace) for column, text in cursor.fetchall() for trace in TRACES if trace in text.lower()]


def file_remains():
    """The traces in the bytes of SQLite's files; on PostgreSQL there is no file to look into."""
    if connection.vendor != "sqlite":
        return set() if not Lead.objects.filter(target_name__startswith="ZOUBIDA").exists() else {"rows"}
    name = settings.DATABASES["default"]["NAME"]
    written = b"".join(open(f"{name}{part}", "rb").read() for part in ("", "-wal")).lower()
    return {trace for trace in TRACES if trace.encode() in written}


def as_text(value):
    return bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
