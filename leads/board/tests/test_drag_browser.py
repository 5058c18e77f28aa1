"""Cards dragged with a mouse on the real board: they land where the line says, and the API lists them like that."""

import time

import pytest

from conftest import make_car, make_lead
from leads.board.tests.pointers import Pointer
from leads.board.tests.screens import screen, stored
from leads.models import Lead, LeadEvent
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

# What is dragged where, what the line says before it is let go, and then New, Completed and Not needed.
DRAGS = [
    ("A", "below C", ["NEW", "C", "D"], ("BCAD", "XY", "")),  # down
    ("D", "above C", ["NEW", "B", "C"], ("BDCA", "XY", "")),  # up
    ("C", "above B", ["NEW", None, "B"], ("CBDA", "XY", "")),  # to the very top
    ("B", "foot NEW", ["NEW", "A", None], ("CDAB", "XY", "")),  # below the last
    ("A", "header NEW", ["NEW", None, "C"], ("ACDB", "XY", "")),
    ("D", "below X", ["COMPLETED", "X", "Y"], ("ACB", "XDY", "")),
    ("B", "above X", ["COMPLETED", None, "X"], ("AC", "BXDY", "")),
    ("C", "foot COMPLETED", ["COMPLETED", "Y", None], ("A", "BXDYC", "")),
    ("A", "foot NOT_NEEDED", ["NOT_NEEDED", None, None], ("", "BXDYC", "A")),
    ("Y", "header NOT_NEEDED", ["NOT_NEEDED", None, "A"], ("", "BXDC", "YA")),
    ("X", "header NEW", ["NEW", None, None], ("X", "BDC", "YA")),
    ("D", "above X", ["NEW", None, "X"], ("DX", "BC", "YA")),
]


@pytest.fixture
def cards(civic):
    make_cards(civic)


@pytest.fixture
def board(open_page, seller, cards):
    return screen(open_page, seller)


@pytest.fixture
def mixed(casa, civic):
    """On a board of Omar's hot leads of the Civic: A, C and E in New, X and Z in Completed. B, D and Y are not shown."""
    clio = make_car(casa, make="Renault", model="Clio")
    for action in "ABCDEXYZ":
        hot = {"car": civic, "tag": "Hot", "target_name": "Omar"} if action in "ACEXZ" else {"car": clio}
        make_lead(action=action, status="COMPLETED" if action in "XYZ" else "NEW", **hot)


def requests_of(board, call):
    """A list that grows by the requests to a call of the board's."""
    sent = []
    board.page.on("request", lambda request: sent.append(request.url) if f"/board/{call}" in request.url else None)
    return sent


# --- To its place --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_card_lands_where_the_line_says(casa, api, board, language):
    board.speak(casa, language)
    sent = requests_of(board, "move")
    for number, (card, to, line, columns) in enumerate(DRAGS, start=1):
        board.drag_to(card, to, line)
        board.is_as_listed(api, columns)
        assert len(sent) == number and board.focused() == card
    board.open()
    board.is_as_listed(api, DRAGS[-1][-1])


def test_arabic_columns_begin_at_the_right(casa, board):
    board.speak(casa, "ar")
    across = [board.point(f"header {status}")[0] for status in ("NEW", "COMPLETED", "NOT_NEEDED")]
    assert across == sorted(across, reverse=True)


def test_across_columns_is_one_change(board, api):
    board.drag_to("B", "above Y", ["COMPLETED", "X", "Y"])
    board.is_as_listed(api, ("ACD", "XBY", ""))
    assert LeadEvent.objects.filter(lead_id=Lead.objects.get(action="B").pk).exclude(kind="lead.created").count() == 1
    board.press("Control+z")
    board.is_as_listed(api, ("ABCD", "XY", ""))


@pytest.mark.parametrize("kind", ["tag", "search", "car"])
def test_under_a_filter_it_lands_where_it_is_shown(open_page, api, casa, civic, mixed, seller, kind):
    board_query, query = {
        "tag": ("tag=hot", {"tag": "hot"}),
        "search": ("q=omar", {"search": "omar"}),
        "car": (f"car={civic.pk}", {"carId": str(civic.pk)}),
    }[kind]
    board = screen(open_page, seller, board_query)
    for card, to, line, columns in [
        ("E", "above A", ["NEW", None, "A"], ("EAC", "XZ", "")),
        ("E", "below A", ["NEW", "A", "C"], ("AEC", "XZ", "")),
        ("A", "below C", ["NEW", "C", None], ("ECA", "XZ", "")),
        ("C", "above Z", ["COMPLETED", "X", "Z"], ("EA", "XCZ", "")),
        ("A", "header COMPLETED", ["COMPLETED", None, "X"], ("E", "AXCZ", "")),
    ]:
        board.drag_to(card, to, line)
        board.is_as_listed(api, columns, **query)
        assert [each for each in stored(casa) if each in "BD"] == list("BD")
    assert len(stored(casa, "COMPLETED")) == 5


def test_on_a_cars_board_other_cars_leads_are_not_written(open_page, api, casa, civic, mixed, seller):
    others = Lead.objects.exclude(car=civic).order_by("id").values_list("action", "version", "order", "updated_at")
    before = list(others)
    board = screen(open_page, seller, f"car={civic.pk}")
    for card, to, line, columns in [
        ("C", "above A", ["NEW", None, "A"], ("CAE", "XZ", "")),
        ("E", "below C", ["NEW", "C", "A"], ("CEA", "XZ", "")),
        ("E", "below X", ["COMPLETED", "X", "Z"], ("CA", "XEZ", "")),
    ]:
        board.drag_to(card, to, line)
        board.is_as_listed(api, columns, carId=str(civic.pk))
    assert list(others) == before and len(before) == 3


# --- Changing nothing ----------------------------------------------------------------------------


def test_escape_and_a_drop_outside_change_nothing(api, board):
    sent = requests_of(board, "move")
    board.lift("B")
    board.page.mouse.move(*board.point("below X"), steps=6)
    wait_until(lambda: board.line() == ["COMPLETED", "X", "Y"])
    board.press("Escape")
    board.page.mouse.up()
    board.lift("C")
    board.page.mouse.move(*board.point("outside"), steps=6)
    wait_until(lambda: board.line() is None)
    board.page.mouse.up()
    board.is_as_listed(api, ("ABCD", "XY", ""))
    assert sent == [] and not board.page.locator("[data-panel]").is_visible()


def test_a_drop_where_it_was_sends_nothing(api, board):
    sent = requests_of(board, "move")
    for to in ("below B", "below A", "above C"):
        board.lift("B")
        board.page.mouse.move(*board.point(to), steps=6)
        assert board.line() is None  # it would change nothing
        board.page.mouse.up()
        board.is_as_listed(api, ("ABCD", "XY", ""))
    assert sent == [] and LeadEvent.objects.exclude(kind="lead.created").count() == 0


# --- The title is a button -------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["mouse", "pen"])
def test_a_card_is_dragged_by_its_title_and_a_click_there_opens_it(api, board, device):
    panels = requests_of(board, "lead/")
    pointer = Pointer(board.page, device)
    pointer.down(*middle_of_title(board, "A"))
    pointer.move(*board.point("below C"))
    wait_until(lambda: board.line() == ["NEW", "C", "D"])
    pointer.up()
    board.is_as_listed(api, ("BCAD", "XY", ""))
    assert panels == [] and board.focused() == "A"
    pointer.down(*middle_of_title(board, "A"))
    pointer.up()
    board.page.wait_for_selector("[data-panel][open] [name=action]")
    assert board.page.input_value("[data-panel] [name=action]") == "A"


def test_a_title_let_go_where_it_was_or_escaped_from_does_not_open(board):
    panels = requests_of(board, "lead/")
    lift_by_title(board, "B")
    board.page.mouse.up()
    lift_by_title(board, "C")
    board.press("Escape")
    board.page.wait_for_selector(".board-ghost", state="detached")
    board.page.mouse.up()
    board.act("B", "open")  # the next click is one again
    board.page.wait_for_selector("[data-panel][open] [name=action]")
    assert len(panels) == 1 and board.page.input_value("[data-panel] [name=action]") == "B"


# --- A slow server -----------------------------------------------------------------------------------


def test_a_card_is_dragged_again_before_it_was_saved(api, board):
    held = []
    board.page.route("**/board/move/", lambda route: route.continue_() if held else held.append(route))
    board.drag_to("A", "below C", ["NEW", "C", "D"])
    board.lift("A")
    held[0].continue_()
    board.page.wait_for_selector("[data-board]:not([data-saving])")
    board.page.mouse.move(*board.point("below X"), steps=6)
    wait_until(lambda: board.line() == ["COMPLETED", "X", "Y"])
    board.page.mouse.up()
    board.is_as_listed(api, ("BCD", "XAY", ""))


# --- Again and again -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_drags_never_fail(open_page, api, civic, seller):
    began, times = time.monotonic(), 20
    for _ in range(times):
        make_cards(civic)
        board = screen(open_page, seller)
        for card, to, line, columns in DRAGS:
            board.drag_to(card, to, line)
            board.is_as_listed(api, columns)
        board.page.context.close()
        Lead.objects.all().delete()
    seconds = time.monotonic() - began
    print(f"{times * len(DRAGS)} mouse drags, each as the API lists it: {seconds / times / len(DRAGS):.2f} s each")


# --- Pieces ----------------------------------------------------------------------------------------------


def make_cards(car):
    """A, B, C and D in New, X and Y in Completed."""
    for action in "ABCDXY":
        make_lead(car, action=action, status="COMPLETED" if action in "XY" else "NEW")


def middle_of_title(board, action):
    box = wait_until(lambda: board.card(action).locator("[data-act=open]").bounding_box())
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def lift_by_title(board, action):
    x, y = middle_of_title(board, action)
    board.page.mouse.move(x, y)
    board.page.mouse.down()
    board.page.mouse.move(x + 8, y, steps=3)
    board.page.wait_for_selector(".is-lifted")
