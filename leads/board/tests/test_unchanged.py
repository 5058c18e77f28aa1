"""A board that asks is told “nothing new” at little cost, and never when something that it shows is another.

Each door by which leads and cars are written is gone through once, and the next answer is not a 304.
"""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from cars.actions import change_car
from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, change_lead
from leads.board import changes
from leads.feed import number_events
from leads.interchange.imports import leases
from leads.interchange.imports.models import Import, ImportState
from leads.interchange.imports.running import work_on_all
from leads.models import Lead
from steerleads.dealers.models import Dealership

pytestmark = pytest.mark.django_db


class Scene:
    """A board with leads `a` and `b`, an archived one, and whoever may write."""

    def __init__(self, api, seller, boss, civic, folder):
        self.api, self.seller, self.boss, self.civic, self.folder = api, seller, boss, civic, folder
        self.a, self.b = make_lead(civic, action="A", order=1), make_lead(civic, action="B", order=2)
        archived = make_lead(civic, action="C")
        self.archived = archive_lead(civic.dealership, archived.pk, actor=TESTER)

    def patch(self, **body):
        return self.api.patch(f"/leads/{self.a.pk}", body)

    def file(self, text):
        path = self.folder / "file.csv"
        path.write_text(text)
        return str(path)

    def archive_a(self):
        self.done = self.seller.post("many", leads=[self.a], do="archive").json()

    def claim_a(self):
        self.done = self.seller.post("claim", lead=self.a).json()

    def import_leads(self):
        text = "Nom,GSM,Lead ID,Marque,Modèle,Note\nSalma,0661000000,1,Honda,Civic,new\n"
        call_command("import_leads", self.file(text), dealership="Casa Motors")

    def undo_import(self):
        run = Import.objects.get()
        leases.start(run, ImportState.UNDOING)
        work_on_all()

    def erase(self):
        call_command("erase_person", "Sara Alami", "--yes", dealership="Casa Motors")

    def archive_old(self):
        Lead.objects.update(updated_at=timezone.now() - timedelta(days=99))
        call_command("archive_leads", "--older-than", "90d", "--status", "NEW")

    def reorder(self):
        orders = {"leadOrders": [{"id": str(self.a.pk), "order": 3}]}
        return self.api.patch(f"/leads/car/{self.civic.pk}/reorder", orders)

    def import_cars(self):
        self.civic = change_car(self.civic.dealership, self.civic.pk, {"stock_number": "S-1"})
        path = self.file("stock;make;model;location\nS-1;Honda;Civic;Fès\n")
        call_command("import_cars", path, dealership="Casa Motors")

    def change_car_in_admin(self):
        shown = {"make": "Honda", "model": "Civic", "overview_year": 2021, "status": "LOADING"}
        typed = {**shown, "model": "Jazz", **{f"initial-{name}": value for name, value in shown.items()}}
        return self.boss.client.post(f"/admin/cars/car/{self.civic.pk}/change/", typed)


WRITES = {
    # door: (what was done before the board was asked, what is done then)
    "created": (None, lambda scene: scene.api.post(f"/leads/car/{scene.civic.pk}", LEAD)),
    **{
        f"{name} changed": (None, partial(Scene.patch, **{name: value}))
        for name, value in {
            "status": "COMPLETED",
            "action": "Z",
            "targetName": "Z",
            "targetInfo": "z@mail.ma",
            "tag": "Z",
            "note": "Z",
            "order": 9,
        }.items()
    },
    "ordered": (None, lambda scene: scene.api.patch(f"/leads/{scene.a.pk}/order", {"order": 7})),
    "reordered": (None, Scene.reorder),
    "archived": (None, lambda scene: scene.api.post(f"/leads/{scene.a.pk}/archive")),
    "restored": (None, lambda scene: scene.api.post(f"/leads/{scene.archived.pk}/restore")),
    "deleted": (None, lambda scene: scene.api.delete(f"/leads/{scene.a.pk}")),
    "moved": (None, lambda scene: scene.seller.move(scene.b, before=scene.a)),
    "many archived": (None, lambda scene: scene.boss.post("many", leads=[scene.a, scene.b], do="archive")),
    "many changed": (
        None,
        lambda scene: scene.boss.post("many", leads=[scene.a, scene.b], do="change", value={"tag": "x"}),
    ),
    "undone": (Scene.archive_a, lambda scene: scene.seller.undo(scene.done)),
    "saved in the panel": (None, lambda scene: scene.seller.save(scene.a, note="Z")),
    "added in the panel": (None, lambda scene: scene.seller.add(car=str(scene.civic.pk))),
    "claimed": (None, lambda scene: scene.seller.post("claim", lead=scene.a)),
    "contacted": (None, lambda scene: scene.seller.post("contact", lead=scene.a, via="call", outcome="reached")),
    "planned in the panel": (
        None,
        lambda scene: scene.boss.save(scene.a, due_day="2026-01-01", **{"initial-due_day": ""}),
    ),
    "work undone": (Scene.claim_a, lambda scene: scene.seller.undo(scene.done)),
    "a car changed": (None, lambda scene: scene.api.patch(f"/vehicles/{scene.civic.pk}", {"location": "Fès"})),
    "a car changed in the admin": (None, Scene.change_car_in_admin),
    "cars imported": (None, Scene.import_cars),
    "imported": (None, Scene.import_leads),
    "an import undone": (Scene.import_leads, Scene.undo_import),
    "a person erased": (None, Scene.erase),
    "old ones archived": (None, Scene.archive_old),
}
LEAD = {"action": "Call", "targetName": "Sara", "targetInfo": "+212"}


@pytest.fixture
def scene(api, seller, boss, civic, tmp_path):
    return Scene(api, seller, boss, civic, tmp_path)


@pytest.mark.parametrize("numbered", [True, False], ids=["told", "waiting"])
@pytest.mark.parametrize("door", WRITES)
def test_every_write_is_news(scene, casa, door, numbered):
    before, write = WRITES[door]
    if before:
        before(scene)
    if numbered:
        number_events(casa)
    shown = scene.seller.state()
    write(scene)
    fresh = scene.seller.state(if_none_match=shown["ETag"])
    assert fresh.status_code == 200 and fresh.content != shown.content
    # Also for who was told of a moment that no body of the same was told of.
    assert moment(fresh) != moment(shown)


def moment(answer):
    return answer["ETag"].partition(".")[0]


def test_an_open_page_that_asks_first_is_told_nothing(seller, lead):
    page = seller.page()
    tag = page.split('data-tag="')[1].split('"')[0].replace("&quot;", '"')
    asked = "NEW=50&COMPLETED=50&NOT_NEEDED=50"
    assert seller.state(asked, if_none_match=tag).status_code == 304
    assert seller.state("NEW=100", if_none_match=tag).status_code == 304  # shows the same
    archive_lead(lead.dealership, lead.pk, actor=TESTER)
    assert seller.state(asked, if_none_match=tag).status_code == 200


def test_what_shows_nothing_new_is_a_304_of_a_new_moment(casa, seller, lead, archived):
    shown = seller.state()
    for write in (lambda: number_events(casa), lambda: note(archived), lambda: change_car(casa, lead.car_id, {})):
        write()
        again = seller.state(if_none_match=shown["ETag"])
        assert again.status_code == 304 and moment(again) != moment(shown)
        shown = again


@pytest.fixture
def archived(lead):
    other = make_lead(lead.car)
    return archive_lead(other.dealership, other.pk, actor=TESTER)


def note(lead, text="Z"):
    change_lead(lead.dealership, lead.pk, {"note": text}, actor=TESTER)


def test_the_moment_is_a_minute_of_the_days_and_the_words_that_are_shown(casa, seller, lead, monkeypatch):
    moments = {moment(seller.state())}
    Dealership.objects.filter(pk=casa.pk).update(time_zone="Asia/Tokyo")
    moments.add(moment(seller.state()))
    Dealership.objects.filter(pk=casa.pk).update(language="ar")
    moments.add(moment(seller.state()))
    later = timezone.now() + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    moments.add(moment(seller.state()))
    assert len(moments) == 4


def test_what_filters_is_part_of_the_moment(casa, seller, lead):
    car = make_car(casa, model="Jazz")
    queries = [
        "",
        f"car={car.pk}",
        "tag=x",
        "q=x",
        "NEW=60",
        "COMPLETED=60",
        "assignee=me",
        "assignee=none",
        "due=today",
    ]
    assert len({moment(seller.state(query)) for query in queries}) == len(queries)


def test_an_age_that_grows_is_news(seller, lead, monkeypatch):
    shown = seller.state()
    later = timezone.now() + timedelta(minutes=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert seller.state(if_none_match=shown["ETag"]).status_code == 200


def test_too_many_events_that_wait_have_no_moment_and_hide_no_news(seller, lead, monkeypatch):
    monkeypatch.setattr(changes, "MOST_WAITING", 0)
    shown = seller.state()
    assert seller.state(if_none_match=shown["ETag"]).status_code == 304
    note(lead)
    assert seller.state(if_none_match=shown["ETag"]).status_code == 200


@pytest.mark.parametrize("sent", ['"x"', "*", '"."', '"None."', "None.", 'W/"None.x"', '""'])
def test_tags_that_nobody_was_given(seller, lead, sent):
    assert seller.state(if_none_match=sent).status_code == (304 if sent == "*" else 200)


# --- Rivals ----------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL: on SQLite one writes at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("numbered", [True, False], ids=["told", "waiting"])
@pytest.mark.parametrize("late", ["lead", "car"])
def test_what_began_earlier_and_is_committed_later_is_news(casa, seller, civic, late, numbered):
    mine, theirs = make_lead(civic), make_lead(make_car(casa, model="Jazz"))
    late_write = {
        "lead": lambda: note(mine),
        "car": lambda: change_car(casa, civic.pk, {"location": "Fès"}),
    }[late]
    with late_commit(late_write) as commit:
        note(theirs)
        if numbered:
            number_events(casa)
        shown = seller.state()
        assert seller.state(if_none_match=shown["ETag"]).status_code == 304
        commit()
    assert seller.state(if_none_match=shown["ETag"]).status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL: on SQLite one writes at a time")
@pytest.mark.django_db(transaction=True)
def test_the_first_two_changes_of_cars_have_a_mark_each(casa, seller, civic):
    """Both find no row: who makes it second must not take the first one's mark."""
    other = make_lead(make_car(casa, model="Jazz")).car
    make_lead(civic)
    with late_commit(lambda: change_car(casa, civic.pk, {"location": "Fès"})) as commit:
        second = threading.Thread(target=in_thread, args=[lambda: change_car(casa, other.pk, {"location": "Fès"})])
        second.start()
        second.join(0.3)
        assert second.is_alive()
        commit()
        second.join()
    marks = {str(changes.state_of(casa))}
    change_car(casa, other.pk, {"location": "Rabat"})
    assert len(marks | {str(changes.state_of(casa))}) == 2


class late_commit:
    """`write` done in a transaction of another connection, which `commit()` ends."""

    def __init__(self, write):
        self.write, self.written, self.go = write, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=in_thread, args=[self._run])

    def _run(self):
        with transaction.atomic():
            self.write()
            self.written.set()
            assert self.go.wait(20)

    def __enter__(self):
        self.thread.start()
        assert self.written.wait(20)
        return self._commit

    def _commit(self):
        self.go.set()
        self.thread.join()

    def __exit__(self, *error):
        self._commit()


def in_thread(act):
    try:
        act()
    finally:
        connection.close()
