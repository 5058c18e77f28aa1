"""What a salesperson does with their day at the board: sees what is due and waits, takes leads, and notes calls."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import TESTER, make_lead
from leads.board.tests.screens import Screen, screen
from leads.models import Lead, LeadEvent
from leads.work.actions import claim, plan_work
from leads.work.models import Work
from steerleads.dealers.hours.models import Hours, OpeningWeek
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.tests.browsers import DESKTOP, PHONE
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

WIDTHS = {"desktop": DESKTOP, "tablet": {"width": 820, "height": 1180}, "phone": PHONE}


def plan(lead, **changes):
    return plan_work(lead.dealership, lead.pk, changes, actor=TESTER)


@pytest.fixture
def leads(civic):
    return [make_lead(civic, action=action, order=number) for number, action in enumerate("ABC")]


def badge(board, action, kind):
    return board.card(action).locator(f".board-badge.is-{kind}")


@pytest.mark.parametrize("width", WIDTHS)
def test_one_tap_takes_a_lead_and_undo_gives_it_back(open_page, seller, leads, width):
    board = screen(open_page, seller, viewport=WIDTHS[width])
    board.act("B", "claim")
    board.wait_to_be_told("“B” is yours.")
    owner = board.card("B").locator(".board-owner.is-mine")
    assert (owner.inner_text(), owner.get_attribute("title")) == ("AT", "Yours: Amina Tazi")
    board.page.click(".board-message >> text=Undo")
    board.wait_to_be_told("Undone: “B” is as it was.")
    wait_until(lambda: board.card("B").locator("[data-act=claim]").count() == 1)
    assert Work.objects.get().assignee is None


def test_who_comes_second_is_told_whose_it_is_and_sees_it(open_page, seller, boss, leads, casa):
    board = screen(open_page, seller, tolerate="409")
    board.page.route("**/board/state/**", lambda route: route.abort())  # not yet told of the colleague
    claim(casa, leads[1].pk, boss.user.membership.pk, actor=TESTER)
    board.page.unroute("**/board/state/**")
    board.act("B", "claim")
    board.wait_to_be_told("Nadia Berrada has this lead already.")
    wait_until(lambda: board.card("B").locator(".board-owner").inner_text() == "NB")


def test_one_tap_notes_a_call_and_the_menu_what_else_happened(open_page, casa, seller, leads):
    always_open(casa)
    board = screen(open_page, seller)
    assert badge(board, "A", "answer").inner_text() == "answer in 30 min"
    board.act("A", "contact")
    board.wait_to_be_told("Noted for “A”: Contacted: called and reached.")
    wait_until(lambda: badge(board, "A", "answer").count() == 0)
    board.menu("B", "Called: no answer")
    board.wait_to_be_told("Noted for “B”: Called: no answer.")
    wait_until(lambda: LeadEvent.objects.filter(kind="lead.contacted").count() == 2)
    outcomes = LeadEvent.objects.filter(kind="lead.contacted").order_by("at").values_list("changes", flat=True)
    assert [(each["via"]["to"], each["outcome"]["to"]) for each in outcomes] == [
        ("call", "reached"),
        ("call", "no_answer"),
    ]


def always_open(dealership, target=1800):
    Hours.objects.create(dealership=dealership, target_seconds=target)
    days = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
    OpeningWeek.objects.create(dealership=dealership, valid_from="2020-01-01", week=days)


def test_the_countdown_moves_without_a_reload_and_says_when_it_is_late(open_page, casa, seller, lead):
    always_open(casa)
    page = open_page(viewport=DESKTOP, tolerate="ERR_FAILED")
    page.add_init_script("const now = Date.now; window.ahead = 0; Date.now = () => now() + window.ahead")
    board = Screen(page, seller.user)
    page.route("**/board/state/**", lambda route: route.abort())
    assert badge(board, lead.action, "answer").inner_text() == "answer in 30 min"
    for minutes, words in ((18, "answer in 12 min"), (29, "answer in 1 min"), (31, "answer late")):
        page.evaluate(f"() => {{ window.ahead = {minutes} * 60_000; }}")
        wait_until(lambda words=words: badge(board, lead.action, "answer").inner_text() == words)
    assert badge(board, lead.action, "answer").evaluate("each => each.classList.contains('is-late')")


def test_chips_are_in_the_address_and_come_first_on_a_phone(open_page, seller, leads):
    plan(leads[0], assignee=seller.user.membership.pk, due_on=timezone.now().date() - timedelta(days=3))
    plan(leads[1], assignee=seller.user.membership.pk)
    board = screen(open_page, seller, viewport=PHONE, has_touch=True, is_mobile=True)
    page = board.page
    chips, search = (page.locator(each).bounding_box() for each in (".board-chips", "[name=q]"))
    assert chips["y"] + chips["height"] <= search["y"]
    for chip, cards, address in (
        ("Mine", ["A", "B"], "?assignee=me"),
        ("Overdue", ["A"], "?assignee=me&due=overdue"),
        ("Mine", ["A"], "?due=overdue"),
    ):
        with page.expect_navigation():
            page.tap(f".board-quick >> text={chip}")
        board.wait_for(cards)
        assert page.evaluate("() => location.search") == address
    assert page.get_attribute(".board-quick >> text=Overdue", "aria-pressed") == "true"
    assert page.inner_text("[data-tab=NEW] .board-overdue") == "1 overdue"


def test_what_a_colleague_plans_appears_with_its_badge_and_the_columns_count(open_page, seller, leads):
    board = screen(open_page, seller)
    head = board.page.locator("[data-column=NEW] .board-column-head .board-overdue")
    assert head.is_hidden()
    plan(leads[2], due_on=timezone.now().date() - timedelta(days=2), next_step="Call back")
    wait_until(lambda: badge(board, "C", "overdue").count() == 1)
    assert badge(board, "C", "overdue").inner_text() == "Overdue 2 d"
    assert board.card("C").locator(".board-card-step").inner_text() == "Call back"
    assert head.inner_text() == "1 overdue"


def test_sorted_by_due_a_drop_changes_the_column_only_and_says_so(open_page, api, seller, leads):
    plan(leads[2], due_on=timezone.now().date())
    board = screen(open_page, seller, "sort=due")
    board.wait_for(["C", "A", "B"])
    board.drag("B", "C", 0.25)
    board.wait_to_be_told("This view is sorted")
    board.wait_for(["C", "A", "B"])
    board.menu("B", "To Completed")
    board.wait_to_be_told("where the sort of this view puts it")
    board.wait_for(["B"], "COMPLETED")
    assert list(Lead.objects.filter(status="NEW").order_by("order").values_list("action", flat=True)) == ["A", "C"]


def test_the_panel_plans_and_undo_takes_both_halves_back(open_page, boss, seller, leads):
    board = screen(open_page, boss)
    board.act("A", "open")
    page = board.page
    page.select_option("[data-panel] [name=assignee]", label="Amina Tazi")
    page.fill("[data-panel] [name=next_step]", "Send papers")
    page.fill("[data-panel] [name=due_day]", timezone.now().date().isoformat())
    page.fill("[data-panel] [name=note]", "Typed")
    page.click("[data-panel] [type=submit]")
    board.wait_to_be_told("“A” is saved.")
    wait_until(lambda: badge(board, "A", "today").count() == 1)
    assert board.card("A").locator(".board-owner").get_attribute("title") == "Has it: Amina Tazi"
    page.click("[data-undo]")
    board.wait_to_be_told("Undone: “A” is as it was.")
    assert Work.objects.values_list("assignee", "next_step", "due").get() == (None, None, None)
    assert Lead.objects.filter(note="Typed").count() == 0


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_on_a_tablet_the_tools_take_two_rows(open_page, boss, leads, casa, language):
    casa.language = language
    casa.save(update_fields=["language"])
    board = screen(open_page, boss, "tag=x&assignee=me", viewport={"width": 820, "height": 1180})
    assert board.page.locator(".board-bar").bounding_box()["height"] <= 110


def test_several_cards_are_dragged_to_another_column_at_once(open_page, boss, leads, civic):
    make_lead(civic, action="D", status="COMPLETED")
    board = screen(open_page, boss)
    page = board.page
    page.click("[data-selecting]")
    for action in "AC":
        board.card(action).locator("[data-name]").click()
    board.drag_to("C", "header COMPLETED", ["COMPLETED", None, "D"])
    board.wait_to_be_told("Leads that are now in Completed: 2.")
    board.wait_for(["A", "C", "D"], "COMPLETED")
    board.wait_for(["B"])
    page.click("[data-undo]")
    board.wait_for(["A", "B", "C"])
