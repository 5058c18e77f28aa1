"""`manage.py demo`: what its dealership is made of, and that what it prints works."""

import json
import re
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from cars.models import Car
from cars.serializers import WRITABLE as CAR_FIELDS
from cars.serializers import CarBody
from conftest import TESTER, ApiClient
from leads.actions import create_lead
from leads.fields import COLUMNS, WRITABLE
from leads.interchange.models import Export
from leads.models import KINDS_OF_WORK, EventKind, Lead, LeadEvent
from leads.notifications.models import Rule
from leads.outbox.worker import Worker
from leads.serializers import LeadBody
from leads.work.models import Work
from steerleads import demo
from steerleads.api.json import Number
from steerleads.api.serializers import check
from steerleads.dealers.models import ApiKey, Dealership
from steerleads.dealers.staff import NO_MAIL
from steerleads.tests.commands import spawn
from steerleads.tests.databases import scratch_database
from steerleads.tests.servers import Server, wait_until

pytestmark = pytest.mark.long

ARABIC = re.compile(r"[\u0600-\u06ff]")


@pytest.fixture
def auto(db):
    """Atlas Auto Casablanca, as the demo loads it."""
    demo.load(now=timezone.now())
    return Dealership.objects.get(name=demo.NAME)


@pytest.mark.on_one_database
def test_it_is_the_size_of_a_dealership(auto):
    assert Car.objects.of(auto).count() == 60
    assert Lead.objects.of(auto).count() == 400
    assert 1200 < LeadEvent.objects.of(auto).count() < 2500


@pytest.mark.on_one_database
def test_leads_come_in_three_languages(auto):
    leads = Lead.objects.of(auto)
    arabic = [lead for lead in leads if ARABIC.search(lead.action) and ARABIC.search(lead.target_name)]
    english = [
        lead for lead in leads if re.search(r"\b(call|Call|test drive|Send the|Check|sales documents)\b", lead.action)
    ]
    assert len(arabic) > 100 and len(english) > 50
    assert len(leads) - len(arabic) - len(english) > 130


@pytest.mark.on_one_database
def test_leads_are_spread_over_four_months(auto):
    now = timezone.now()
    months = Counter((now - lead.created_at).days // 30 for lead in Lead.objects.of(auto))
    assert set(months) - {4} == {0, 1, 2, 3}
    assert all(months[month] > 60 for month in range(4))


@pytest.mark.on_one_database
def test_every_state_and_actor_is_there(auto):
    leads, events = Lead.objects.of(auto), LeadEvent.objects.of(auto)
    assert min(Counter(leads.values_list("status", flat=True)).values()) > 60
    assert 20 < leads.filter(archived=True).count() < 300
    assert set(events.values_list("kind", flat=True)) == set(EventKind.values) - {"lead.deleted"}
    assert len(set(events.values_list("actor_name", flat=True))) >= 8
    assert len(set(events.exclude(batch=None).values_list("batch", flat=True))) > 20


@pytest.mark.on_one_database
def test_managers_see_that_leads_were_exported(auto):
    exports = Export.objects.of(auto).order_by("-at")
    formats, managers = exports.values_list("format", flat=True), set(exports.values_list("actor_name", flat=True))
    assert list(formats) == ["csv", "hubspot", "xlsx"]
    assert managers == {auto.memberships.get(role="manager").user.get_full_name()}


def test_history_leads_to_what_is(auto):
    now = timezone.now()
    history = {}
    for event in LeadEvent.objects.of(auto).exclude(kind__in=KINDS_OF_WORK).order_by("at", "id"):
        history.setdefault(event.lead_id, []).append(event)
    for lead in Lead.objects.of(auto):
        events = history[lead.pk]
        assert [event.kind == "lead.created" for event in events] == [True] + [False] * (len(events) - 1)
        assert (events[0].at, events[-1].at, len(events)) == (lead.created_at, lead.updated_at, lead.version)
        assert lead.car.created_at < lead.created_at <= lead.updated_at < now
        assert replayed(events) == {name: getattr(lead, COLUMNS[name]) for name in replayed(events)}


def test_ids_rise_with_time(auto):
    created = Lead.objects.of(auto).order_by("pk").values_list("created_at", flat=True)
    happened = LeadEvent.objects.of(auto).order_by("pk").values_list("at", flat=True)
    assert list(created) == sorted(created)
    assert list(happened) == sorted(happened)


def test_every_lead_and_car_is_one_that_the_api_would_take(auto):
    for lead in Lead.objects.of(auto):
        body = {name: getattr(lead, column) for name, column in WRITABLE.items()}
        body["order"] = Number(lead.order)
        assert check(LeadBody, body)[0] == sent(body)
        search_text, lead.search_text = lead.search_text, ""
        lead.fold()
        assert lead.search_text == search_text
    for car in Car.objects.of(auto):
        body = {name: getattr(car, column) for name, column in CAR_FIELDS.items()}
        body |= {name: Number(body[name]) for name in ("overviewYear", "price", "km")}
        assert set(check(CarBody, body)[0]) == set(body)


def test_lists_and_history_answer(auto):
    api = ApiClient(auto)
    assert len(api.get("/vehicles").json()) == 60
    assert len(api.get("/leads", query={"archived": "any"}).json()) == 400
    assert len(api.get("/leads", query={"search": "elodie", "archived": "any"}).json()) > 2
    assert len(api.get("/leads", query={"search": "احمد", "archived": "any"}).json()) > 2
    lead = Lead.objects.of(auto).order_by("-version").first()
    history = [entry["kind"] for entry in api.get(f"/leads/{lead.pk}/history").json()]
    assert len([kind for kind in history if kind not in KINDS_OF_WORK]) == lead.version


def test_open_leads_have_somebody_and_are_due_some_of_them_late(auto):
    api = ApiClient(auto)
    leads = api.get("/leads/status/NEW?include=work").json()
    states = Counter(lead["work"]["state"] for lead in leads)
    assert min(states[state] for state in ("none", "planned", "today", "overdue")) > 3
    names = Counter(lead["work"]["assignee"] and lead["work"]["assignee"]["name"] for lead in leads)
    assert len(names) == 5 and names[None] > 10
    assert {lead["work"]["state"] for lead in api.get("/leads/status/COMPLETED?include=work").json()} == {"none"}


def test_the_history_of_work_leads_to_what_is(auto):
    works = {work.lead_id: work for work in Work.objects.of(auto)}
    for event in LeadEvent.objects.of(auto).filter(kind="lead.due"):
        work = works[event.lead_id]
        assert event.texts["nextStep"]["to"] == work.next_step
        assert event.changes.keys() == {"dueOn" if work.due_on else "dueAt"}


@pytest.mark.on_one_database
def test_it_is_the_same_every_time(db):
    now = timezone.now()
    demo.load(now=now)
    first = [(lead.action, lead.target_info, lead.created_at) for lead in Lead.objects.order_by("pk")]
    for model in (LeadEvent, Work, Lead, Car, Export):
        model.objects.all().delete()
    Dealership.objects.all().delete()
    demo.User.objects.all().delete()
    demo.load(now=now)
    assert [(lead.action, lead.target_info, lead.created_at) for lead in Lead.objects.order_by("pk")] == first


@pytest.mark.on_one_database
def test_it_has_rules_of_work_and_of_first_answers(db, settings):
    """Without a mail server, those that mail are off."""
    settings.EMAIL_BACKEND = NO_MAIL
    demo.load(now=timezone.now())
    assert {rule.trigger: rule.is_on for rule in Rule.objects.all()} == {
        **dict.fromkeys(("assigned", "due_soon", "overdue", "answer_soon", "answer_late"), False),
        "answer_missed": True,
    }


def test_new_leads_go_in_turn_to_whoever_is_there(auto):
    """And what was there before stays as it is."""
    away = auto.memberships.get(is_available=False)
    before = dict(Work.objects.of(auto).values_list("lead", "assignee"))
    car = Car.objects.of(auto).first()
    fields = {"action": "Call", "target_name": "Karim"}
    new = [
        create_lead(auto, car.pk, {**fields, "target_info": f"06990000{number:02}"}, actor=TESTER).pk
        for number in range(12)
    ]
    Worker(clock=timezone.now).drain()
    dealt = dict(Work.objects.of(auto).values_list("lead", "assignee"))
    have = {dealt.pop(lead) for lead in new}
    assert dealt == before and len(have) == auto.memberships.count() - 1 and away.pk not in have


def test_second_run_keeps_the_data_and_renews_the_access(auto):
    before = demo.create_access(now=timezone.now())
    Lead.objects.of(auto).filter(pk=Lead.objects.of(auto).first().pk).update(note="Mine")
    demo.load(now=timezone.now() + timedelta(days=3))
    after = demo.create_access(now=timezone.now())
    assert (Lead.objects.of(auto).count(), Lead.objects.of(auto).filter(note="Mine").count()) == (400, 1)
    assert after["secret"] != before["secret"] and after["password"] != before["password"]
    assert ApiKey.objects.filter(dealership=auto, revoked_at=None).count() == 1


# --- The command, as a process -----------------------------------------------------------------


@pytest.mark.on_one_database
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_what_it_prints_works_when_pasted(tmp_path):
    with scratch_database(tmp_path, migrated=False) as (url, _):
        with demo_running(url, tmp_path) as (server, printed):
            leads, figure = paste(printed)
            assert (len(leads), figure["figure"]) == (3, "response") and figure["asked"]["count"] > 20
            assert sign_in(server, printed) == 302
            assert server.call("GET", "/v1/docs").status == 200
        with demo_running(url, tmp_path) as (server, printed_again):
            assert "60 cars and 400 leads" in printed_again
            assert len(paste(printed_again)[0]) == 3
            assert server.call("GET", "/v1/leads", key=key_in(printed)).status == 401


@contextmanager
def demo_running(url, folder):
    """(the server, what it printed)"""
    server = Server(url, folder=folder)
    del server.env["SECURE_SSL_REDIRECT"]
    output = Path(folder) / f"output{server.port}"
    server.process = spawn(["demo", "--port", server.port], server.env, output)
    try:
        yield server, wait_until(lambda: "Ctrl+C" in output.read_text() and output.read_text(), 60)
        assert server.stop() == 0
    finally:
        with suppress(ProcessLookupError):
            server.clean_up()


def paste(printed):
    """The JSON that each printed curl line answers."""
    lines = [line.strip() for line in printed.splitlines() if line.strip().startswith("curl ")]
    answers = [subprocess.run(line, shell=True, capture_output=True, timeout=30) for line in lines]
    return [json.loads(answer.stdout) for answer in answers]


def key_in(printed):
    return re.search(r"API key +(\S+)", printed)[1]


def sign_in(server, printed):
    """The status after the login form was sent: 302 is a welcome."""
    email, password = re.search(r"(\S+@\S+) +password: (\S+)", printed).groups()
    form = server.call("GET", "/admin/login/")
    token = SimpleCookie(form.headers["set-cookie"])["csrftoken"].value
    body = urlencode({"username": email, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"})
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    return server.call("POST", "/admin/login/", body.encode(), headers=headers).status


def sent(body):
    """As `check` answers: what is null was not sent."""
    return {name: value for name, value in body.items() if value is not None} | {"order": int(body["order"])}


def replayed(events):
    """The fields that events tell of, as they stand after all of them; each begins where the last ended."""
    state = {}
    for event in events:
        for name, change in {**event.changes, **(event.texts or {})}.items():
            if name in ("targetName", "targetInfo"):
                continue
            assert state.get(name) == change["from"]
            state[name] = change["to"]
    return state
