"""A worker that is killed while it talks to a mail server, and workers that take up what it left."""

import os
import signal
import socket
import tempfile
from pathlib import Path

from leads.notifications.tests.letterboxes import listening
from steerleads.tests.commands import environment, python, spawn
from steerleads.tests.databases import scratch_database

FIVE_MINUTES_PASS = """
from django.apps import apps
from django.utils import timezone
from steerleads.dealers.leased_mails import LEASE
rows = apps.get_model("{model}").objects.all()
[row] = rows
assert row.lease and row.next_at > timezone.now()
rows.update(next_at=row.next_at - LEASE)
"""


def letters_after_a_kill(settings, put, model, workers=1):
    """The letters that come in the end. `put` is a program that makes one row of `model`, which is due."""
    with (
        tempfile.TemporaryDirectory() as folder,
        scratch_database(folder) as (url, _),
        socket.create_server(("127.0.0.1", 0)) as hanging,
        listening(settings) as letterbox,
    ):
        env = environment(url, folder, {"EMAIL_URL": f"smtp://127.0.0.1:{hanging.getsockname()[1]}"})
        python(put, env)
        process = spawn(["deliver"], env, Path(folder) / "deliver.log")
        hanging.settimeout(40)
        plug, _ = hanging.accept()  # which says nothing: dropped, it would be shut
        with plug:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
        python(FIVE_MINUTES_PASS.format(model=model), env)
        env["EMAIL_URL"] = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
        for _ in range(workers):
            process = spawn(["deliver", "--once"], env, Path(folder) / "deliver.log")
            assert process.wait(40) == 0
    return letterbox.letters
