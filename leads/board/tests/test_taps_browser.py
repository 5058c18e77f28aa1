"""A tap hits what one aimed at: not the card that has just come under the finger, and once, however long a key is held."""

import pytest

from conftest import make_lead
from leads.board.tests.screens import screen, stored
from leads.models import Lead, LeadEvent
from steerleads.tests.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

# Taps a point as soon as the cards in New are others, and gives the action of the card that lies there by then.
TAP_AT_ONCE = """([x, y]) => new Promise((done) => {
  const tapped = (_changes, watch) => {
    watch.disconnect();
    const hit = document.elementFromPoint(x, y);
    hit.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }));
    done(hit.closest("[data-lead]").querySelector("[data-act=open]").textContent);
  };
  new MutationObserver(tapped).observe(document.querySelector("[data-column=NEW] [data-list]"), { childList: true });
  window.isWatching = true;
})"""


@pytest.fixture
def cards(civic):
    for action in "ABCD":
        make_lead(civic, action=action)


@pytest.fixture
def board(open_page, seller, cards):
    return screen(open_page, seller)


def done(board, action):
    return board.card(action).get_by_role("button", name="Done", exact=True)


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def writes():
    return LeadEvent.objects.exclude(kind="lead.created").exclude(batch__isnull=False, kind="lead.moved").count()


def test_a_double_click_completes_one_lead_and_says_which(casa, board):
    board.page.mouse.dblclick(*middle(done(board, "A")))
    board.wait_for(list("BCD"))
    board.wait_to_be_told("“A” is now in Completed.")
    assert stored(casa, "COMPLETED") == ["A"] and writes() == 1
    done(board, "B").click()  # a moment later it is meant
    board.wait_for(list("CD"))


@pytest.mark.parametrize("part", ["[data-act=to]", "[data-act=menu]", "[data-act=open]", "[data-act=note]", "a"])
def test_a_tap_on_what_a_colleague_has_just_moved_does_nothing(api, board, part):
    x, y = middle(board.card("A").locator(part).first)
    with board.page.expect_event("console", lambda line: line.text.startswith("hit")) as hit:
        board.page.evaluate(f"(at) => void ({TAP_AT_ONCE})(at).then((card) => console.log('hit', card))", [x, y])
        api.post(f"/leads/{Lead.objects.get(action='A').pk}/archive")
    assert hit.value.text == "hit B"
    board.wait_for(list("BCD"))
    assert board.page.locator("[data-panel][open], [data-menu]:popover-open").count() == 0
    assert writes() == 1  # the colleague's


def test_a_double_click_in_the_menu_or_on_undo_hits_no_card_below(casa, board):
    board.act("A", "menu")
    board.page.get_by_role("menuitem", name="To Completed").dblclick()
    board.wait_for(list("BCD"))
    board.page.locator("[data-told] button").first.dblclick()
    board.wait_for(list("ABCD"))
    assert board.page.locator("[data-panel][open]").count() == 0 and writes() == 2


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_that_is_held_does_it_once(casa, board, key):
    done(board, "A").focus()
    for _ in range(5):
        board.page.keyboard.down(key)
    board.page.keyboard.up(key)
    board.wait_for(list("BCD"))
    assert stored(casa, "COMPLETED") == ["A"] and writes() == 1
    assert board.focused() == "A"


def test_enter_twice_does_not_do_the_opposite(casa, board):
    done(board, "A").focus()
    board.press("Enter")
    board.wait_for(list("BCD"))
    assert board.page.evaluate("() => document.activeElement.matches('[data-lead]')")  # and not on “Back to New”


def test_space_that_is_held_picks_a_card_up_once(board):
    board.card("A").focus()
    for _ in range(4):
        board.page.keyboard.down("Space")
    board.page.keyboard.up("Space")
    assert board.card("A").evaluate("card => card.classList.contains('is-picked')")
    board.press("Escape")
    board.wait_for(list("ABCD"))


def test_a_closed_panel_has_the_board_at_rest_at_once(board):
    """And not only when the browser tells of it: a tap in between would go to a card, or be lost, as it came."""
    board.act("A", "open")
    board.page.wait_for_selector("[data-panel] form")
    assert board.page.evaluate("""() => new Promise((seen) => {
      const panel = document.querySelector("[data-panel]");
      new MutationObserver(() => seen(document.querySelector("[data-board]").hasAttribute("data-unsettled")))
        .observe(panel, { attributeFilter: ["open"] });
      panel.querySelector("[data-panel-close]").click();
    })""")


def test_a_click_is_not_lost_on_a_card_that_changes_under_it(api, board):
    held, page = [], board.page
    page.route("**/board/cards/**", lambda route: route.continue_() if held else held.append(route))
    api.patch(f"/leads/{Lead.objects.get(action='A').pk}", {"tag": "Hot"})
    wait_until(lambda: board.shown() and held, 30)
    page.mouse.move(*middle(board.card("A").locator("[data-act=open]")))
    page.mouse.down()
    with page.expect_response("**/board/cards/**"):
        held[0].continue_()
    page.mouse.up()
    page.wait_for_selector("[data-panel][open]")
    wait_until(lambda: "Hot" in board.card("A").text_content(), 30)
