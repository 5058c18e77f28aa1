"""What open boards cost a server: each asks every two seconds whether there is news, and mostly there is none."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from conftest import make_lead
from leads.board.columns import PAGE, state, view
from leads.board.filters import Filters
from leads.board.tests.boards import PATH
from leads.models import Lead, Status
from steerleads.tests.clients import sizes
from steerleads.tests.servers import running_server, send

pytestmark = [pytest.mark.long, pytest.mark.on_one_database]

PAUSE = 2  # seconds between two questions of a board, as in live.js
PEOPLE = """
import json
from datetime import timedelta
from django.db.models import F
from django.test import Client
from leads.models import Lead
from steerleads.dealers.models import Dealership
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.volumes import load_cars, load_leads, repeat_leads
casa = Dealership.objects.get(pk="{casa}")
load_leads(casa, load_cars(casa, 20), 150)
repeat_leads(casa, {leads} // 150)
# Their ages in days, which do not change while one looks on.
Lead.objects.of(casa).update(created_at=F("created_at") - timedelta(days=3))
cookies = []
for number in range({boards}):
    client = Client()
    client.force_login(make_staff(casa, email=f"person{{number}}@example.com"))
    cookies.append(client.cookies["sessionid"].value)
print(json.dumps(cookies))
"""


@pytest.mark.parametrize("leads", [3 * PAGE, 15_000])
@pytest.mark.parametrize("form", sizes((3, 2), (20, 10)))
def test_open_boards_cost_little(leads, form):
    boards, questions = form
    with running_server(workers=1) as server:
        cookies = json.loads(server.python(PEOPLE.format(casa=server.casa.id, leads=leads, boards=boards)))
        with ThreadPoolExecutor(boards) as pool:
            opened = list(pool.map(lambda cookie: OpenBoard(server, cookie), cookies))
            for _ in range(2):  # a new process learns much at first
                list(pool.map(OpenBoard.ask, opened))
            before, began = cpu_seconds(server), time.monotonic()
            answers = pool.map(lambda board: board.ask_often(questions, began), opened)
            assert {status for statuses in answers for status in statuses} == {304}
            spent, passed = cpu_seconds(server) - before, time.monotonic() - began
    share = spent / (questions * PAUSE)
    print(
        f"{boards} open boards of {leads:,} leads: {share:.1%} of a core, "
        f"{spent / boards / questions * 1000:.1f} ms of CPU a question"
    )
    assert passed < questions * PAUSE + 1
    assert share < 0.5  # the figure is for reading: this machine may be busy


@pytest.mark.django_db
def test_ages_are_news_once_a_minute_and_all_together(casa, civic):
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)  # from midnight on, days are counted
    for seconds in (0, 7.5, 31):
        lead = make_lead(civic)
        Lead.objects.filter(pk=lead.pk).update(created_at=now - timedelta(minutes=5, seconds=seconds))
    asked = dict.fromkeys(Status.values, PAGE)
    told = [str(state(view(Filters(casa), asked, now=now + timedelta(seconds=passed)))) for passed in range(0, 180, 3)]
    assert len(set(told)) == 3 and len(set(told[:20])) == 1


class OpenBoard:
    """What the page's script asks, on a connection that it keeps."""

    def __init__(self, server, cookie):
        self.connection, self.headers = server.connect(), {"Cookie": f"sessionid={cookie}"}
        self.headers["If-None-Match"] = self._get().headers["etag"]

    def ask(self):
        return self._get().status

    def ask_often(self, times, began):
        """One question every PAUSE, each board at a moment of its own. The statuses."""
        offset, found = id(self) % 199 / 100, []
        for number in range(times):
            time.sleep(max(0, began + offset + number * PAUSE - time.monotonic()))
            found.append(self.ask())
        return found

    def _get(self):
        asked = "&".join(f"{status}={PAGE}" for status in Status.values)
        return send(self.connection, "GET", f"{PATH}state/?{asked}", headers=self.headers)


def cpu_seconds(server):
    """User's and system's CPU time of all the server's processes."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in [server.process.pid, *server.worker_pids()])
