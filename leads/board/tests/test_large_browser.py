"""A board with 5,000 cards in a column beside one with 50, in a real browser: it shows the same, and stays as fast."""

import json
import time
from statistics import median, quantiles

import pytest

from leads.board.columns import PAGE
from leads.board.tests.boards import PATH
from leads.board.tests.screens import SAVED, Screen
from steerleads.tests.browsers import DESKTOP
from steerleads.tests.clients import sizes
from steerleads.tests.servers import running_server, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]

MANY, FEW = 5000, 50
MOST_SLOWER = 1.5
SLOWEST_FRAME = 100  # milliseconds
MOST_MEASURED = 25  # elements whose place is asked for in a frame of a drag
# Casa has many leads in New, Atlas few; "Lead 0000" is the first one.
LOAD = """
import json
from datetime import timedelta
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, LPad
from django.test import Client
from leads.models import Lead
from steerleads.dealers.models import Dealership
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.volumes import load_cars, load_leads
cookies = {{}}
for name, rows in (("Casa Motors", {many}), ("Atlas Cars", {few})):
    dealership = Dealership.objects.get(name=name)
    load_leads(dealership, load_cars(dealership, 20), rows)
    client = Client()
    client.force_login(make_staff(dealership))
    cookies[name] = client.cookies["sessionid"].value
number = LPad(Cast("order", CharField()), 4, Value("0"))
Lead.objects.update(status="NEW", action=Concat(Value("Lead "), number), created_at=F("created_at") - timedelta(days=3))
Dealership.objects.update(language="en")
print(json.dumps(cookies))
"""
WHEN_READY = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("[data-board][data-ready]")) return;
  window.readyAt = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributeFilter: ["data-ready"] });
"""
PAINTED = "() => window.readyAt && performance.getEntriesByName('first-contentful-paint').length > 0"
TIMES = "() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.readyAt]"
RECORD = """() => {
  const { getBoundingClientRect } = Element.prototype;
  const seen = { frames: [], measured: [] };
  let [last, asked] = [performance.now(), 0];
  Element.prototype.getBoundingClientRect = function () { asked += 1; return getBoundingClientRect.call(this); };
  function frame(now) {
    seen.frames.push(now - last);
    seen.measured.push(asked);
    [last, asked] = [now, 0];
    if (window.recording === seen) requestAnimationFrame(frame);
  }
  window.recording = seen;
  window.stopRecording = () => {
    Element.prototype.getBoundingClientRect = getBoundingClientRect;
    window.recording = null;
    return seen;
  };
  requestAnimationFrame(frame);
}"""
LIST = "document.querySelector('[data-column=NEW] [data-list]')"
IDS = f"() => [...{LIST}.children].map((card) => card.dataset.lead)"
# To the end of what is loaded; gives the last card that is seen, and where.
TO_THE_END = """() => {
  const scroller = document.querySelector("[data-column=NEW] [data-scroller]");
  scroller.scrollTo({ top: scroller.scrollHeight, behavior: "instant" });
  const card = scroller.querySelector("[data-lead]:last-child");
  return [card.dataset.lead, card.getBoundingClientRect().top];
}"""
TOP_OF = "(id) => document.querySelector(`[data-lead='${id}']`).getBoundingClientRect().top"


@pytest.fixture(scope="module")
def loaded():
    with running_server(workers=1) as server:
        server.cookies = json.loads(server.python(LOAD.format(many=MANY, few=FEW)))
        yield server


@pytest.fixture
def open_board(loaded, open_page):
    def open_it(of):
        page = open_page(viewport=DESKTOP)
        page.add_init_script(WHEN_READY)
        page.context.add_cookies([{"name": "sessionid", "value": loaded.cookies[of.name], "url": loaded.url}])
        board = Screen.__new__(Screen)
        board.page = page
        page.goto(f"{loaded.url}{PATH}")
        page.wait_for_selector("[data-board][data-ready]")
        return board

    return open_it


def listed(server, dealership):
    """The ids of New, as the API lists them."""
    return [lead["id"] for lead in server.call("GET", "/v1/leads?status=NEW", key=dealership.key).json()]


# --- It shows the same -----------------------------------------------------------------------------


@pytest.mark.parametrize("pages", sizes(6, MANY // PAGE))
def test_scrolling_brings_page_after_page_without_gap_repeat_or_jump(loaded, open_board, pages):
    board, order = open_board(loaded.casa), listed(loaded, loaded.casa)
    assert board.page.text_content("[data-count-of=NEW]") == "1,000+"
    assert board.page.evaluate(IDS) == order[:PAGE]
    seconds = []
    for page in range(2, pages + 1):
        began = time.monotonic()
        last, top = board.page.evaluate(TO_THE_END)
        wait_for_cards(board, page * PAGE)
        seconds.append(time.monotonic() - began)
        assert board.page.evaluate(TOP_OF, last) == pytest.approx(top, abs=1)
        assert board.page.evaluate(IDS)[: page * PAGE] == order[: page * PAGE]
    assert board.page.is_hidden("[data-column=NEW] [data-more]") == (pages == MANY // PAGE)
    print(f"a page more: {median(seconds[:5]):.2f} s at first, {median(seconds[-5:]):.2f} s at {pages * PAGE:,} cards")


def wait_for_cards(board, count):
    board.page.wait_for_function(f"() => {LIST}.children.length >= {count}")


def test_a_page_weighs_the_same(loaded):
    many, few = (page_of(loaded, dealership) for dealership in (loaded.casa, loaded.atlas))
    zipped = page_of(loaded, loaded.casa, {"Accept-Encoding": "gzip"})
    print(f"page of {MANY:,}: {len(many):,} bytes, zipped {len(zipped):,}; of {FEW}: {len(few):,}")
    assert len(many) < 1.05 * len(few) and len(zipped) < len(many) / 8


def page_of(server, dealership, headers=None):
    cookie = {"Cookie": f"sessionid={server.cookies[dealership.name]}"}
    return server.call("GET", PATH, headers={**cookie, **(headers or {})}).body


# --- It stays as fast ------------------------------------------------------------------------------


@pytest.mark.parametrize("pairs", sizes(1, 10))
def test_it_is_painted_and_ready_as_soon(loaded, open_board, pairs):
    paints, readies = [], []
    for pair in range(pairs):
        # In turns, as the second one of a pair has it easier.
        dealerships = (loaded.casa, loaded.atlas)[:: (-1) ** pair]
        many, few = [times_of(open_board(dealership)) for dealership in dealerships][:: (-1) ** pair]
        paints.append(many[0] / few[0])
        readies.append(many[1] / few[1])
    print(
        f"{MANY:,} cards against {FEW}, {pairs} pairs: first paint {median(paints):.2f}, ready {median(readies):.2f} "
        f"(last: {many[0]:.0f}/{few[0]:.0f} ms, {many[1]:.0f}/{few[1]:.0f} ms)"
    )
    if pairs > 1:  # one alone may have met a busy moment
        assert median(paints) <= MOST_SLOWER and median(readies) <= MOST_SLOWER


def times_of(board):
    """Milliseconds to the first contentful paint, and until the board can be used."""
    board.page.wait_for_function(PAINTED)
    found = board.page.evaluate(TIMES)
    board.page.close()
    return found


@pytest.mark.parametrize("form", sizes((150, 1), (1200, 5)))
def test_a_drag_is_as_smooth(loaded, open_board, form):
    cards, pairs = form
    many, few = open_board(loaded.casa), open_board(loaded.atlas)
    for count in range(PAGE, cards, PAGE):
        many.page.evaluate(TO_THE_END)
        wait_for_cards(many, count + PAGE)
    drags = [(drag_across(many), drag_across(few)) for _ in range(pairs)]
    for board, dealership in ((many, loaded.casa), (few, loaded.atlas)):
        shown = board.page.evaluate(IDS)
        assert shown == listed(loaded, dealership)[: len(shown)]
    assert all(max(drag["measured"]) <= MOST_MEASURED for pair in drags for drag in pair)
    middle, high = ([share(of, a) / share(of, b) for a, b in drags] for of in (50, 95))
    longest = [[max(drag["frames"]) for drag in side] for side in zip(*drags, strict=True)]
    print(
        f"a drag over {cards:,} of {MANY:,} cards against {FEW}, {pairs} pairs: median frame {median(middle):.2f}, "
        f"95th percentile {median(high):.2f}; longest frames {sorted(map(round, longest[0]))} ms "
        f"against {sorted(map(round, longest[1]))} ms; measured {max(drags[0][0]['measured'])} elements a frame"
    )
    if pairs > 1:
        assert median(middle) <= MOST_SLOWER and median(high) <= MOST_SLOWER
        assert median(longest[0]) <= max(SLOWEST_FRAME, median(longest[1]))


def drag_across(board):
    """Drag the card in the middle of New over all columns and drop it one card further up. Gives what RECORD saw."""
    page, cards = board.page, board.page.locator("[data-column=NEW] [data-lead]")
    middle = cards.count() // 2
    target, card = board.shown()[middle - 1 : middle + 1]
    cards.nth(middle).evaluate("(card) => card.scrollIntoView({ block: 'center', behavior: 'instant' })")
    aim = cards.nth(middle - 1).bounding_box()
    board.lift(card)
    page.evaluate(RECORD)  # from here on the test looks for nothing: with many cards that costs a frame
    for step in range(60):
        page.mouse.move(100 + 1240 * abs(30 - step) / 30, 300 + step * 5)
    page.mouse.move(aim["x"] + aim["width"] / 2, aim["y"] + aim["height"] / 4, steps=6)
    seen = page.evaluate("() => window.stopRecording()")
    page.mouse.up()
    wait_until(lambda: page.evaluate(SAVED), 20)
    assert board.shown()[middle - 1 : middle + 1] == [card, target]
    assert not board.page.locator(".board-message.is-bad").count()
    return seen


def share(percent, drag):
    """A percentile of its frames, in milliseconds."""
    return quantiles(drag["frames"], n=100)[percent - 1]
