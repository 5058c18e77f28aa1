"""Undo in a real browser: each thing that was done says so, with Undo, whichever door it came through."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import answering, screen
from leads.models import Lead
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

PANEL = "[data-panel][open]"


@pytest.fixture
def cards(civic):
    for action in "ABCD":
        make_lead(civic, action=action)


def truth():
    """All that Undo has to bring back: the columns in their order, and the texts. New leads end in the archive."""
    leads = Lead.objects.filter(archived=False).order_by("status_rank", "order", "created_at", "id")
    return list(leads.values_list("status", "action", "target_name", "tag", "note"))


def by_keyboard(board):
    board.card("C").focus()
    board.press("Space", "ArrowDown", "Space")


def in_the_panel(board, action, **fields):
    board.act(action, "open")
    for name, text in fields.items():
        field = board.page.locator(f"{PANEL} [name={name}]")
        field.select_option(text) if name == "status" else field.fill(text)
    board.page.click(f"{PANEL} [type=submit]")


def quickly(board):
    board.page.click("[data-add]")
    board.page.fill("#panel-car", "civic")
    board.press("Enter")
    board.page.wait_for_selector(f"{PANEL} [name=car]:not([value=''])", state="attached")
    for name in ("action", "target_name", "target_info"):
        board.page.fill(f"{PANEL} [name={name}]", "New one")
    board.page.click(f"{PANEL} [type=submit]")


def choosing(board, *actions):
    board.page.click("[data-selecting]")
    for action in actions:
        board.card(action).locator("[data-name]").click()


def many_change(board):
    choosing(board, "B", "D")
    board.page.select_option("[data-bulk] [name=status]", "NOT_NEEDED")
    board.page.fill("[data-bulk] [name=tag]", "Hot")
    board.page.click("[data-bulk] [type=submit]")


def many_archive(board):
    choosing(board, "B", "D")
    board.page.click("[data-bulk-archive]")


DOORS = [
    # (what is done, what is said)
    (lambda board: board.card("A").get_by_role("button", name="Done").click(), "“A” is now in Completed."),
    (lambda board: board.card("B").get_by_role("button", name="Not needed").click(), "“B” is now in Not needed."),
    (by_keyboard, "“C” is now in New, position 2 of 2."),
    (lambda board: board.menu("C", "Up"), "“C” is now in New, position 1 of 2."),
    (lambda board: board.menu("B", "To New"), "“B” is now in New."),
    (lambda board: board.drag("B", onto="D"), "“B” is now in New, position 3 of 3."),
    (lambda board: in_the_panel(board, "B", note="Called", tag="Warm"), "“B” is saved."),
    (lambda board: in_the_panel(board, "D", status="COMPLETED", target_name="Omar"), "“D” is saved."),
    (quickly, "“New one” is on the board."),
    (lambda board: board.menu("C", "Archive"), "“C” is archived."),
    (many_change, "Leads that are now in Not needed with the tag “Hot”: 2."),
    (many_archive, "Leads archived: 2."),
]


def settled(board):
    """Wait until all is saved and lies still, and the board shows the truth."""
    board.wait_for([action for status, action, *_ in truth() if status == "NEW"])


def test_each_door_says_what_was_done_and_undo_takes_back_just_that(open_page, boss, cards):
    board = screen(open_page, boss)
    answering(board.page, *[True] * len(DOORS))
    before = []
    for act, words in DOORS:
        before.append(truth())
        act(board)
        board.wait_to_be_told(words)
        settled(board)
        assert board.told() == [f"{words} Undo Close"]
        assert truth() != before[-1], words
    for number, then in enumerate(reversed(before)):
        if number % 2:
            board.press("Control+z")
        else:
            board.page.click("[data-undo]")
        wait_until(lambda then=then: truth() == then, 10)
        board.wait_to_be_told("Undone")
        settled(board)
    assert board.page.is_disabled("[data-undo]")


@pytest.mark.parametrize("number", [0, 6, 9, 10])
def test_no_door_takes_back_what_a_colleague_did_since(open_page, boss, seller, cards, number):
    board = screen(open_page, boss, tolerate="409")
    act, words = DOORS[number]
    act(board)
    board.wait_to_be_told(words)
    settled(board)
    action = "B" if number in (6, 10) else "AC"[number > 0]
    lead = Lead.objects.get(action=action)
    seller.save(lead, note="Theirs", status="NEW" if number == 0 else lead.status)
    then = Lead.objects.values("status", "note", "tag", "archived").get(pk=lead.pk)
    board.page.locator("[data-told]").get_by_role("button", name="Undo").click()
    board.wait_to_be_told("Amina Tazi" if number != 10 else "A colleague has changed others since: 1.")
    settled(board)
    assert Lead.objects.values("status", "note", "tag", "archived").get(pk=lead.pk) == then


def test_what_is_still_being_saved_is_what_undo_takes_back(open_page, seller, cards):
    board = screen(open_page, seller)
    board.menu("D", "To the top")
    board.wait_for(list("DABC"))
    held = []
    board.page.route("**/board/move/", lambda route: route.continue_() if held else held.append(route))
    board.card("A").get_by_role("button", name="Done").click()
    board.press("Control+z")
    wait_until(lambda: board.shown() and held)
    held[0].continue_()
    board.wait_to_be_told("Undone: “A” is as it was.")
    board.wait_for(list("DABC"))


def test_what_could_not_be_undone_for_now_can_be_later(open_page, seller, cards):
    board = screen(open_page, seller, tolerate="ERR_INTERNET_DISCONNECTED")
    board.menu("A", "Archive")
    board.wait_for(list("BCD"))
    board.page.context.set_offline(True)
    board.press("Control+z")
    board.wait_to_be_told("the server cannot be reached")
    board.page.context.set_offline(False)
    board.press("Control+z")
    board.wait_for(list("ABCD"))


def test_what_changed_nothing_says_so_and_is_not_undone(open_page, seller, cards):
    board = screen(open_page, seller)
    in_the_panel(board, "A")
    board.wait_to_be_told("Nothing was changed in “A”. Close")
    assert board.page.is_disabled("[data-undo]")
