"""However slow the receivers of one dealership are, another's do not wait for them."""

import time
from contextlib import ExitStack

import pytest

from conftest import make_car, make_lead
from leads.notifications.actions import create_rule
from leads.notifications.models import Trigger
from leads.notifications.sender import RuleSender
from leads.outbox.actions import send_test
from leads.outbox.sharing import Threads
from leads.outbox.tests.deliveries import subscribe
from leads.outbox.tests.workers import running_worker, working
from leads.webhooks.outbound import WHOLE_SECONDS
from leads.webhooks.sender import WebhookSender
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database
from steerleads.tests.servers import wait_until

MANY, THREADS = 20, 16
WEBHOOKS, RULES = WebhookSender(), RuleSender()
SOON = 1.5  # seconds
# When the last test is committed, by the clock of this machine, is printed.
SUBSCRIBE = """
import time
from leads.webhooks.actions import create_webhook
from leads.outbox.actions import send_test
from steerleads.dealers.models import Dealership
dealership = Dealership.objects.get(pk="{id}")
for number in range({count}):
    send_test(create_webhook(dealership, {{"url": f"{url}/{{number}}"}}))
print(time.monotonic())
"""


# --- Who gets how many ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threads", "wanted", "shares"),
    [
        (16, "a" * 20, {"a": 8}),
        (16, "a" * 20 + "b", {"a": 8, "b": 1}),
        (16, "a" * 20 + "b" * 20 + "cde", {"a": 8, "b": 4, "c": 1, "d": 1, "e": 1}),
        (16, "ab" * 20, {"a": 6, "b": 5}),
        (16, "abcdefghijklmnop", dict.fromkeys("abcdefghijklmnop", 1)),
        (1, "ab", {"a": 1}),
        (2, "aab", {"a": 1, "b": 1}),
        (3, "aaab", {"a": 2, "b": 1}),
    ],
)
def test_the_threads_are_shared(threads, wanted, shares):
    waiting = [(f"{who}{number}", who) for number, who in enumerate(wanted)]
    chosen = Threads(threads).share((WEBHOOKS, False), threads, waiting)
    assert {who: sum(pk[0] == who for pk in chosen) for who in {pk[0] for pk in chosen}} == shares


def test_what_a_dealership_holds_of_one_kind_counts_for_every_other():
    threads = Threads(THREADS)
    threads.count((RULES, False), "a", 2)
    threads.count((WEBHOOKS, True), "a", 6)
    assert threads.share((WEBHOOKS, False), 8, [(1, "a"), (2, "b")]) == [2]
    assert threads.share((RULES, False), 2, [(1, "a"), (2, "b"), (3, "b"), (4, "c")]) == [2, 4]


# --- Slow receivers ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_neighbours_webhook_does_not_wait_for_twenty_slow_ones(casa, atlas, civic, settings):
    with receiver(Reply(silent=True)) as slow, receiver() as neighbour:
        for number in range(MANY):
            subscribe(casa, f"{slow.origin}/{number}", settings)
        subscribe(atlas, neighbour.url, settings)
        make_lead(civic)
        with working() as worker:
            slow.wait_for(THREADS // 2)
            began = time.monotonic()
            make_lead(make_car(atlas))
            neighbour.wait_for(1)
            assert time.monotonic() - began < WHOLE_SECONDS / 2  # the machine may have much else to do
            assert slow.most_in_flight == THREADS // 2
            worker.stop()
            slow.closed.set()


@pytest.mark.django_db(transaction=True)
def test_a_neighbours_mail_does_not_wait_for_twenty_slow_ones(casa, atlas, letterbox):
    letterbox.slow = {"slow@casa.ma": 5}
    for to, dealership, count in (("slow@casa.ma", casa, MANY), ("boss@atlas.ma", atlas, 1)):
        for _ in range(count):
            send_test(create_rule(dealership, {"trigger": Trigger.CREATED, "hours": None, "to": to}))
    with working() as worker:
        wait_until(lambda: letterbox.letters)
        worker.stop()
    assert letterbox.letters[0]["To"] == "boss@atlas.ma"


@pytest.mark.slow
def test_with_several_workers_a_neighbours_first_attempt_comes_within_moments(tmp_path):
    with ExitStack() as stack:
        slow, neighbour = stack.enter_context(receiver(Reply(delay=12))), stack.enter_context(receiver())
        url, seeds = stack.enter_context(scratch_database(tmp_path))
        env = environment(url, tmp_path, {"WEBHOOK_ALLOW": f"{slow.origin},{neighbour.origin}"})
        python(SUBSCRIBE.format(id=seeds["casa"].id, url=slow.origin, count=2 * MANY), env)
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            stack.enter_context(running_worker(env, tmp_path / name))
        slow.wait_for(THREADS, 30)  # half of either
        committed = float(python(SUBSCRIBE.format(id=seeds["atlas"].id, url=neighbour.origin, count=1), env))
        [first] = neighbour.wait_for(1, 10)
        print(f"Beside {2 * MANY} slow webhooks: {first.began - committed:.2f} s until a neighbour's first attempt")
        assert first.began - committed < SOON
        assert slow.most_in_flight == THREADS
        slow.closed.set()
