"""/metrics: who may read it, that it is Prometheus' text, and that its numbers are true."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, change_lead
from leads.feed import number_events
from leads.models import Feed, LeadEvent
from leads.outbox.models import Delivery
from leads.webhooks.models import Webhook
from steerleads.operations import checks, metrics
from steerleads.tests.clients import together
from steerleads.tests.servers import running_server

TOKEN = "5nB-aW4xq_Zt8kRm"
ASKED = {"Authorization": f"Bearer {TOKEN}"}

NAME = r"[a-z][a-z_]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{({NAME}="[A-Za-z0-9_]+")\}})? (\d+(?:\.\d+)?)')


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    metrics.forget_counts()


@pytest.fixture
def prometheus(settings):
    """Has the token."""
    settings.METRICS_TOKEN = TOKEN
    return Client(headers={"host": "localhost", **ASKED})


def parsed(text):
    """{'name{label="value"}': number}. AssertionError if it is not the format, as strictly as ours ever has to be."""
    assert text.endswith("\n") and "\n\n" not in text
    found, types, name = {}, {}, None
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# HELP "):
            name = re.fullmatch(rf"# HELP ({NAME}) [A-Z][^\\]+\.", line)[1]
            kind = re.fullmatch(rf"# TYPE {name} (gauge|counter)", next(lines))[1]
            assert name not in types and name.endswith("_total") == (kind == "counter")
            types[name] = kind
            continue
        sample, labels, number = SAMPLE.fullmatch(line).groups()
        key = f"{sample}{{{labels}}}" if labels else sample
        assert sample == name and key not in found
        found[key] = float(number)
    assert {key.partition("{")[0] for key in found} == set(types)
    return found


def measured(now=None):
    """The numbers without the product's name before them."""
    metrics.forget_counts()
    return {key.removeprefix("steerleads_"): number for key, number in parsed(metrics.metrics_text(now)).items()}


# --- Who may read it ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "authorization", "status"),
    [
        ("GET", f"Bearer {TOKEN}", 200),
        ("HEAD", f"bearer {TOKEN}", 200),
        ("GET", f"BEARER   {TOKEN} ", 200),
        ("POST", f"Bearer {TOKEN}", 405),
        ("DELETE", f"Bearer {TOKEN}", 405),
        ("GET", None, 401),
        ("POST", None, 401),
        ("GET", "", 401),
        ("GET", "Bearer", 401),
        ("GET", TOKEN, 401),
        ("GET", f"Basic {TOKEN}", 401),
        ("GET", f"Bearer {TOKEN}x", 401),
        ("GET", f"Bearer {TOKEN[:-1]}", 401),
        ("GET", f"Bearer {TOKEN.lower()}", 401),
        ("GET", f"Bearer {TOKEN} {TOKEN}", 401),
        ("GET", "Bearer \xe9\x00", 401),
    ],
)
def test_only_who_has_the_token_reads_it(settings, method, authorization, status):
    settings.METRICS_TOKEN = TOKEN
    sent = {} if authorization is None else {"Authorization": authorization}
    response = Client(enforce_csrf_checks=True).generic(method, "/metrics", headers={"host": "localhost", **sent})
    assert response.status_code == status
    assert "no-store" in response["Cache-Control"]
    assert response.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    assert (b"steerleads_" in response.content) == (status == 200 and method == "GET")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", "Bearer ", ""])
def test_without_a_token_there_is_no_such_page(db, settings, method, authorization):
    settings.METRICS_TOKEN = ""
    client = Client(headers={"host": "localhost", "Authorization": authorization}, enforce_csrf_checks=True)
    ours, none = (client.generic(method, path) for path in ("/metrics", "/nothing"))
    assert (ours.status_code, ours.content) == (none.status_code, none.content)
    assert ours.status_code == 404
    assert ours.headers.keys() == none.headers.keys()


def test_it_says_what_it_is(db, prometheus):
    assert prometheus.get("/metrics")["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_503_while_the_database_is_away(prometheus, monkeypatch):
    def fail():
        raise OperationalError("password authentication failed for user steerleads")

    monkeypatch.setattr(connection, "ensure_connection", fail)
    monkeypatch.setattr(connection, "cursor", fail)
    response = prometheus.get("/metrics")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response.json() == {"status": "unavailable", "message": "The database cannot be reached."}


@pytest.mark.parametrize(
    ("token", "found"),
    [("", []), (TOKEN, []), (TOKEN[:-1], ["E004"]), (TOKEN + " x", ["E004"]), (TOKEN + "é", ["E004"])],
)
def test_an_unfit_token_is_an_error_that_does_not_tell_it(settings, token, found):
    settings.METRICS_TOKEN = token
    issues = list(checks.check_metrics_token(None))
    assert [issue.id.removeprefix("steerleads.") for issue in issues] == found
    assert not [issue for issue in issues if token in str(issue)]


# --- What it says ------------------------------------------------------------------------------


def test_of_an_empty_database_everything_is_said_to_be_0(db):
    numbers = measured(timezone.now())
    assert {number for key, number in numbers.items() if not key.startswith("http_requests_total")} == {0}
    assert [key for key in numbers if "{" in key] == [
        *(f'deliveries{{state="{state}"}}' for state in ("pending", "delivered", "dead", "dropped")),
        *(f'leads{{status="{status}"}}' for status in ("NEW", "COMPLETED", "NOT_NEEDED")),
        *(f'http_requests_total{{status="{digit}xx"}}' for digit in (2, 3, 4, 5)),
    ]


def test_leads_of_all_dealerships_are_counted_by_status(casa, atlas, civic):
    for car in (civic, civic, make_car(atlas)):
        lead = make_lead(car)
    change_lead(atlas, lead.pk, {"status": "COMPLETED"}, actor=TESTER)
    archive_lead(casa, make_lead(civic).pk, actor=TESTER)
    numbers = measured(timezone.now())
    assert [numbers[f'leads{{status="{status}"}}'] for status in ("NEW", "COMPLETED", "NOT_NEEDED")] == [2, 1, 0]
    assert numbers["leads_archived"] == 1


def test_an_event_waits_until_it_is_told(casa, civic):
    first, *_ = [make_lead(civic) for _ in range(3)]
    at = LeadEvent.objects.of(casa).get(lead_id=first.pk).at
    for told, waiting in [(None, (3, 90)), (0, (3, 90)), (3, (0, 0))]:
        if told is not None:
            number_events(casa)
            Feed.objects.update(told=told)
        numbers = measured(at + timedelta(seconds=90))
        assert (numbers["events_waiting"], numbers["events_waiting_oldest_seconds"]) == waiting


def test_the_oldest_event_is_looked_for_among_numbered_and_new_ones(casa, atlas, civic):
    make_lead(civic)
    behind = make_lead(civic)
    number_events(casa)
    Feed.objects.update(told=1)
    make_lead(make_car(atlas))
    at = LeadEvent.objects.of(casa).get(lead_id=behind.pk).at
    numbers = measured(at + timedelta(seconds=5))
    assert (numbers["events_waiting"], numbers["events_waiting_oldest_seconds"]) == (2, 5)


def deliver(webhook, state="pending", next_at=None):
    return Delivery.objects.create(
        dealership=webhook.dealership, destination=webhook, kind="lead.created", state=state, next_at=next_at
    )


def test_deliveries_are_counted_by_state(casa, atlas):
    for dealership, states in [(casa, ["delivered", "delivered", "dead", "pending"]), (atlas, ["dead", "dropped"])]:
        webhook = Webhook.objects.create(dealership=dealership, url="https://crm.example/", secret="whsec_")
        for state in states:
            deliver(webhook, state)
    numbers = measured(timezone.now())
    states = ("pending", "delivered", "dead", "dropped")
    assert [numbers[f'deliveries{{state="{state}"}}'] for state in states] == [1, 2, 2, 1]
    assert (numbers["dead_letters"], numbers["deliveries_due"]) == (2, 0)


@pytest.mark.parametrize(("is_on", "due"), [(True, (2, 30)), (False, (0, 0))])
def test_what_is_late_is_due_unless_its_webhook_is_off(casa, is_on, due):
    now = timezone.now()
    webhook = Webhook.objects.create(dealership=casa, url="https://crm.example/", secret="whsec_", is_on=is_on)
    for seconds in (-30, 0, 1):
        deliver(webhook, next_at=now + timedelta(seconds=seconds))
    numbers = measured(now)
    assert (numbers["deliveries_due"], numbers["deliveries_due_oldest_seconds"]) == due


def test_it_names_no_dealership_and_nobody(casa, civic):
    make_lead(civic, target_name="Confidential")
    text = metrics.metrics_text(timezone.now())
    assert not [word for word in ("Casa", str(casa.pk), "Confidential", "Honda", "crm") if word in text]


def statements():
    with CaptureQueriesContext(connection) as context:
        metrics.metrics_text(timezone.now())
    return len(context.captured_queries)


def test_many_rows_take_the_statements_of_none_and_scans_are_kept(casa, civic):
    assert (statements(), statements()) == (6, 4)
    webhook = Webhook.objects.create(dealership=casa, url="https://crm.example/", secret="whsec_")
    for _ in range(20):
        make_lead(civic)
        deliver(webhook, next_at=timezone.now())
    number_events(casa)
    metrics.forget_counts()
    assert (statements(), statements()) == (6, 4)


def test_scans_are_made_anew_after_15_seconds(casa, civic, monkeypatch):
    now = metrics.time.monotonic()
    monkeypatch.setattr(metrics.time, "monotonic", lambda: now)
    statements()
    counts = []
    for later in (14.9, 15):
        monkeypatch.setattr(metrics.time, "monotonic", lambda later=later: now + later)
        counts.append(statements())
    assert counts == [4, 6]


# --- Over processes ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    with running_server(workers=2, env={"METRICS_TOKEN": TOKEN}) as server:
        yield server


def requests_of(server):
    """Answers by class of status. Each asking on a connection of its own, whichever worker gets it."""
    numbers = parsed(server.call("GET", "/metrics", headers=ASKED).body.decode())
    return [int(numbers[f'steerleads_http_requests_total{{status="{digit}xx"}}']) for digit in (2, 3, 4, 5)]


def test_requests_add_up_over_workers(server):
    paths = ["/healthz", "/healthz", "/", "/nothing", "/v1/leads"]
    before = requests_of(server)
    together(*[lambda: [server.call("GET", path) for path in paths * 10]] * 8)
    after = requests_of(server)
    # The first asking counts as well, after it was answered.
    assert [now - then for now, then in zip(after, before, strict=True)] == [161, 80, 160, 0]
    assert [requests_of(server)[0] for _ in range(20)] == [after[0] + n for n in range(1, 21)]


def test_head_has_no_body_and_the_token_stays_out_of_the_log(server):
    answer = server.call("HEAD", "/metrics", headers=ASKED)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == metrics.CONTENT_TYPE
    assert server.call("GET", "/metrics").status == 401
    assert TOKEN not in server.log()
