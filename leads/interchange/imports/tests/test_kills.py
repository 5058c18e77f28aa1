"""Imports that are killed at any moment and taken up again: the same leads as without, each once (contract-interchange I8)."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from steerleads.tests.servers import environment, python, scratch_database

pytestmark = [pytest.mark.long]

STATE = """
import json
from leads.models import Lead, LeadEvent, Origin
leads = Lead.objects.order_by("target_info").values_list("target_name", "target_info", "note", "car__make")
print(json.dumps({"leads": [list(lead) for lead in leads], "events": LeadEvent.objects.count(), "origins": Origin.objects.count()}))
"""


def command(path):
    arguments = ["import_leads", str(path), "--dealership", "Casa Motors", "--source", "crm"]
    return [sys.executable, "manage.py", *arguments]


def check_kills(*, rows, kills):
    """Figures of an import of so many rows, killed so many times at moments that chance chooses."""
    chance = random.Random(rows)
    with tempfile.TemporaryDirectory() as folder, scratch_database(folder) as (url, _):
        env = environment(url, folder, {"LOG_LEVEL": "ERROR"})
        path = Path(folder) / "leads.csv"
        body = "".join(f"{n},Client {n},+2126{n:08},Note {n},Honda,Civic\n" for n in range(rows))
        path.write_text("Record ID,Name,Phone,Note,Brand,Model\n" + body)
        began, killed = time.monotonic(), 0
        for n in range(kills):
            killed += kill(path, env, url, chance.uniform(0.2, 0.8) * rows * (n + 1) / kills)
        assert killed == kills
        done = subprocess.run(command(path), cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        seconds = time.monotonic() - began
        state = json.loads(python(STATE, env))
        expected = [[f"Client {n}", f"+2126{n:08}", f"Note {n}", "Honda"] for n in range(rows)]
        assert state == {"leads": expected, "events": rows, "origins": rows}
        assert json.loads(done.stdout)["created"] == rows
        again = subprocess.run(command(path), cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
        assert json.loads(again.stdout) | {"created": 0, "unchanged": rows} == json.loads(again.stdout)
        return f"{rows:,} rows, {killed} kills: each lead once, {rows / seconds:,.0f} rows a second with all starts"


def kill(path, env, url, at):
    """Whether it was killed once so many rows were there."""
    process = subprocess.Popen(
        command(path), cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and leads_in(url) < at:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def leads_in(url):
    """How many there are, asked without Django: it would start for longer than many an import takes."""
    is_sqlite = url.startswith("sqlite")
    database = sqlite3.connect(url.removeprefix("sqlite:///")) if is_sqlite else psycopg.connect(url)
    with closing(database):
        return database.execute("SELECT count(*) FROM leads_lead").fetchone()[0]


def test_kills_lose_nothing_and_make_nothing_twice():
    check_kills(rows=500, kills=1)


@pytest.mark.slow
def test_five_kills_of_fifty_thousand_rows():
    print(check_kills(rows=50_000, kills=5))
