"""New leads are unmissable, and the view can be sorted: what says that some came, and where a drop goes in a sorted view."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import plain, screen
from leads.models import Lead
from steerleads.tests.browsers import PHONE
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

PILL = "[data-fresh-pill]"


@pytest.fixture
def cards(civic):
    """More than a window shows, and more than are loaded at first; what comes later lies below them."""
    for number in range(60):
        make_lead(civic, action=f"{number:02}")


def wait_for_pill(page, words):
    wait_until(lambda: page.is_visible(PILL) and plain(page.inner_text(PILL)) == words, 30)


@pytest.mark.parametrize("language, words", [("en", "1 new"), ("fr", "Nouveaux : 1"), ("ar", "الجديد: 1")])
def test_a_pill_the_title_and_the_tab_say_that_a_lead_came_and_the_pill_leads_to_it(
    open_page, casa, civic, seller, cards, language, words
):
    casa.language = language
    casa.save(update_fields=["language"])
    board = screen(open_page, seller, viewport=PHONE if language == "ar" else {"width": 820, "height": 900})
    page, title = board.page, board.page.title()
    assert page.is_hidden(PILL)
    if language == "ar":
        page.click("[data-tab=COMPLETED]")
    make_lead(civic, action="From the web")
    wait_until(lambda: page.title() == f"(1) {title}", 30)
    assert page.get_attribute("link[rel=icon]", "href").endswith("icon-new.svg")
    assert page.locator("[data-tab=NEW][data-has-fresh]").count() == 1
    if language == "ar":
        page.click("[data-tab=NEW]")
    wait_for_pill(page, words)
    page.reload()
    wait_for_pill(page, words)
    page.click(PILL)
    wait_until(lambda: board.focused() == "From the web", 30)
    assert board.box("From the web")["y"] < 900
    wait_until(lambda: page.is_hidden(PILL) and page.title() == title, 30)
    page.reload()
    page.wait_for_selector("[data-board][data-ready]")
    assert page.is_hidden(PILL)


def test_what_one_adds_or_looks_at_is_not_new(open_page, seller, civic):
    board = screen(open_page, seller)
    make_lead(civic, action="In view")
    wait_for_pill(board.page, "1 new")
    wait_until(lambda: board.page.is_hidden(PILL), 30)  # it was seen
    assert not board.page.title().startswith("(")


def test_in_a_sorted_view_a_drop_changes_the_column_only_and_says_so(open_page, casa, seller, civic):
    for action, order in [("A", 3), ("B", 2), ("C", 1)]:
        make_lead(civic, action=action, order=order)
    board = screen(open_page, seller)
    page = board.page
    assert board.shown() == list("CBA")
    for sort, cards in [("newest", "CBA"), ("waiting", "ABC")]:
        with page.expect_navigation():
            page.select_option("[data-filters] [name=sort]", sort)
        board.wait_for(list(cards))
    before = Lead.objects.order_by("action").values_list("status", "order", "version")
    was = list(before)
    board.drag("A", onto="C")
    board.wait_to_be_told("This view is sorted: a card can only change its column here.")
    board.wait_for(list("ABC"))
    assert list(before) == was
    board.drag_to("B", "header COMPLETED", ["COMPLETED", None, None])
    board.wait_to_be_told("“B” is now in Completed, where the sort of this view puts it.")
    board.wait_for(["B"], "COMPLETED")
    board.act("A", "menu")
    assert page.locator("[data-menu-act=up]:visible, [data-menu-act=bottom]:visible").count() == 0
    board.press("Escape")
    page.locator("[data-told]").get_by_role("button", name="Undo").click()
    board.wait_for(list("ABC"))
    assert [facts[:2] for facts in before] == [facts[:2] for facts in was]
