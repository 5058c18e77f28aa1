"""Files that nobody should have sent: a sentence or the rows that can be read, in bounded memory and time."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.on_one_database

# A file takes a second on an idle machine at most; 200,000 rows three.
SECONDS = 20
MEMORY = 150  # MiB with Python itself; the files take up to 20 of them
MEMORY_OF_WORKBOOKS = 768  # what the process that reads them may have


def check(subtests, *arguments):
    """The most memory in MiB that the program took, and that those which it started did, once all files are judged."""
    command = [sys.executable, "-m", "steerleads.tables.tests.hostile", *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *files, memory = map(json.loads, done.stdout.splitlines())
    for name, found, expected, seconds in files:
        with subtests.test(name):
            assert found == expected
            assert seconds < SECONDS
    return len(files), memory


@pytest.mark.on_one_database
def test_hostile_files_end_in_a_sentence_or_in_rows(subtests):
    count, memory = check(subtests)
    assert count >= 55
    assert max(memory) < MEMORY


@pytest.mark.slow
@pytest.mark.on_one_database
def test_bombs_end_in_a_sentence(subtests):
    _, memory = check(subtests, "slow")
    assert memory[1] < MEMORY_OF_WORKBOOKS
