"""A receiver that takes a few and then asks for a pause, under load: nothing is lost, and no attempt is spent."""

import json
from collections import Counter
from contextlib import ExitStack

import pytest

from leads.outbox.tests.workers import running_worker
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database
from steerleads.tests.servers import wait_until

EVENTS = 300
AT_A_TIME, PAUSE = 60, 3  # so many are taken, then it asks for so many seconds
HAPPEN = """
from cars.models import Car
from leads.actions import create_lead
from leads.webhooks.actions import create_webhook
from steerleads.dealers.actors import Actor
car, actor = Car.objects.get(pk="{car}"), Actor("command", "test")
create_webhook(car.dealership, {{"url": "{url}"}})
person = {{"action": "Call", "target_name": "Sara Alami", "target_info": "+212"}}
for _ in range({events}):
    create_lead(car.dealership, car.pk, person, actor=actor)
"""
FARED = """
import json
from django.db.models import Max
from leads.outbox.models import Delivery
states = list(Delivery.objects.order_by().values_list("state").distinct())
print(json.dumps([states, Delivery.objects.count(), Delivery.objects.aggregate(most=Max("attempts"))["most"]]))
"""


class Busy:
    """Says 429 for PAUSE seconds after every AT_A_TIME that it has taken. `early`: how many came though it had asked."""

    def __init__(self):
        self.taken, self.refused, self.early, self.asked_at = Counter(), 0, 0, None

    def __call__(self, request):
        if self.asked_at is not None and request.began - self.asked_at < PAUSE:
            self.early += 1
            return self._refusal()
        if self.asked_at is None and self.taken and self.taken.total() % AT_A_TIME == 0:
            self.asked_at = request.began
            self.refused += 1
            return self._refusal()
        self.asked_at = None
        self.taken[request.headers["webhook-id"]] += 1
        return Reply(200)

    def _refusal(self):
        return Reply(429, headers={"Retry-After": str(PAUSE)})


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_under_load_all_is_told_once_and_no_pause_is_broken(tmp_path, workers):
    busy = Busy()
    with ExitStack() as stack:
        crm = stack.enter_context(receiver(busy))
        url, seeds = stack.enter_context(scratch_database(tmp_path))
        env = environment(url, tmp_path, {"WEBHOOK_ALLOW": crm.origin})
        for number in range(workers):
            (tmp_path / str(number)).mkdir()
            stack.enter_context(running_worker(env, tmp_path / str(number)))
        python(HAPPEN.format(car=seeds["casa"].car, url=crm.url, events=EVENTS), env)
        wait_until(lambda: len(busy.taken) == EVENTS, 240)
        wait_until(lambda: json.loads(python(FARED, env))[0] == [["delivered"]], 30)
        [_, count, most] = json.loads(python(FARED, env))
    print(f"{EVENTS} events past {busy.refused} pauses with {workers} workers: {busy.early} came too early")
    assert (count, most, busy.early) == (EVENTS, 1, 0)
    assert busy.taken.total() == EVENTS and busy.refused >= EVENTS // AT_A_TIME - 1
