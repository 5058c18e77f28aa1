"""Cards dragged in a column that is longer than the window, and than the page of cards that a board begins with."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import SAVED, listed, screen
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]


@pytest.fixture
def sixty(civic):
    """L00 to L59 in New: more than the page of 50 that a board begins with."""
    names = [f"L{number:02}" for number in range(60)]
    for name in names:
        make_lead(civic, action=name)
    return names


def test_the_column_scrolls_to_a_place_beyond_the_fold(open_page, api, sixty, seller):
    board = screen(open_page, seller)
    board.lift("L00")
    board.page.mouse.move(*board.point("foot NEW"), steps=6)
    wait_until(lambda: board.point("above L15")[1] < 600)
    line = land_in_the_middle(board)
    assert line[1] > "L09" and int(line[2][1:]) == int(line[1][1:]) + 1
    begins_as_listed(board, api, moved(sixty, "L00", line[1]))


def test_cards_of_the_second_page_are_dragged_like_the_first(open_page, api, sixty, seller):
    board = screen(open_page, seller)
    scroll_to_the_end(board)
    board.wait_for(sixty)
    scroll_to_the_end(board)
    board.drag_to("L59", "above L58", ["NEW", "L57", "L58"])  # far from the upper edge, where it would scroll on
    order = moved(sixty, "L59", "L57")
    begins_as_listed(board, api, order)
    board.lift("L58")
    board.page.mouse.move(*board.point("header NEW"), steps=6)
    wait_until(lambda: board.point("above L46")[1] > 300)
    line = land_in_the_middle(board)
    assert "L30" < line[1] < "L50"
    begins_as_listed(board, api, moved(order, "L58", line[1]))


def test_more_is_loaded_during_a_drag(open_page, api, sixty, seller):
    board = screen(open_page, seller)
    board.lift("L00")
    scroll_to_the_end(board)
    wait_until(lambda: len(board.shown()) == 60)
    scroll_to_the_end(board)
    board.page.mouse.move(*board.point("below L57"), steps=6)
    wait_until(lambda: board.line() == ["NEW", "L57", "L58"])
    board.page.mouse.up()
    begins_as_listed(board, api, moved(sixty, "L00", "L57"))


def land_in_the_middle(board):
    """Stop the scrolling, and let the card go where the line then lies, which is given."""
    x, y = board.point("header NEW")
    board.page.mouse.move(x, y + 350)
    board.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    line = board.line()
    board.page.mouse.up()
    return line


def begins_as_listed(board, api, cards):
    """See that the API lists these cards in New, and that the board shows as many of them as it has loaded."""
    wait_until(lambda: board.page.evaluate(SAVED) and board.shown() == cards[: len(board.shown())], 10)
    assert listed(api) == cards and len(board.shown()) >= 50


def scroll_to_the_end(board):
    board.page.evaluate("() => document.querySelector('[data-column=NEW] [data-more]').parentElement.scrollTo(0, 1e6)")


def moved(names, name, below):
    """The names with one of them moved below another."""
    rest = [each for each in names if each != name]
    place = rest.index(below) + 1
    return [*rest[:place], name, *rest[place:]]
