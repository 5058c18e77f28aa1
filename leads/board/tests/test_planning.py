"""The panel shows and edits a lead's work, within what each may do (contract W12, W14)."""

import re
from datetime import UTC, date, datetime

import pytest

from conftest import TESTER
from leads.models import Lead, LeadEvent
from leads.work.actions import plan_work
from leads.work.models import Work

pytestmark = pytest.mark.django_db

NOTHING = {"assignee": "", "next_step": "", "due_day": "", "due_time": ""}


def save(board, lead, seen=NOTHING, **typed):
    """What the panel sends of work, each field with what it had shown."""
    twins = {f"initial-{name}": value for name, value in seen.items()}
    lead_fields = {name: typed.pop(name) for name in ("status", "note") if name in typed}
    return board.save(lead, **{**seen, **twins, **typed, **lead_fields})


def plan(lead, **changes):
    return plan_work(lead.dealership, lead.pk, changes, actor=TESTER)


def errors(answer):
    return re.findall(r'class="panel-error"[^>]*>([^<]*)<', answer.content.decode())


def me(board):
    return str(board.user.membership.pk)


def test_what_is_typed_is_the_plan(boss, seller, lead):
    answer = save(boss, lead, assignee=me(seller), next_step=" Call Sara ", due_day="2026-12-02", due_time="14:30")
    assert answer.status_code == 200
    work = Work.objects.get()
    assert (str(work.assignee), work.next_step) == (me(seller), "Call Sara")
    assert work.due_at == datetime(2026, 12, 2, 14, 30, tzinfo=UTC)  # as in Casablanca by then
    assert Lead.objects.get().version == 1  # the lead itself is as it was
    page = boss.panel(lead).content.decode()
    assert 'name="initial-due_time" value="14:30"' in page and "Amina Tazi</option>" in page


def test_a_day_alone_is_a_whole_day_and_nothing_clears_it(boss, lead):
    save(boss, lead, due_day="2026-12-02")
    assert Work.objects.get().due_on == date(2026, 12, 2)
    seen = {**NOTHING, "due_day": "2026-12-02"}
    save(boss, lead, seen, due_time="09:00")
    assert Work.objects.get().due_on is None and Work.objects.get().due_at is not None
    save(boss, lead, {**seen, "due_time": "09:00"}, due_day="", due_time="")
    assert Work.objects.get().due is None


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"due_time": "09:00"}, "Say on which day, too."),
        ({"due_day": "nonsense"}, "Enter a valid date."),
        ({"due_day": "0800-01-01"}, "Enter a valid date."),
        ({"due_day": "2026-01-01", "due_time": "25:00"}, "Enter a valid time."),
        ({"next_step": "x" * 201}, "This field has 201 characters; at most 200 are allowed."),
    ],
)
def test_what_cannot_be_a_plan_is_said_and_nothing_is_saved(boss, lead, typed, wrong):
    answer = save(boss, lead, note="Typed, too", **typed)
    assert answer.status_code == 422 and errors(answer) == [wrong]
    assert not Work.objects.exists() and Lead.objects.get().note is None


def test_lead_and_work_are_saved_together_and_undone_together(boss, lead):
    answer = save(boss, lead, note="Called", next_step="Send papers", assignee=me(boss)).json()
    assert [set(back) for back in answer["back"]] == [{"lead", "version", "changes"}, {"lead", "work", "plan"}]
    assert boss.undo(answer).json()["left"] == 0
    assert Lead.objects.get().note is None
    assert Work.objects.values_list("assignee", "next_step").get() == (None, None)


def test_a_lead_that_is_closed_with_its_plan_comes_back_with_it(boss, lead):
    plan(lead, due_on=date(2026, 12, 2))
    seen = {**NOTHING, "due_day": "2026-12-02"}
    answer = save(boss, lead, seen, status="COMPLETED", next_step="Thank them").json()
    assert Work.objects.values_list("due", "next_step").get() == (None, "Thank them")
    assert boss.undo(answer).json()["left"] == 0
    assert Work.objects.values_list("due_on", "next_step").get() == (date(2026, 12, 2), None)


def test_the_other_half_is_not_saved_where_one_is_refused(boss, seller, lead):
    answer = save(seller, lead, note="Mine", assignee=me(boss))
    assert answer.status_code == 422 and not Work.objects.exists() and Lead.objects.get().note is None


def test_what_a_colleague_planned_meanwhile_is_shown_and_not_written_over(boss, seller, lead):
    plan(lead, next_step="Theirs", assignee=seller.user.membership.pk)
    answer = save(boss, lead, next_step="Mine")
    assert answer.status_code == 422
    assert errors(answer) == ["A colleague changed this meanwhile. It is now: Theirs"]
    assert 'name="initial-next_step" value="Theirs"' in answer.content.decode()
    # What was left alone is no conflict, and stays as the colleague has it.
    assert save(boss, lead, due_day="2026-12-02").status_code == 200
    assert Work.objects.values_list("next_step", "due_on").get() == ("Theirs", date(2026, 12, 2))
    answer = save(boss, lead, {**NOTHING, "due_day": "2026-12-02"}, assignee=me(boss))
    assert errors(answer) == ["A colleague changed this meanwhile. It is now: Amina Tazi"]


def test_a_panel_without_work_leaves_it_alone(boss, lead):
    plan(lead, next_step="Call")
    boss.save(lead, note="x")
    assert Work.objects.get().next_step == "Call" and not LeadEvent.objects.filter(kind="lead.due").count() > 1


# --- Rights ------------------------------------------------------------------------------------------


OTHERS = "A colleague has this lead. Only a manager may change whose it is, or what is planned."


def test_a_salesperson_takes_releases_and_plans_their_own(seller, lead):
    assert save(seller, lead, assignee=me(seller), next_step="Call").status_code == 200
    seen = {**NOTHING, "assignee": me(seller), "next_step": "Call"}
    assert save(seller, lead, seen, due_day="2026-12-02").status_code == 200
    assert save(seller, lead, {**seen, "due_day": "2026-12-02"}, assignee="").status_code == 200
    assert Work.objects.get().assignee is None


def test_a_salesperson_plans_nothing_of_nobodys_lead(seller, lead):
    answer = save(seller, lead, next_step="Call")
    assert answer.status_code == 422 and errors(answer) == ["Claim this lead before you plan it."]
    assert not Work.objects.exists()


@pytest.mark.parametrize("typed", [{"assignee": ""}, {"next_step": "x"}, {"due_day": "2026-12-02"}])
def test_a_salesperson_changes_nothing_of_a_colleagues(seller, boss, lead, typed):
    plan(lead, assignee=boss.user.membership.pk)
    answer = save(seller, lead, {**NOTHING, "assignee": me(boss)}, **typed)
    assert answer.status_code == 422 and errors(answer) == [OTHERS]
    assert Work.objects.get().version == 1
    page = seller.panel(lead).content.decode()
    assert '<fieldset class="panel-work" disabled>' in page and OTHERS in page
    assert '<fieldset class="panel-work">' in boss.panel(lead).content.decode()


def test_a_salesperson_gives_no_lead_to_a_colleague(seller, boss, lead):
    answer = save(seller, lead, assignee=me(boss))
    assert answer.status_code == 422 and not Work.objects.exists()
    assert me(boss) not in seller.panel(lead).content.decode()  # nor are they offered
    plan(lead, assignee=boss.user.membership.pk)
    back = {"lead": str(lead.pk), "work": 1, "plan": {"assignee": None}}
    refused = seller.post("undo", back=[back])
    assert (refused.status_code, refused.json()["message"]) == (403, OTHERS)
    given = {"lead": str(lead.pk), "work": 1, "plan": {"assignee": me(seller)}}
    assert seller.post("undo", back=[given]).status_code == 403
    assert Work.objects.get().version == 1


def test_a_manager_gives_leads_to_whoever_works_here(boss, seller, lead):
    assert save(boss, lead, assignee=me(seller)).status_code == 200
    seller.user.is_active = False
    seller.user.save()
    page = boss.panel(lead).content.decode()
    assert f'value="{me(seller)}" selected' in page  # who has it is named, though they may be given nothing more
    save(boss, lead, {**NOTHING, "assignee": me(seller)}, assignee="")
    assert save(boss, lead, assignee=me(seller)).status_code == 422
