"""What the board asks the server to do: moves, and the same for many leads. The verb's own rules are tested in leads/tests."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import make_car, make_lead
from leads.models import Lead, LeadEvent
from leads.tests.volumes import many_leads
from steerleads.dealers.tests.people import browser

pytestmark = pytest.mark.django_db


def test_a_move_is_saved_and_answers_the_card(api, seller, civic):
    a, b, c = (make_lead(civic, action=name) for name in "ABC")
    answer = seller.move(c, after=a, before=b)
    assert answer.status_code == 200
    assert 'data-version="2"' in answer.json()["cards"][str(c.pk)]
    assert [lead["action"] for lead in api.get("/leads?status=NEW").json()] == ["A", "C", "B"]


def test_a_move_to_another_column_is_one_change(seller, lead):
    assert seller.move(lead, status="COMPLETED", end="top").status_code == 200
    event = LeadEvent.objects.latest("at")
    assert (event.kind, event.actor_name) == ("lead.changed", "Amina Tazi")
    assert event.changes["status"] == {"from": "NEW", "to": "COMPLETED"}


def test_a_card_that_somebody_moved_stays_theirs(seller, boss, lead):
    boss.move(lead, status="COMPLETED")
    answer = seller.move(lead, status="NOT_NEEDED")
    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "Nadia Berrada moved or archived this lead meanwhile.",
    )
    assert Lead.objects.get().status == "COMPLETED"


def test_a_card_whose_text_changed_can_be_moved(api, seller, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "Called"})
    assert seller.move(lead, status="COMPLETED").status_code == 200


def test_a_card_of_another_dealership_is_not_there(seller, atlas):
    theirs = make_lead(make_car(atlas))
    answer = seller.move(theirs, status="COMPLETED")
    assert answer.status_code in (403, 404) and answer.json()["message"] == "This lead is not there any more."
    assert Lead.objects.get().status == "NEW"


@pytest.mark.parametrize(
    "body",
    [
        {"lead": None},
        {"lead": "nonsense"},
        {"lead": ["a"]},
        {"status": "DONE"},
        {"status": ["NEW"]},
        {"status": {"a": 1}},
        {"end": "middle"},
        {"after": "nonsense"},
        {"before": {"a": 1}},
        {"car": "nonsense"},
        {"version": "x"},
        {"version": -1},
        {"version": [1]},
        {"version": 10**12},
    ],
)
def test_an_unreadable_move_moves_nothing(seller, lead, body):
    answer = seller.post("move", **{"lead": lead, "status": "COMPLETED", "version": 1, **body})
    assert answer.status_code == 400 and answer.json()["message"]
    assert Lead.objects.get().version == 1


@pytest.mark.parametrize("call", ["move", "many"])
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"leads": 3}', b'{"leads": "abc"}', b'{"leads": {"a": 1}}']
)
def test_a_body_that_cannot_be_read(seller, call, body):
    answer = seller.client.post(f"/admin/leads/board/{call}/", body, "application/json")
    assert answer.status_code == 400 and answer.json()["message"]


def test_writes_ask_for_the_forms_token(seller, lead):
    seller.client.handler.enforce_csrf_checks = True
    assert seller.move(lead, status="COMPLETED").status_code == 403
    assert Lead.objects.get().status == "NEW"


def test_a_stranger_is_sent_to_the_sign_in(lead):
    assert browser().post("/admin/leads/board/move/", {}, "application/json").url.startswith("/admin/login/")


# --- Many ----------------------------------------------------------------------------------------


def test_many_get_a_tag_a_status_or_are_archived(boss, civic):
    leads = [make_lead(civic) for _ in range(3)]
    for do, value in (("change", {"tag": " Hot ", "status": "COMPLETED"}), ("archive", None)):
        assert len(boss.post("many", leads=leads, do=do, value=value).json()["done"]) == 3
    assert set(Lead.objects.values_list("tag", "status", "archived")) == {("Hot", "COMPLETED", True)}
    assert boss.post("many", leads=leads, do="restore").status_code == 200
    assert set(Lead.objects.values_list("archived")) == {(False,)}


def test_a_salesperson_archives_one_but_not_many(seller, civic):
    one, two = make_lead(civic), make_lead(civic)
    assert seller.post("many", leads=[one, two], do="archive").status_code == 403
    assert not Lead.objects.filter(archived=True).exists()
    assert seller.post("many", leads=[one], do="archive").json()["done"] == [str(one.pk)]


def test_what_is_gone_or_foreign_is_passed_over(boss, lead, atlas):
    theirs = make_lead(make_car(atlas))
    answer = boss.post("many", leads=[lead, theirs], do="archive")
    assert answer.json()["done"] == [str(lead.pk)]
    assert boss.post("many", leads=[theirs], do="archive").status_code == 404
    assert not Lead.objects.get(pk=theirs.pk).archived


@pytest.mark.parametrize(
    "do, value",
    [
        ("change", {"status": "DONE"}),
        ("change", {"status": None}),
        ("change", {"tag": "x" * 101}),
        ("change", {"tag": ["a"]}),
        ("change", {"note": "a"}),
        ("change", {}),
        ("change", "a"),
        ("change", None),
        ("delete", None),
        (None, None),
        (["change"], {"tag": "x"}),
    ],
)
def test_what_many_may_not_become(boss, lead, do, value):
    answer = boss.post("many", leads=[lead], do=do, value=value)
    assert answer.status_code == 400 and answer.json()["message"]
    assert Lead.objects.get().version == 1


def test_how_many_are_too_many(boss, lead):
    assert boss.post("many", leads=[], do="archive").status_code == 400
    assert boss.post("many", leads=[lead] * 501, do="archive").status_code == 400


# --- Bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["move", "many"])
@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""])
def test_a_form_is_no_body_of_a_call(seller, call, content_type):
    """With the look for the token, which reads a form before the call does."""
    seller.client.handler.enforce_csrf_checks = True
    seller.client.get("/admin/leads/board/")
    token = seller.client.cookies["csrftoken"].value
    answer = seller.client.post(
        f"/admin/leads/board/{call}/", b"--x--\r\n", content_type, headers={"x-csrftoken": token}
    )
    assert answer.status_code == 400 and "application/json" in answer.json()["message"]


def test_a_call_that_cannot_be_read_says_which_field(boss, lead):
    answer = boss.post("many", leads=True, do="archive")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("“leads”: This field must be a list of ids")


def test_a_single_lead_that_somebody_moved_is_not_changed_from_what_the_person_saw(seller, boss, lead):
    """A drop in a sorted view: the card lies where the person saw it, and a colleague's move is told."""
    boss.move(lead, status="COMPLETED")
    change = {"leads": [lead], "do": "change", "value": {"status": "NOT_NEEDED"}}
    refused = seller.post("many", **change, version=lead.version)
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "Nadia Berrada moved or archived this lead meanwhile.",
    )
    assert Lead.objects.get().status == "COMPLETED"
    assert seller.post("many", **change, version=lead.version + 1).status_code == 200


def test_500_are_changed_and_undone_in_as_many_statements_as_three(boss, casa, civic):
    ids = [str(lead.pk) for lead in many_leads(civic, 503)]
    few, many = (statements(boss, some) for some in (ids[:3], ids[3:]))
    assert few == many and set(Lead.objects.values_list("status")) == {("NEW",)}


def statements(board, ids):
    counts = []
    with CaptureQueriesContext(connection) as asked:
        answer = board.post("many", leads=ids, do="change", value={"status": "COMPLETED", "tag": "All"}).json()
        counts.append(len(asked))
        assert board.undo(answer).json() == {"done": undone(ids, answer), "left": 0}
        counts.append(len(asked))
    return counts


def undone(ids, answer):
    versions = {way["lead"]: way["version"] + 1 for way in answer["back"]}
    return [{"lead": lead, "version": versions[lead]} for lead in ids]
