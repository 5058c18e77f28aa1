"""Moving cards in a real browser without dragging: by keyboard, by the menu, by one tap; and undoing it."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import screen, stored
from leads.models import Lead, LeadEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]


@pytest.fixture
def cards(civic):
    """A, B, C and D in New, X and Y in Completed."""
    for action in "ABCD":
        make_lead(civic, action=action)
    for action in "XY":
        make_lead(civic, action=action, status="COMPLETED")


@pytest.fixture
def board(open_page, seller, cards):
    return screen(open_page, seller)


def test_arrows_walk_the_cards(board):
    board.card("A").focus()
    walked = []
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "End", "Home", "ArrowUp"):
        board.press(key)
        walked.append(board.focused())
    assert walked == ["B", "Y", "Y", "B", "D", "A", "A"]


def test_one_card_is_reached_by_tab(board):
    board.card("C").focus()
    board.press("Tab", "Shift+Tab", "Shift+Tab")
    assert board.focused() is None  # left the cards: none of the others is on the way
    board.press("Tab")
    assert board.focused() == "C"


def test_space_arrows_space_moves_a_card(casa, board):
    board.card("A").focus()
    board.press("Space", "ArrowDown", "ArrowDown")
    assert board.said() == "Position 3 of 4 in New."
    assert stored(casa) == list("ABCD")  # nothing is sent before it is dropped
    board.press("Space")
    assert board.said() == "Dropped “A”: position 3 of 4 in New."
    board.wait_for(list("BCAD"))
    assert stored(casa) == list("BCAD") and board.focused() == "A"


def test_the_keyboard_moves_across_columns_in_one_change(casa, board):
    board.card("B").focus()
    board.press("Space", "ArrowRight")
    assert board.said() == "Position 2 of 3 in Completed."
    board.press("Space")
    board.wait_for(list("XBY"), "COMPLETED")
    assert stored(casa, "COMPLETED") == list("XBY") and board.focused() == "B"
    assert LeadEvent.objects.filter(kind="lead.changed").count() == 1


@pytest.mark.parametrize("key", ["Escape", "Tab"])
def test_escape_puts_a_card_back(casa, board, key):
    board.card("C").focus()
    board.press("Space", "ArrowUp", "ArrowRight", key)
    board.wait_for(list("ABCD"))
    assert board.said() == "Put back “C”." and stored(casa) == list("ABCD")
    assert LeadEvent.objects.exclude(kind="lead.created").count() == 0


def test_a_card_that_is_dropped_where_it_was_is_not_sent(board):
    board.card("C").focus()
    board.press("Space", "ArrowUp", "ArrowDown", "Space")
    board.wait_for(list("ABCD"))
    assert LeadEvent.objects.exclude(kind="lead.created").count() == 0


@pytest.mark.parametrize(
    "item, order, completed",
    [
        ("Up", "ACBD", "XY"),
        ("Down", "ABDC", "XY"),
        ("To the top", "CABD", "XY"),
        ("To the bottom", "ABDC", "XY"),
        ("To Completed", "ABD", "CXY"),
    ],
)
def test_the_menu_moves_without_dragging(casa, board, item, order, completed):
    board.menu("C", item)
    board.wait_for(list(order))
    board.wait_for(list(completed), "COMPLETED")
    assert stored(casa) == list(order) and stored(casa, "COMPLETED") == list(completed)
    assert board.focused() == "C"


def test_the_menu_offers_what_makes_sense(board):
    board.act("A", "menu")
    items = board.page.get_by_role("menuitem")
    assert items.all_text_contents() == [
        *("Down", "To the bottom", "To Completed", "To Not needed"),
        *("Called: no answer", "Called: reached", "Wrote by WhatsApp", "Wrote a mail", "Was here"),
        *("Edit", "Archive"),
    ]
    board.press("Escape")
    assert board.focused() == "A"


def test_the_menu_works_by_keyboard(casa, board):
    board.card("B").focus()
    board.card("B").locator("[data-act=menu]").focus()
    board.press("Enter", "ArrowDown", "Enter")
    board.wait_for(list("ACBD"))
    assert stored(casa) == list("ACBD")


@pytest.mark.parametrize("words, status", [("Done", "COMPLETED"), ("Not needed", "NOT_NEEDED")])
def test_one_tap_is_enough(casa, board, words, status):
    board.card("B").get_by_role("button", name=words).click()
    board.wait_for(list("ACD"))
    assert stored(casa, status)[0] == "B"
    board.wait_to_be_told("“B” is now in")


def test_moves_are_undone_one_by_one(casa, board):
    board.menu("A", "To the bottom")
    board.wait_for(list("BCDA"))
    board.menu("B", "To Completed")
    board.wait_for(list("CDA"))
    board.press("Control+z")
    board.wait_for(list("BCDA"))
    board.page.click("[data-undo]")
    board.wait_for(list("ABCD"))
    assert stored(casa) == list("ABCD") and stored(casa, "COMPLETED") == list("XY")
    assert board.page.is_disabled("[data-undo]")


def test_the_same_card_moved_twice_is_undone_twice(board):
    board.menu("A", "To the bottom")
    board.menu("A", "Up")
    board.wait_for(list("BCAD"))
    board.press("Control+z", "Control+z")
    board.wait_for(list("ABCD"))
    assert board.told() == ["Undone: “A” is as it was. Close"]


def test_undo_does_not_take_back_what_a_colleague_did(open_page, cards, seller, boss):
    board = screen(open_page, seller, tolerate="409")
    board.menu("A", "To the bottom")
    board.wait_for(list("BCDA"))
    boss.move(Lead.objects.get(action="A"), status="NOT_NEEDED")
    board.press("Control+z")
    board.wait_to_be_told("Nadia Berrada moved or archived this lead meanwhile.")
    board.wait_for(list("BCD"))
    board.wait_for(["A"], "NOT_NEEDED")


def test_ctrl_z_in_a_field_is_the_fields_own(casa, board):
    board.menu("A", "To the bottom")
    board.wait_for(list("BCDA"))
    board.page.fill("[name=q]", "typed")
    board.press("Control+z")
    assert stored(casa) == list("BCDA")


def test_quick_moves_are_saved_in_their_order(casa, board):
    for action in "ABC":
        board.menu(action, "To the bottom")
    board.wait_for(list("DABC"))
    assert stored(casa) == list("DABC")


def test_in_arabic_the_arrow_to_the_left_leads_on(casa, board):
    casa.language = "ar"
    casa.save()
    board.open()
    board.card("B").focus()
    board.press("Space", "ArrowLeft", "Space")
    board.wait_for(list("XBY"), "COMPLETED")
    assert stored(casa, "COMPLETED") == list("XBY")


# --- A menu that is older than the page --------------------------------------------------------------


@pytest.mark.parametrize(
    "card, item, archived, shown",
    [
        ("B", "Up", "A", "BCD"),
        ("B", "To the top", "A", "BCD"),
        ("C", "Down", "D", "ABC"),
        ("C", "To the bottom", "D", "ABC"),
    ],
)
def test_a_menu_whose_neighbour_was_archived_says_that_the_card_is_there(api, board, card, item, archived, shown):
    board.act(card, "menu")
    api.post(f"/leads/{Lead.objects.get(action=archived).pk}/archive")
    board.wait_for(list(shown))
    board.page.get_by_role("menuitem", name=item, exact=True).click()
    board.wait_to_be_told(f"“{card}” is there already: New, position {shown.index(card) + 1} of 3.")
    assert board.shown() == list(shown) and board.page.is_disabled("[data-undo]")


def test_a_menu_whose_card_a_colleague_has_moved_already(api, board):
    board.act("B", "menu")
    api.patch(f"/leads/{Lead.objects.get(action='B').pk}", {"status": "NOT_NEEDED"})
    board.wait_for(["B"], "NOT_NEEDED")
    board.page.get_by_role("menuitem", name="To Not needed", exact=True).click()
    board.wait_to_be_told("“B” is there already: Not needed, position 1 of 1.")


@pytest.mark.parametrize("item", ["Up", "To Completed", "Edit", "Archive"])
def test_a_menu_whose_card_is_gone_says_so(api, board, item):
    board.act("B", "menu")
    api.delete(f"/leads/{Lead.objects.get(action='B').pk}")
    board.wait_for(list("ACD"))
    board.page.get_by_role("menuitem", name=item, exact=True).click()
    board.wait_to_be_told("This lead is not there any more.")


def test_a_click_on_another_card_puts_a_picked_one_back(casa, board):
    board.card("A").focus()
    board.press("Space", "ArrowDown")
    board.card("D").locator("[data-name]").click()
    board.page.wait_for_selector("[data-panel][open] form")  # that is what a click on a card does, too
    board.press("Escape")
    board.page.wait_for_selector("[data-panel]:not([open])", state="attached")
    board.card("D").focus()
    board.wait_for(list("ABCD"))
    board.press("Space", "Escape")
    assert stored(casa) == list("ABCD") and board.said() == "Put back “D”."
