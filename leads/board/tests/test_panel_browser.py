"""The side panel in a real browser: quick add with a car by typing, editing, history."""

from zoneinfo import ZoneInfo

import pytest

from conftest import make_lead
from leads.board.tests.screens import screen, stored
from leads.models import Lead, LeadEvent
from steerleads.tests.browsers import PHONE
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

PANEL = "[data-panel][open]"
FIELDS = {"action": "Call back", "target_name": "Omar Alaoui", "target_info": "0612345678"}


@pytest.fixture
def cards(civic):
    for action in "ABC":
        make_lead(civic, action=action)


@pytest.fixture
def board(open_page, seller, cards):
    return screen(open_page, seller, tolerate="422")


def add(board):
    board.page.click("[data-add]")
    board.page.wait_for_selector("#panel-car:focus")
    return board.page


def fill(page, **fields):
    for name, text in fields.items():
        page.fill(f"{PANEL} [name={name}]", text)


def save(page):
    page.click(f"{PANEL} [type=submit]")


def wait_to_close(page):
    page.wait_for_selector(PANEL, state="detached")


# --- Quick add -------------------------------------------------------------------------------------


def test_a_lead_is_added_on_top(casa, clio, board):
    page = add(board)
    board.press("r", "e", "n")
    page.click("#panel-cars [role=option] >> text=Renault Clio")
    fill(page, **FIELDS)
    save(page)
    board.wait_for(["Call back", *"ABC"])
    board.wait_to_be_told("“Call back” is on the board.")
    wait_until(lambda: board.focused() == "Call back")
    assert stored(casa) == ["Call back", *"ABC"] and Lead.objects.get(action="Call back").car_id == clio.pk


@pytest.mark.parametrize("typed", ["renault", "clio ren", "12345 أ 6", "a-17"])
def test_a_car_is_found_by_make_model_plate_or_stock_number(clio, board, typed):
    add(board)
    board.page.fill("#panel-car", typed)
    board.press("Enter")  # at once: faster than the list comes
    board.page.wait_for_selector(f'{PANEL} [name=car][value="{clio.pk}"]', state="attached")
    assert board.page.input_value("#panel-car") == "Renault Clio 2021"
    assert board.page.is_visible(PANEL) and board.page.is_hidden("#panel-cars")


def test_the_list_of_cars_works_by_keyboard(clio, board):
    add(board)
    board.press("ArrowDown")
    board.page.wait_for_selector("#panel-cars [role=option]")
    board.press("ArrowDown", "ArrowDown", "ArrowUp")
    active = board.page.get_attribute("#panel-car", "aria-activedescendant")
    chosen = board.page.text_content(f"#{active} bdi")
    board.press("Enter")
    assert board.page.input_value("#panel-car") == chosen


def test_escape_in_the_list_keeps_the_panel(clio, board):
    add(board)
    board.page.fill("#panel-car", "clio")
    board.page.wait_for_selector("#panel-cars [role=option]")
    board.press("Escape")
    assert board.page.is_hidden("#panel-cars") and board.page.is_visible(PANEL)
    assert board.page.input_value("#panel-car") == ""  # half a name chooses nothing
    board.press("Escape")
    wait_to_close(board.page)


def test_what_is_not_there_is_said(board):
    add(board)
    board.page.fill("#panel-car", "tesla")
    assert board.page.text_content("#panel-cars [role=option]") == "No car found"


def test_tags_in_use_are_offered(civic, board):
    make_lead(civic, tag="Hot Lead")
    make_lead(civic, tag="Export")
    board.open()
    add(board)
    offered = board.page.get_attribute(f"{PANEL} [name=tag]", "list")
    assert board.page.locator(f"#{offered} option").evaluate_all("all => all.map((each) => each.value)") == [
        *("Export", "Hot Lead"),
    ]


def test_what_is_wrong_is_said_beside_its_field(board):
    page = add(board)
    fill(page, action="Call")
    save(page)
    page.wait_for_selector(".panel-error")
    wrong = page.locator(f"{PANEL} [aria-invalid=true]")
    said = wrong.evaluate_all(
        "all => all.map((each) => document.getElementById(each.getAttribute('aria-describedby')).textContent)"
    )
    assert said == ["Choose a car.", "This field is required.", "This field is required."]
    assert page.evaluate("() => document.activeElement.id") == "panel-car"
    assert page.input_value(f"{PANEL} [name=action]") == "Call" and Lead.objects.count() == 3


def test_the_first_wrong_field_has_the_focus(board):
    board.act("A", "open")
    fill(board.page, action="", target_name=" ")
    save(board.page)
    board.page.wait_for_selector("[name=action][aria-invalid=true]:focus")


def test_what_the_filter_hides_is_said_to_be_saved(casa, civic, clio, board):
    board.open(f"car={civic.pk}")
    add(board)
    assert board.page.input_value("#panel-car") == "Honda Civic 2021"
    board.page.fill("#panel-car", "clio")
    board.press("Enter")
    board.page.wait_for_selector(f'{PANEL} [name=car][value="{clio.pk}"]', state="attached")
    fill(board.page, **FIELDS)
    save(board.page)
    board.wait_to_be_told("“Call back” is saved, but the filter hides it.")
    assert board.shown() == list("ABC") and stored(casa)[0] == "Call back"


# --- The side panel --------------------------------------------------------------------------------


def test_a_note_is_added(board):
    board.act("B", "note")
    board.page.wait_for_selector("[name=note]:focus")
    board.page.keyboard.type("Wants white")
    save(board.page)
    wait_to_close(board.page)
    wait_until(lambda: "Wants white" in board.card("B").text_content())
    assert board.focused() == "B" and Lead.objects.get(action="B").note == "Wants white"


def test_a_lead_is_moved_by_its_status(casa, board):
    board.act("B", "open")
    board.page.select_option(f"{PANEL} [name=status]", "COMPLETED")
    save(board.page)
    board.wait_for(["B"], "COMPLETED")
    assert board.shown() == list("AC") and stored(casa, "COMPLETED") == ["B"]


def test_the_history_says_who_did_what_and_when(casa, boss, cards, board):
    casa.time_zone = "Asia/Tokyo"
    casa.save(update_fields=["time_zone"])
    boss.move(lead := Lead.objects.get(action="A"), status="COMPLETED")
    for action in "BC":
        boss.move(Lead.objects.get(action=action), before=lead, status="COMPLETED")
    changed, created = (
        f"{LeadEvent.objects.get(lead_id=lead.pk, kind=kind).at.astimezone(ZoneInfo('Asia/Tokyo')):%A %H:%M}"
        for kind in ("lead.changed", "lead.created")
    )
    board.wait_for(list("BCA"), "COMPLETED")
    board.act("A", "open")
    lines = board.page.locator(".timeline-line")
    lines.first.wait_for()
    assert [" ".join(line.split()) for line in lines.all_inner_texts()] == [
        f"{changed} · Nadia Berrada · changed Status New Completed",
        f"{created} · test (Command) · created",
    ]


def test_selecting_text_to_beyond_the_panel_does_not_close_it(board):
    page = board.page
    board.act("A", "open")
    box = page.locator(f"{PANEL} [name=action]").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(200, box["y"] + 10, steps=3)
    page.mouse.up()
    assert page.is_visible(PANEL)


def test_a_colleagues_words_are_shown_before_they_are_written_over(api, board):
    lead = Lead.objects.get(action="A")
    board.act("A", "open")
    fill(board.page, note="Mine")
    api.patch(f"/leads/{lead.pk}", {"note": "Theirs"})
    save(board.page)
    board.page.wait_for_selector("text=A colleague changed this meanwhile. It is now: Theirs")
    board.page.wait_for_selector("[name=note][aria-invalid=true]:focus")
    assert board.page.input_value(f"{PANEL} [name=note]") == "Mine"
    save(board.page)  # having seen it, the person insists
    wait_to_close(board.page)
    lead.refresh_from_db()
    assert lead.note == "Mine"


def test_on_a_phone_the_panel_opens_without_the_keyboard(open_page, seller, cards):
    board = screen(open_page, seller, viewport=PHONE, has_touch=True, is_mobile=True)
    board.card("A").locator("[data-act=open]").tap()
    board.page.wait_for_selector("#panel-title:focus")
    assert board.page.locator(PANEL).bounding_box()["width"] == PHONE["width"]
