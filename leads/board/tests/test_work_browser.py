"""Work without leaving the board, in a real browser: quick add, the side panel, archive, changing many, filters."""

from zoneinfo import ZoneInfo

import pytest

from conftest import make_car, make_lead
from leads.board.tests.screens import screen, stored
from leads.models import Lead, LeadEvent
from steerleads.tests.browsers import PHONE, on_one_database
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), on_one_database]

PANEL = "[data-panel][open]"
FIELDS = {"action": "Call back", "target_name": "Omar Alaoui", "target_info": "0612345678"}


@pytest.fixture
def cards(civic):
    for action in "ABC":
        make_lead(civic, action=action)


@pytest.fixture
def clio(casa):
    return make_car(casa, make="Renault", model="Clio", plate="12345-أ-6", stock_number="A-17")


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


def answering(page, *answers):
    """Answer the browser's questions with yes (True) or no; what it asked is in the list that is given."""
    asked, answers = [], list(answers)

    def answer(dialog):
        asked.append(dialog.message.replace("\u2068", "").replace("\u2069", ""))
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    page.on("dialog", answer)
    return asked


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
    at = LeadEvent.objects.get(lead_id=lead.pk, kind="lead.changed").at.astimezone(ZoneInfo("Asia/Tokyo"))
    board.wait_for(list("BCA"), "COMPLETED")
    board.act("A", "open")
    lines = board.page.locator(".timeline-line")
    lines.first.wait_for()
    assert [" ".join(line.split()) for line in lines.all_inner_texts()] == [
        f"{at:%A %H:%M} · Nadia Berrada · changed Status New Completed",
        f"{at:%A %H:%M} · test (Command) · created",
    ]


def test_unsaved_words_are_not_lost_unasked(board):
    page = board.page
    asked = answering(page, False, False, False, True)
    board.act("A", "open")
    fill(page, note="half a sentence")
    board.press("Escape", "Escape")  # Chromium would close a dialog at the second one whatever the page says
    page.click("[data-panel-archive]")
    assert page.input_value(f"{PANEL} [name=note]") == "half a sentence"
    page.mouse.click(20, 400)  # beside the panel
    wait_to_close(page)
    assert asked == ["Close without saving what you typed?"] * 4
    assert board.shown() == list("ABC") and not Lead.objects.filter(note="half a sentence").exists()


def test_selecting_text_to_beyond_the_panel_does_not_close_it(board):
    page = board.page
    board.act("A", "open")
    box = page.locator(f"{PANEL} [name=action]").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(200, box["y"] + 10, steps=3)
    page.mouse.up()
    assert page.is_visible(PANEL)


def test_nothing_typed_nothing_asked(board):
    asked = answering(board.page)
    board.act("A", "open")
    board.page.click(f"{PANEL} [data-panel-close] >> nth=0")
    wait_to_close(board.page)
    assert asked == [] and board.focused() == "A"


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


def test_an_unreachable_server_keeps_what_was_typed(open_page, seller, cards):
    board = screen(open_page, seller, tolerate="ERR_INTERNET_DISCONNECTED")
    board.act("A", "open")
    fill(board.page, note="Wants white")
    board.page.context.set_offline(True)
    save(board.page)
    failure = board.page.locator("[data-panel-failure]")
    failure.wait_for()
    assert "the server cannot be reached" in failure.text_content()
    board.page.context.set_offline(False)
    save(board.page)
    wait_to_close(board.page)
    assert Lead.objects.filter(note="Wants white").exists()


def test_on_a_phone_the_panel_opens_without_the_keyboard(open_page, seller, cards):
    board = screen(open_page, seller, viewport=PHONE, has_touch=True, is_mobile=True)
    board.card("A").locator("[data-act=open]").tap()
    board.page.wait_for_selector("#panel-title:focus")
    assert board.page.locator(PANEL).bounding_box()["width"] == PHONE["width"]


# --- Archive ---------------------------------------------------------------------------------------


def test_a_lead_is_archived_and_the_message_undoes_it(casa, board):
    board.menu("B", "Archive")
    board.wait_for(list("AC"))
    board.wait_to_be_told("“B” is archived.")
    assert Lead.objects.get(action="B").archived
    board.page.locator(".board-message").get_by_role("button", name="Undo").click()
    board.wait_for(list("ABC"))
    assert stored(casa) == list("ABC") and board.told() == []
    assert board.focused() is not None


def test_a_lead_is_archived_in_its_panel(board):
    board.act("B", "open")
    board.page.click("[data-panel-archive]")
    board.wait_for(list("AC"))
    board.wait_to_be_told("“B” is archived.")


# --- Changing many ---------------------------------------------------------------------------------


@pytest.fixture
def bosses(open_page, boss, cards):
    return screen(open_page, boss, tolerate="500")


def choose(board, *actions):
    board.page.click("[data-selecting]")
    for action in actions:
        board.card(action).locator("[data-name]").click()


def test_many_get_a_status_and_a_tag(casa, bosses):
    choose(bosses, *"AC")
    assert bosses.page.inner_text("[data-bulk-count]").strip("\u2068\u2069 ").endswith("selected")
    bosses.page.select_option("[data-bulk] [name=status]", "COMPLETED")
    bosses.page.fill("[data-bulk] [name=tag]", "Hot")
    bosses.page.click("[data-bulk] [type=submit]")
    bosses.wait_for(list("AC"), "COMPLETED")
    wait_until(lambda: bosses.page.is_hidden("[data-bulk]"))
    assert bosses.told() == ["Leads changed: 2. Close"]
    assert sorted(Lead.objects.filter(tag="Hot", status="COMPLETED").values_list("action", flat=True)) == ["A", "C"]
    assert bosses.page.locator("[data-select]:checked").count() == 0


def test_many_are_archived_when_one_is_sure(bosses):
    asked = answering(bosses.page, False, True)
    choose(bosses, *"AC")
    bosses.page.click("[data-bulk-archive]")
    assert bosses.shown() == list("ABC")
    bosses.page.click("[data-bulk-archive]")
    bosses.wait_for(["B"])
    assert asked == ["Archive 2 leads?"] * 2
    bosses.page.locator(".board-message").get_by_role("button", name="Undo").click()
    bosses.wait_for(list("ABC"))


def test_cards_are_chosen_by_keyboard(bosses):
    bosses.page.focus("[data-selecting]")
    bosses.press("Enter")
    bosses.card("A").focus()
    bosses.press("Space", "ArrowDown", "Space")
    assert bosses.page.locator("[data-select]:checked").count() == 2
    bosses.page.focus("[data-bulk-end]")
    bosses.press("Enter")
    assert bosses.page.evaluate("() => document.activeElement.matches('[data-selecting]')")


def test_what_was_chosen_stays_so_when_it_was_not_saved(bosses):
    bosses.page.route("**/board/many/", lambda route: route.fulfill(status=500, body="Broken"))
    choose(bosses, *"AC")
    bosses.page.select_option("[data-bulk] [name=status]", "COMPLETED")
    bosses.page.click("[data-bulk] [type=submit]")
    bosses.wait_to_be_told("Not saved")
    assert bosses.page.locator("[data-select]:checked").count() == 2 and bosses.page.is_visible("[data-bulk]")


def test_a_colleagues_changes_keep_what_is_chosen(api, bosses):
    choose(bosses, *"AC")
    api.patch(f"/leads/{Lead.objects.get(action='A').pk}", {"tag": "Hot"})
    wait_until(lambda: "Hot" in bosses.card("A").text_content())
    assert bosses.page.locator("[data-select]:checked").count() == 2


def test_a_salesperson_is_not_offered_to_change_many(board):
    for offered in ("[data-selecting]", "[data-select]", "[data-bulk]"):
        assert board.page.locator(offered).count() == 0


# --- Filters ---------------------------------------------------------------------------------------


def query(page):
    return page.evaluate("() => location.search")


def test_a_car_is_chosen_in_the_filter_and_lives_in_the_address(clio, board):
    page = board.page
    make_lead(clio, action="Of the Clio")
    page.click("[data-filters] [data-combobox-text]")
    page.keyboard.type("a-17")
    with page.expect_navigation():
        page.click("#filter-cars [role=option]")
    board.wait_for(["Of the Clio"])
    assert query(page) == f"?car={clio.pk}"
    page.reload()
    board.wait_for(["Of the Clio"])
    assert page.input_value("[data-filters] [data-combobox-text]") == "Renault Clio 2021"
    page.click("[data-clear]")
    wait_until(lambda: len(board.shown()) == 4)
    assert query(page) == "" and page.locator("[data-clear]").count() == 0
    page.go_back()
    board.wait_for(["Of the Clio"])


def test_emptying_the_field_shows_all_cars(civic, clio, board):
    make_lead(clio, action="Of the Clio")
    board.open(f"car={civic.pk}")
    with board.page.expect_navigation():
        board.page.fill("[data-filters] [data-combobox-text]", "")
    wait_until(lambda: len(board.shown()) == 4)


def test_search_and_tag_narrow_each_other(civic, board):
    make_lead(civic, action="Hot call", tag="Hot")
    make_lead(civic, action="Hot mail", tag="Hot")
    make_lead(civic, action="Cold call")
    board.open()
    with board.page.expect_navigation():
        board.page.select_option("[data-filters] [name=tag]", "Hot")
    board.wait_for(["Hot call", "Hot mail"])
    board.page.fill("[name=q]", "call")
    with board.page.expect_navigation():
        board.press("Enter")
    board.wait_for(["Hot call"])
    assert query(board.page) in ("?q=call&tag=Hot", "?tag=Hot&q=call")
    board.page.go_back()
    board.wait_for(["Hot call", "Hot mail"])


def test_where_nothing_matches_it_says_so(board):
    board.open("q=nonsense")
    assert board.page.inner_text("[data-column=NEW] [data-empty]") == "Nothing here matches the filter."


def test_on_a_phone_more_filters_have_a_row_of_their_own(open_page, seller, civic):
    make_lead(civic, action="Hot call", tag="Hot")
    make_lead(civic, action="Cold call")
    board = screen(open_page, seller, viewport=PHONE, has_touch=True, is_mobile=True)
    page = board.page
    assert page.is_hidden("[data-filters] [name=tag]")
    page.tap("[data-more-filters]")
    assert page.get_attribute("[data-more-filters]", "aria-expanded") == "true"
    search, tag = (page.locator(f"[data-filters] [name={name}]").bounding_box() for name in ("q", "tag"))
    assert tag["y"] >= search["y"] + search["height"]
    with page.expect_navigation():
        page.select_option("[data-filters] [name=tag]", "Hot")
    board.wait_for(["Hot call"])
    assert page.is_visible("[data-filters] [name=tag]")  # what narrows the board is seen
