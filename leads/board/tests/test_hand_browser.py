"""A card is open to the hand: where a click opens it, what of it filters, copies and is selected, and the panel's address."""

import pytest

from conftest import make_lead
from leads.board.tests.boards import PATH
from leads.board.tests.screens import screen
from leads.models import Lead
from steerleads.tests.browsers import PHONE
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

PANEL = "[data-panel][open]"
QUESTION = "[data-question][open]"
NARROW = {"width": 820, "height": 1180}


@pytest.fixture
def cards(civic, clio):
    for action in "ABC":
        make_lead(civic, action=action, note="Wants it in white", tag="Hot" if action == "B" else None)
    make_lead(clio, action="D", target_name="Omar Alaoui", target_info="06 12 34 56 78, omar@mail.ma")


@pytest.fixture
def board(open_page, seller, cards):
    return screen(open_page, seller, tolerate="404", permissions=["clipboard-read", "clipboard-write"])


def query(page):
    return page.evaluate("() => location.search")


def close(page):
    page.keyboard.press("Escape")
    wait_until(lambda: not page.locator(PANEL).count() and query(page) == "", 30)
    page.wait_for_selector("[data-board]:not([data-unsettled])")


def title(page):
    return page.text_content(f"{PANEL} #panel-title")


def wait_for_panel(page, action):
    page.wait_for_selector(f"{PANEL} #panel-title >> text={action}")


def test_a_click_anywhere_but_on_a_control_opens_the_card(board):
    page, box = board.page, board.box("B")
    for x, y in [(0.5, 0.5), (0.97, 0.6), (0.5, 0.97)]:
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        wait_for_panel(page, "B")
        close(page)
    for part in ("[data-name] bdi", ".board-card-note span"):
        board.card("B").locator(part).click()
        wait_for_panel(page, "B")
        close(page)


def test_the_number_is_read_and_copied_and_words_are_selected(board):
    page, card = board.page, board.card("D")
    numbers = card.locator("[data-act=copy]")
    assert numbers.all_text_contents() == ["06 12 34 56 78", "omar@mail.ma"]
    for number in range(2):
        numbers.nth(number).click()
        board.wait_to_be_told("Copied: " + numbers.nth(number).text_content())
        assert page.evaluate("() => navigator.clipboard.readText()") == numbers.nth(number).text_content()
    box = card.locator("[data-name] bdi").bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert page.evaluate("() => String(getSelection())") == "Omar Alaoui"
    assert page.locator(f"{PANEL}, .is-lifted").count() == 0
    assert board.shown() == list("ABCD")


def test_tag_and_car_filter_and_show_all_again(clio, board):
    page = board.page
    for action, name, found in [("B", "tag", ["B"]), ("D", "car", ["D"])]:
        control = f"[data-act=filter][data-by={name}]"
        with page.expect_navigation():
            board.card(action).locator(control).click()
        board.wait_for(found)
        assert query(page) == {"tag": "?tag=Hot", "car": f"?car={clio.pk}"}[name]
        with page.expect_navigation():
            board.card(action).locator(control).click()
        board.wait_for(list("ABCD"))


def test_the_panel_begins_with_who_and_call_and_ends_with_the_details(board):
    page = board.page
    board.act("D", "open")
    wait_for_panel(page, "D")
    tops = [
        page.locator(f"{PANEL} {part}").first.bounding_box()["y"]
        for part in (".panel-name", "a[href^='tel:']", "[name=note]", ".timeline-line", "[name=action]")
    ]
    assert tops == sorted(tops)
    assert page.locator(f"{PANEL} .panel-body a").first.get_attribute("href") == "tel:+212612345678"


def test_the_panel_has_an_address_back_closes_it_and_arrows_go_to_the_neighbour(board):
    page, leads = board.page, dict(Lead.objects.values_list("action", "pk"))
    board.act("B", "open")
    wait_for_panel(page, "B")
    for key, action in [("ArrowDown", "C"), ("ArrowUp", "B"), ("ArrowUp", "A")]:
        page.keyboard.press(key)
        wait_for_panel(page, action)
        wait_until(lambda action=action: query(page) == f"?lead={leads[action]}", 30)
    assert page.is_disabled("[data-panel-step] >> nth=0")
    page.click("[data-panel-step] >> nth=1")
    wait_for_panel(page, "B")
    page.go_back()  # one step, however many neighbours were seen
    page.wait_for_selector(PANEL, state="detached")
    assert query(page) == "" and board.focused() == "B"
    page.go_forward()
    wait_for_panel(page, "B")
    page.reload()
    wait_for_panel(page, "B")
    close(page)
    page.evaluate("() => { window.isTheSame = true; }")
    board.act("A", "open")
    wait_for_panel(page, "A")
    close(page)
    assert page.evaluate("() => window.isTheSame")
    page.goto(f"{PATH}?lead={leads['C']}")  # as a link that a colleague sent
    wait_for_panel(page, "C")
    close(page)
    board.open("lead=01890000-0000-7000-8000-000000000000")
    board.wait_to_be_told("This lead is not there any more.")
    assert query(page) == ""


@pytest.mark.parametrize("begin", ["a lead", "a new one"])
def test_back_asks_before_what_was_typed_is_lost(board, begin):
    page = board.page
    board.act("A", "open") if begin == "a lead" else page.click("[data-add]")
    page.fill(f"{PANEL} [name=note]", "half a sentence")
    address = query(page)
    for answer in ("keep", "discard"):
        page.go_back()
        page.wait_for_selector(QUESTION)
        wait_until(lambda: query(page) == address, 30)
        assert page.input_value(f"{PANEL} [name=note]") == "half a sentence"
        page.click(f"{QUESTION} [value={answer}]")
    page.wait_for_selector(PANEL, state="detached")
    wait_until(lambda: query(page) == "", 30)


@pytest.mark.parametrize("viewport", [NARROW, PHONE], ids=["820", "390"])
def test_a_reload_finds_the_place_and_the_column(open_page, casa, seller, civic, viewport):
    for number in range(70):
        make_lead(civic, action=f"{number:02}", status="COMPLETED", order=number)
    board = screen(open_page, seller, viewport=viewport)
    page = board.page
    if viewport is PHONE:
        page.click("[data-tab=COMPLETED]")
    scroller = page.locator("[data-column=COMPLETED] [data-scroller]")
    scroller.evaluate("each => each.scrollTo(0, 99999)")
    wait_until(lambda: len(board.shown("COMPLETED")) == 70, 30)
    board.card("60").evaluate("each => each.scrollIntoView({ block: 'start' })")
    before = board.box("60")["y"]
    page.reload()
    wait_until(lambda: len(board.shown("COMPLETED")) == 70, 30)
    wait_until(lambda: abs(board.box("60")["y"] - before) < 3, 30)
    board.open()  # anew, it begins at the top
    assert scroller.evaluate("each => each.scrollTop") == 0
