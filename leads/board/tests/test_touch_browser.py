"""Cards dragged by a finger on a phone: a handle or a long press drags, anything else scrolls."""

import time

import pytest

from conftest import make_lead
from leads.board.tests.pointers import Finger
from leads.board.tests.screens import screen
from leads.models import Lead
from steerleads.tests.browsers import PHONE
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

LONG = 0.5  # seconds, by which a long press has begun a drag if it ever does
SCROLLED = "() => [...document.querySelectorAll('[data-scroller]')].find((each) => each.clientHeight).scrollTop"
COUNT_LIFTS = """() => {
  window.lifts = 0;
  const count = () => { window.lifts += document.querySelectorAll(".is-lifted").length };
  new MutationObserver(count).observe(document.body, { subtree: true, attributeFilter: ["class"] });
}"""

TARGETS = "[data-tab], [data-lead] :is([data-act=to], [data-act=menu], [data-handle], a)"
SMALL = """(targets) => {
  const isSmall = ({ width, height }) => width && Math.min(width, height) < 44;
  return targets.filter((each) => isSmall(each.getBoundingClientRect())).map((each) => each.outerHTML.slice(0, 80));
}"""


@pytest.fixture
def cards(civic):
    """A to H in New, which is more than a phone shows at once; X and Y in Completed."""
    for action in "ABCDEFGH":
        make_lead(civic, action=action)
    for action in "XY":
        make_lead(civic, action=action, status="COMPLETED")


@pytest.fixture
def board(open_page, seller, cards):
    return on_a_phone(open_page, seller)


@pytest.fixture
def finger(board):
    return Finger(board)


def on_a_phone(open_page, person):
    return screen(open_page, person, viewport=PHONE, has_touch=True, is_mobile=True)


# --- Scrolling -------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["[data-name]", "[data-act=open]", "a"])
def test_a_finger_on_a_card_scrolls_and_never_drags(api, board, finger, part):
    board.page.evaluate(COUNT_LIFTS)
    x, y = finger.middle_of("B", part)
    finger.down(x, y)
    finger.move(x, y - 15, steps=1)
    time.sleep(LONG)  # longer than a long press: what began as a scroll stays one
    finger.move(x, y - 250)
    finger.up()
    wait_until(lambda: board.page.evaluate(SCROLLED) > 100)
    assert board.page.evaluate("() => window.lifts") == 0
    board.is_as_listed(api, ("ABCDEFGH", "XY", ""))


def test_a_tap_on_the_title_opens_and_a_long_one_too(board, finger):
    for seconds in (0, LONG):
        finger.down(*finger.middle_of("B", "[data-act=open]"))
        time.sleep(seconds)
        finger.up()
        board.page.wait_for_selector("[data-panel][open] [name=action]")
        board.press("Escape")
        board.page.wait_for_selector("[data-panel]:not([open])", state="attached")
        board.page.wait_for_selector("[data-board]:not([data-unsettled])")  # before, cards take no taps


# --- Dragging --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_handle_and_a_long_press_drag_and_nothing_scrolls(casa, api, board, finger, language):
    board.speak(casa, language)
    finger.take_handle("A")
    finger.over("below B", ["NEW", "B", "C"])
    finger.up()
    board.is_as_listed(api, ("BACDEFGH", "XY", ""))
    finger.press_long("A")  # of those that no message lies over
    finger.over("above B", ["NEW", None, "B"])
    finger.up()
    board.is_as_listed(api, ("ABCDEFGH", "XY", ""))
    assert board.page.evaluate(SCROLLED) == 0 and board.page.evaluate("() => String(getSelection())") == ""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_dwelling_on_a_tab_shows_its_column(casa, api, board, finger, language):
    board.speak(casa, language)
    finger.press_long("B")
    finger.over_tab("COMPLETED")
    finger.over("below X", ["COMPLETED", "X", "Y"])
    finger.up()
    board.is_as_listed(api, ("ACDEFGH", "XBY", ""))
    assert board.page.get_attribute("[data-tab=COMPLETED]", "aria-pressed") == "true"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_card_dropped_on_a_tab_lies_on_top_there(casa, api, board, finger, language):
    board.speak(casa, language)
    for card, status, columns in [
        ("B", "COMPLETED", ("ACDEFGH", "BXY", "")),
        ("A", "NOT_NEEDED", ("CDEFGH", "BXY", "A")),
        ("E", "NEW", ("ECDFGH", "BXY", "A")),
    ]:
        board.page.locator("[data-tab=NEW]").tap()  # on a slow machine the tab before was dwelt on
        finger.take_handle(card)
        finger.move(*board.point(f"tab {status}"))
        board.page.wait_for_selector(f"[data-tab={status}].is-drop-target")
        finger.up()
        board.is_as_listed(api, columns)


def test_the_column_scrolls_at_its_edges(api, board, finger):
    finger.take_handle("A")
    finger.move(*board.point("foot NEW"))
    wait_until(lambda: board.line() == ["NEW", "H", None])
    finger.up()
    board.is_as_listed(api, ("BCDEFGHA", "XY", ""))


@pytest.mark.parametrize("end", ["Escape", "touchCancel", "outside"])
def test_who_gives_up_sees_the_cards_own_column_again(api, board, finger, end):
    finger.press_long("B")
    finger.over_tab("COMPLETED")
    if end == "Escape":
        board.press("Escape")
    if end == "outside":
        finger.move(*board.point("outside"))
    finger.up() if end != "touchCancel" else finger.cancel()
    board.page.wait_for_selector("[data-column=NEW].is-shown [data-lead]:not(.is-lifted)")
    assert board.page.get_attribute("[data-tab=NEW]", "aria-pressed") == "true"
    board.is_as_listed(api, ("ABCDEFGH", "XY", ""))


def test_a_card_is_dragged_on_when_it_is_saved_under_the_finger(api, board, finger):
    held = []
    board.page.route("**/board/move/", lambda route: route.continue_() if held else held.append(route))
    finger.take_handle("C")
    finger.over("above B", ["NEW", "A", "B"])
    finger.up()
    finger.press_long("C")
    held[0].continue_()
    board.page.wait_for_selector("[data-board]:not([data-saving])")
    finger.over("above A", ["NEW", None, "A"])  # far from the edges, where the column would scroll on
    finger.up()
    board.is_as_listed(api, ("CABDEFGH", "XY", ""))


# --- The screen --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_everything_fits_and_can_be_hit(casa, board, language):
    board.speak(casa, language)
    header = board.page.locator(".site-header").bounding_box()
    assert board.page.locator(TARGETS).evaluate_all(SMALL) == []
    assert board.card("A").locator("[data-act=to]").count() == 2
    assert header["y"] == 0 and header["height"] <= 56
    assert board.page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    assert board.page.evaluate("() => { scrollBy(50, 50); scrollBy(-100, 0); return [scrollX, scrollY] }") == [0, 0]


def test_one_tap_is_enough(api, board):
    for name, columns in [("Done", ("BCDEFGH", "AXY", "")), ("Not needed", ("CDEFGH", "AXY", "B"))]:
        first = board.shown()[0]
        board.card(first).get_by_role("button", name=name).tap()
        board.is_as_listed(api, columns)


# --- Again and again -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_drags_never_fail(open_page, api, civic, seller):
    began, times = time.monotonic(), 20
    for _ in range(times):
        for action in "ABCD":
            make_lead(civic, action=action)
        board = on_a_phone(open_page, seller)
        drag_around(board, api, Finger(board))
        board.page.context.close()
        Lead.objects.all().delete()
    seconds = time.monotonic() - began
    print(f"{times * 5} drags by a finger, each as the API lists it: {seconds / times / 5:.2f} s each")


def drag_around(board, api, finger):
    for lift, card, tab, to, line, columns in [
        (finger.take_handle, "A", None, "below B", ["NEW", "B", "C"], ("BACD", "", "")),
        (finger.press_long, "A", None, "above B", ["NEW", None, "B"], ("ABCD", "", "")),
        (finger.press_long, "A", "COMPLETED", "foot COMPLETED", ["COMPLETED", None, None], ("BCD", "A", "")),
        (finger.take_handle, "A", "NEW", "above C", ["NEW", "B", "C"], ("BACD", "", "")),
        (finger.take_handle, "B", None, "tab NOT_NEEDED", None, ("ACD", "", "B")),
    ]:
        lift(card)
        if tab:
            finger.over_tab(tab)
        finger.over(to, line)
        finger.up()
        board.is_as_listed(api, columns)
