"""What was typed into the panel is kept, or asked about, at every way out."""

import pytest

from conftest import make_lead
from leads.board.tests.boards import PATH
from leads.board.tests.screens import screen
from leads.models import Lead
from steerleads.dealers.models import StaffSession
from steerleads.tests.browsers import signed_in
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

PANEL = "[data-panel][open]"
QUESTION = "[data-question][open]"
SENTENCE = "half a sentence"


@pytest.fixture
def cards(civic):
    for action in "ABC":
        make_lead(civic, action=action)


@pytest.fixture
def board(open_page, seller, cards):
    return screen(open_page, seller, tolerate="403|404|503|ERR_INTERNET_DISCONNECTED")


def typing(board):
    board.act("A", "open")
    return board.page, write(board.page)


def typing_a_new_one(board):
    board.page.click("[data-add]")
    return board.page, write(board.page)


def write(page):
    page.fill(f"{PANEL} [name=note]", SENTENCE)
    return lambda: page.input_value(f"{PANEL} [name=note]")


WITHIN = {
    "Escape": lambda page: page.keyboard.press("Escape"),
    "the cross": lambda page: page.click(f"{PANEL} .panel-head [data-panel-close]"),
    "Cancel": lambda page: page.click(f"{PANEL} .panel-foot [data-panel-close]"),
    "beside the panel": lambda page: page.mouse.click(20, 400),
    "a phone's way back": lambda page: page.evaluate("() => document.querySelector('[data-panel]').close()"),
}


@pytest.mark.parametrize("begin", [typing, typing_a_new_one])
def test_every_way_out_on_the_page_asks(board, begin):
    page, typed = begin(board)
    for leave in WITHIN.values():
        leave(page)
        page.wait_for_selector(QUESTION)
        page.click(f"{QUESTION} [value=keep]")
        page.wait_for_selector(QUESTION, state="detached")
        assert typed() == SENTENCE
    page.keyboard.press("Escape")
    page.wait_for_selector(QUESTION)
    page.keyboard.press("Escape")  # which answers no
    page.wait_for_selector(QUESTION, state="detached")
    assert typed() == SENTENCE
    page.keyboard.press("Escape")
    page.click(f"{QUESTION} [value=discard]")
    page.wait_for_selector(PANEL, state="detached")
    assert not Lead.objects.filter(note=SENTENCE).exists()


def test_archiving_asks_first(board):
    page, typed = typing(board)
    page.click("[data-panel-archive]")
    page.click(f"{QUESTION} [value=keep]")
    assert typed() == SENTENCE and board.shown() == list("ABC")
    page.click("[data-panel-archive]")
    page.click(f"{QUESTION} [value=discard]")
    board.wait_for(list("BC"))


BEYOND = {
    "reload": lambda page: page.evaluate("() => location.reload()"),
    "a filter": lambda page: page.evaluate("() => document.querySelector('[data-filters]').requestSubmit()"),
    "signing out": lambda page: page.evaluate("() => document.querySelector('form[action*=logout]').requestSubmit()"),
    "closing the tab": lambda page: page.close(run_before_unload=True),
}


@pytest.mark.parametrize("way", BEYOND)
def test_every_way_off_the_page_asks(board, way):
    page, typed = typing(board)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    BEYOND[way](page)
    wait_until(lambda: page.wait_for_timeout(50) or asked, 10)
    assert asked == ["beforeunload"] and typed() == SENTENCE


def test_nothing_typed_nothing_asked(board):
    page, asked = board.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    board.act("A", "open")
    page.wait_for_selector(PANEL)
    page.keyboard.press("Escape")
    page.wait_for_selector(PANEL, state="detached")
    board.wait_for(list("ABC"))
    assert board.focused() == "A" and page.locator(QUESTION).count() == 0
    board.act("A", "open")
    page.wait_for_selector(PANEL)
    page.reload()
    page.wait_for_selector("[data-board][data-ready]")
    assert asked == []


def test_after_the_session_has_ended_one_signs_in_elsewhere_and_saves_here(board, seller):
    page, typed = typing(board)
    StaffSession.objects.all().delete()
    page.click(f"{PANEL} [type=submit]")
    page.wait_for_selector("[data-panel-failure] a:visible")
    assert "you are signed out" in page.text_content("[data-panel-failure]") and typed() == SENTENCE
    page.context.clear_cookies()  # with the token: whoever signs in gets another
    signed_in(page, seller.user)
    page.click(f"{PANEL} [type=submit]")
    page.wait_for_selector(PANEL, state="detached")
    assert Lead.objects.get(action="A").note == SENTENCE


@pytest.mark.parametrize(
    "fails, why",
    [
        (lambda route: route.fulfill(status=503, body="<h1>Away</h1>"), "the server had a problem"),
        (lambda route: route.fulfill(status=200, body="<h1>A proxy's</h1>"), "the server had a problem"),
        (lambda route: route.fulfill(status=403, body="<h1>No</h1>"), "you may not do this"),
        (lambda route: route.abort("internetdisconnected"), "the server cannot be reached"),
    ],
)
def test_what_cannot_be_saved_stays_and_says_why(board, fails, why):
    page, typed = typing(board)
    page.route("**/board/lead/**", fails, times=2)
    page.click(f"{PANEL} [type=submit]")
    page.wait_for_selector(f"[data-panel-failure]:visible >> text={why}")
    assert typed() == SENTENCE
    page.unroute("**/board/lead/**")
    page.click(f"{PANEL} [type=submit]")
    page.wait_for_selector(PANEL, state="detached")
    assert Lead.objects.get(action="A").note == SENTENCE


def test_what_a_colleague_deleted_stays_typed(board, api):
    page, typed = typing(board)
    api.delete(f"/leads/{Lead.objects.get(action='A').pk}")
    page.click(f"{PANEL} [type=submit]")
    page.wait_for_selector("[data-panel-failure]:visible >> text=This lead is not there any more.")
    assert typed() == SENTENCE


def test_a_panel_that_comes_late_does_not_take_the_place_of_another(board):
    held = []
    board.page.route("**/board/lead/**", lambda route: route.continue_() if held else held.append(route))
    board.act("A", "open")
    wait_until(lambda: board.shown() and held)
    board.act("B", "open")
    board.page.wait_for_selector(f"{PANEL} #panel-title >> text=B")
    typed = write(board.page)
    with board.page.expect_response(f"**{PATH}lead/{Lead.objects.get(action='A').pk}/"):
        held[0].continue_()
    board.page.wait_for_timeout(100)
    assert typed() == SENTENCE and board.page.text_content(f"{PANEL} #panel-title") == "B"
