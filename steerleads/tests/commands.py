"""`manage.py` as a process of its own, which sees nothing of this machine's settings."""

import os
import subprocess
import sys

from django.conf import settings

SECONDS = 300  # for a command to end


def environment(database_url, folder, env=None):
    """The environment of a process that is not to see this machine's settings."""
    given = {"DATABASE_URL": database_url, "VAR_DIR": str(folder), "SECURE_SSL_REDIRECT": "0", **(env or {})}
    return {**os.environ, **{name: str(value) for name, value in given.items()}}


def spawn(arguments, env, log_file):
    """`manage.py …` as the first process of a group of its own, writing to `log_file`."""
    with log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def run(arguments, env, *, timeout=SECONDS):
    """`manage.py …` to its end, with returncode, stdout and stderr as text."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def manage(arguments, env, **how):
    answer = run(arguments, env, **how)
    assert answer.returncode == 0, f"manage.py {arguments[0]} failed: {answer.stderr}"
    return answer.stdout.strip()


def python(code, env, **how):
    return manage(["shell", "--no-imports", "--command", code], env, **how)
