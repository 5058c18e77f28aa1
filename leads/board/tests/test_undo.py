"""What each write of the board answers for Undo, and that it is taken back unless somebody else was there since."""

import pytest

from conftest import make_car, make_lead
from leads.board.tests.boards import Board
from leads.bulk import change_leads
from leads.models import Lead, LeadEvent
from steerleads.dealers.tests.people import make_staff

pytestmark = pytest.mark.django_db

TEXTS = {"action": "Called", "target_name": "Omar", "target_info": "0611", "tag": "Hot", "note": "Two\nlines"}
STORED = ("status", "action", "target_name", "target_info", "tag", "note", "archived")


def facts(lead):
    return Lead.objects.values_list(*STORED).get(pk=lead.pk)


DOORS = {
    "the panel": lambda board, lead: board.save(lead, **TEXTS, status="COMPLETED"),
    "a status": lambda board, lead: board.post("many", leads=[lead], do="change", value={"status": "NOT_NEEDED"}),
    "a status and a tag": lambda board, lead: board.post(
        "many", leads=[lead], do="change", value={"status": "COMPLETED", "tag": "Hot"}
    ),
    "archive": lambda board, lead: board.post("many", leads=[lead], do="archive"),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_was_done_is_taken_back(seller, lead, door):
    before = facts(lead)
    answer = DOORS[door](seller, lead).json()
    assert facts(lead) != before
    undone = seller.undo(answer)
    assert undone.status_code == 200 and undone.json()["left"] == 0
    assert undone.json()["done"] == [{"lead": str(lead.pk), "version": 3}]
    assert facts(lead) == before
    assert LeadEvent.objects.filter(lead_id=lead.pk, actor_name="Amina Tazi").count() == 2


def test_a_restored_lead_is_archived_again(seller, lead):
    seller.post("many", leads=[lead], do="archive")
    seller.undo(seller.post("many", leads=[lead], do="restore").json())
    assert Lead.objects.get().archived


def test_a_new_lead_goes_to_the_archive(seller, civic):
    answer = seller.add(car=civic.pk, note="Typed with care").json()
    assert seller.undo(answer).status_code == 200
    assert Lead.objects.values_list("note", "archived").get() == ("Typed with care", True)


def test_what_changed_nothing_has_no_way_back(seller, lead):
    assert seller.save(lead).json()["back"] == []
    assert seller.post("many", leads=[lead], do="restore").json()["back"] == []


COLLEAGUES = {
    "a note": lambda board, lead: board.save(lead, note="Theirs"),
    "a move": lambda board, lead: board.move(lead, status="NOT_NEEDED"),
    "archive": lambda board, lead: board.post("many", leads=[lead], do="archive"),
}


@pytest.mark.parametrize("change", COLLEAGUES)
def test_what_a_colleague_did_since_is_not_written_over(seller, boss, lead, change):
    answer = seller.save(lead, tag="Hot").json()
    assert COLLEAGUES[change](boss, Lead.objects.get()).status_code == 200
    now = facts(lead)
    refused = seller.undo(answer)
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "Nadia Berrada changed this lead meanwhile, so it stays as it is now.",
    )
    assert facts(lead) == now


def test_of_many_only_those_that_nobody_changed_since(boss, seller, civic):
    leads = [make_lead(civic, action=action) for action in "ABC"]
    answer = boss.post("many", leads=leads, do="change", value={"status": "COMPLETED"}).json()
    seller.save(Lead.objects.get(action="B"), note="Mine")
    undone = boss.undo(answer).json()
    assert (len(undone["done"]), undone["left"]) == (2, 1)
    assert list(Lead.objects.order_by("action").values_list("status", flat=True)) == ["NEW", "COMPLETED", "NEW"]


def test_making_room_for_another_is_no_change(seller, boss, civic):
    a, b, lead, d = (make_lead(civic, action=action) for action in "ABCD")  # all of order 0
    answer = seller.save(lead, tag="Hot").json()
    for other in (d, a, b):
        boss.move(other, before=lead)
    assert Lead.objects.get(pk=lead.pk).version > answer["version"]
    assert seller.undo(answer).status_code == 200


def test_ones_own_later_writes_are_no_colleagues(seller, lead):
    first = seller.save(lead, tag="Hot").json()
    second = seller.save(Lead.objects.get(), note="Called").json()
    undone = seller.undo(second).json()["done"][0]["version"]
    assert seller.undo(first).status_code == 409  # another tab's, for all that one knows
    assert seller.undo(first, mine=[second["version"], undone]).status_code == 200
    assert Lead.objects.values_list("tag", "note").get() == (None, None)


def test_a_colleagues_write_is_not_ones_own_for_saying_so(seller, boss, lead):
    answer = seller.save(lead, tag="Hot").json()
    boss.save(Lead.objects.get(), tag="Cold")
    assert seller.undo(answer, mine=[3]).status_code == 409
    assert Lead.objects.get().tag == "Cold"


def test_a_move_is_taken_back_after_ones_own_later_move_was(seller, lead):
    first = seller.move(lead, status="COMPLETED").json()["version"]
    second = seller.move(Lead.objects.get(), status="NOT_NEEDED").json()["version"]
    third = seller.move(lead, status="COMPLETED", version=second).json()["version"]
    assert seller.move(lead, status="NEW", version=first).status_code == 409
    assert seller.move(lead, status="NEW", version=first, mine=[second, third]).status_code == 200


def test_what_changes_before_the_lead_is_locked_is_judged(seller, boss, lead, monkeypatch):
    answer = seller.save(lead, tag="Hot").json()

    def overtaken(*args, **how):
        boss.save(Lead.objects.get(), note="Theirs")
        return change_leads(*args, **how)

    monkeypatch.setattr("leads.board.undo.change_leads", overtaken)
    assert seller.undo(answer).status_code == 409
    assert Lead.objects.values_list("tag", "note").get() == ("Hot", "Theirs")


def test_what_is_gone_or_foreign_cannot_be_taken_back(seller, api, lead, atlas):
    theirs = make_lead(make_car(atlas))
    answer = seller.save(lead, tag="Hot").json()
    foreign = {"back": [{**answer["back"][0], "lead": str(theirs.pk)}]}
    assert seller.undo(foreign).status_code == 404
    api.delete(f"/leads/{lead.pk}")
    assert seller.undo(answer).json() == {"message": "This lead is not there any more."}
    assert Lead.objects.get(pk=theirs.pk).version == 1


def test_many_are_taken_back_by_who_may_change_many(seller, boss, civic):
    leads = [make_lead(civic) for _ in range(2)]
    answer = boss.post("many", leads=leads, do="archive").json()
    assert seller.undo(answer).status_code == 403
    assert Lead.objects.filter(archived=True).count() == 2


WAY = {"lead": "01890000-0000-7000-8000-000000000000", "version": 1, "changes": {"tag": "x"}}


@pytest.mark.parametrize(
    "back",
    [
        *(None, [], {}, "x", [1], [None], [[WAY]], [WAY] * 501),
        *([{**WAY, "lead": lead}] for lead in (None, "x", 1)),
        *([{**WAY, "version": version}] for version in (None, "x", 0, [1], 2**40)),
        *([{**WAY, "changes": changes}] for changes in (None, {}, [], "x", {"carId": "x"}, {"archived": 1})),
        *([{**WAY, "changes": changes}] for changes in ({"status": "DONE"}, {"archived": True, "tag": "x"})),
        *([{**WAY, "mine": mine}] for mine in ("x", {}, ["x"], [None], [1] * 1001)),
    ],
)
def test_a_way_back_that_cannot_be_read(seller, back):
    answer = seller.post("undo", back=back)
    assert answer.status_code == 400 and answer.json()["message"]


def test_the_token_is_renewed_for_who_signed_in_again(seller, lead):
    seller.client.handler.enforce_csrf_checks = True
    token = seller.client.get("/admin/leads/board/token/").json()["token"]
    answer = seller.client.post(
        "/admin/leads/board/many/",
        f'{{"leads": ["{lead.pk}"], "do": "archive"}}',
        "application/json",
        headers={"x-csrftoken": token},
    )
    assert answer.status_code == 200


def test_a_namesake_is_a_colleague_all_the_same(seller, casa, lead):
    """History names people; a version that the other one wrote is not among one's own."""
    namesake = Board(make_staff(casa, email="other@example.com", first_name="Amina", last_name="Tazi"))
    answer = seller.save(lead, tag="Hot").json()
    namesake.save(Lead.objects.get(), note="Theirs")
    assert seller.undo(answer).status_code == 409
