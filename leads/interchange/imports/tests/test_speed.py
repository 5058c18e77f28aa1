"""How fast leads come in, and in how much memory: figures of a process of its own (contract-interchange I8)."""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from steerleads.tests.servers import environment, scratch_database
from steerleads.tests.volumes import memory

pytestmark = [pytest.mark.long]

LEAST = 300  # rows a second on two cores that are idle
MOST_GROWTH = 60  # MiB, from few rows to many


def measure(rows):
    """(rows a second, the most memory in MiB) of an import into an empty dealership, its start included."""
    with tempfile.TemporaryDirectory() as folder, scratch_database(folder) as (url, _):
        env = environment(url, folder, {"LOG_LEVEL": "ERROR"})
        path = Path(folder) / "leads.csv"
        with path.open("w") as file:
            file.write("Record ID,First Name,Last Name,Phone,E-mail,Note,Date,Brand,Model\n")
            file.writelines(
                f"{n},Client,Number {n},06{n:08},c{n}@mail.example,Call again about the car {n},2026-11-20 09:30,Honda,Civic\n"
                for n in range(rows)
            )
        command = [sys.executable, "manage.py", "import_leads", str(path), "--dealership", "Casa Motors"]
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE)
        most = 0  # looked at again and again: what the kernel calls its maximum begins with that of this process
        while process.poll() is None:
            with suppress(OSError, TypeError):  # it ends in this moment
                most = max(most, memory(process.pid))
            time.sleep(0.01)
        seconds = time.monotonic() - began
        assert (process.returncode, json.load(process.stdout)["created"]) == (0, rows)
        return rows / seconds, most / 1024**2


@pytest.mark.slow
def test_many_rows_come_in_fast_and_in_little_memory():
    _speed, few = measure(1_000)
    speed, many = measure(50_000)
    print(f"50,000 rows: {speed:,.0f} a second; {few:.0f} MiB for 1,000 rows, {many:.0f} MiB for 50,000")
    assert speed >= LEAST and many - few < MOST_GROWTH
