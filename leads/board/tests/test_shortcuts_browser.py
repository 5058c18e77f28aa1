"""Undo outlives a filter and a reload; cards are chosen by Shift and by column; keys of the whole board."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import screen
from leads.models import Lead
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]


@pytest.fixture
def cards(civic):
    for number, action in enumerate("ABCDE"):
        make_lead(civic, action=action, order=number, tag="Hot" if action < "D" else None)


def truth():
    return list(Lead.objects.order_by("status_rank", "order").values_list("status", "action", "note", "archived"))


def test_undo_outlives_a_filter_and_a_reload(open_page, seller, cards):
    board = screen(open_page, seller)
    page, before = board.page, []
    for act, told in [
        (lambda: board.drag("A", onto="C"), "“A” is now in New"),
        (lambda: board.card("B").get_by_role("button", name="Done").click(), "“B” is now in Completed."),
        (lambda: board.menu("C", "Archive"), "“C” is archived."),
    ]:
        before.append(truth())
        act()
        board.wait_to_be_told(told)
        board.wait_for([action for status, action, _note, gone in truth() if status == "NEW" and not gone])
    with page.expect_navigation():
        board.card("A").locator("[data-act=filter][data-by=tag]").click()
    board.wait_for(["A"])
    page.reload()
    board.wait_for(["A"])
    for then in reversed(before):
        board.press("Control+z")
        board.wait_to_be_told("Undone")
        wait_until(lambda then=then: truth() == then, 30)
    assert page.is_disabled("[data-undo]")


def test_cards_are_chosen_by_shift_and_by_column_and_refused_ones_are_named(open_page, api, boss, cards):
    board = screen(open_page, boss)
    page = board.page
    page.click("[data-selecting]")
    board.card("B").locator("[data-name]").click()
    board.card("D").locator("[data-name]").click(modifiers=["Shift"])
    chosen = page.locator("[data-lead]:has([data-select]:checked) [data-act=open]")
    assert chosen.all_text_contents() == list("BCD")
    for wanted in ("ABCDE", "", "ABCDE"):
        page.click("[data-column=NEW] [data-select-column]")
        assert chosen.all_text_contents() == list(wanted)
    page.route("**/board/state/**", lambda route: route.fulfill(status=304))  # the board does not hear of it yet
    api.delete(f"/leads/{Lead.objects.get(action='C').pk}")
    page.select_option("[data-bulk] [name=status]", "COMPLETED")
    page.click("[data-bulk] [type=submit]")
    board.wait_to_be_told("leads that a colleague deleted or is changing just now: 1 (C).")
    page.unroute("**/board/state/**")
    board.wait_for(list("ABDE"), "COMPLETED")


def test_keys_of_the_whole_board(open_page, seller, cards):
    board = screen(open_page, seller)
    page = board.page
    board.press("/")
    assert page.evaluate("() => document.activeElement.name") == "q"
    page.keyboard.type("n?")  # where one types, they are letters
    assert page.input_value("[name=q]") == "n?" and page.locator("dialog[open]").count() == 0
    page.fill("[name=q]", "")
    page.evaluate("() => document.activeElement.blur()")
    board.press("?")
    assert "Pick a card up" in page.inner_text("[data-shortcuts][open]")
    board.press("n")  # not behind an open window
    board.press("Escape")
    board.press("n")
    page.wait_for_selector("[data-panel][open] #panel-car:focus")
    assert page.input_value("#panel-car") == ""
