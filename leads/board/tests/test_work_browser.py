"""Archive, changing many, and filters, in a real browser."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import answering, screen, stored
from leads.models import Lead
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


# --- Archive ---------------------------------------------------------------------------------------


def test_a_lead_is_archived_and_the_message_undoes_it(casa, board):
    board.menu("B", "Archive")
    board.wait_for(list("AC"))
    board.wait_to_be_told("“B” is archived.")
    assert Lead.objects.get(action="B").archived
    board.page.locator(".board-message").get_by_role("button", name="Undo").click()
    board.wait_for(list("ABC"))
    assert stored(casa) == list("ABC") and board.told() == ["Undone: “B” is as it was. Close"]
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
    assert bosses.told() == ["Leads that are now in Completed with the tag “Hot”: 2. Undo Close"]
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
        page.click("#filter-cars [role=option]:has-text('Clio')")
    board.wait_for(["Of the Clio"])
    assert query(page) == f"?car={clio.pk}"
    page.reload()
    board.wait_for(["Of the Clio"])
    assert page.input_value("[data-filters] [data-combobox-text]") == "Renault Clio 2021"
    page.click("[data-clear]")
    wait_until(lambda: len(board.shown()) == 4)
    assert query(page) == "" and page.is_hidden("[data-clear]")
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
    board.wait_for(["Hot call"])
    assert query(board.page) in ("?q=call&tag=Hot", "?tag=Hot&q=call")
    board.page.reload()
    board.wait_for(["Hot call"])
    board.page.go_back()
    board.wait_for(["Hot call", "Hot mail"])
    assert board.page.input_value("[name=q]") == ""


def test_what_is_typed_is_found_without_loading_the_page(civic, clio, board):
    page = board.page
    make_lead(clio, action="Of the Clio", note="Ask for Nadia")
    page.evaluate("() => { window.isTheSame = true; }")
    page.click("[name=q]")
    page.keyboard.type("cli")
    board.wait_for(["Of the Clio"])
    assert page.is_visible("[data-clear]") and query(page) == "?q=cli"
    page.keyboard.type("x")
    wait_until(lambda: page.is_visible("[data-column=NEW] [data-empty]"))
    assert page.inner_text("[data-column=NEW] [data-empty]") == "Nothing here matches the filter."
    page.fill("[name=q]", "na")
    page.keyboard.press("Enter")  # so few letters wait for it
    board.wait_for(["Of the Clio"])
    page.fill("[name=q]", "")
    wait_until(lambda: len(board.shown()) == 4)
    assert page.is_hidden("[data-clear]") and query(page) == "" and page.evaluate("() => window.isTheSame")
    page.go_back()
    assert page.evaluate("() => window.isTheSame")


def test_the_export_is_of_what_was_typed(civic, bosses):
    bosses.page.fill("[name=q]", "zzz")
    wait_until(lambda: "q=zzz" in bosses.page.get_attribute("[data-export]", "href"))
    bosses.page.fill("[name=q]", "")
    wait_until(lambda: "q=" not in bosses.page.get_attribute("[data-export]", "href"))


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
