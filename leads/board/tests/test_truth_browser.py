"""Nothing is shown as saved that is not, and a colleague's work is seen, not undone: in real browsers."""

import re
import time

import pytest

from conftest import make_car, make_lead
from leads.board.tests.screens import SAVED, Screen, screen, stored
from leads.models import Lead, LeadEvent
from steerleads.dealers.models import StaffSession
from steerleads.tests.browsers import DESKTOP
from steerleads.tests.servers import running_server, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIGNED_IN = """
from django.contrib.auth import get_user_model
from django.test import Client
from conftest import make_lead
from cars.models import Car
from steerleads.dealers.models import Dealership
from steerleads.dealers.tests.people import make_staff
casa = Dealership.objects.get(name="Casa Motors")
Dealership.objects.update(language="en")
for action in "ABCD":
    make_lead(Car.objects.get(dealership=casa), action=action)
client = Client()
client.force_login(make_staff(casa))
print(client.cookies["sessionid"].value)
"""


@pytest.fixture
def cards(civic):
    for action in "ABCD":
        make_lead(civic, action=action)


def lead_of(action):
    return Lead.objects.get(action=action)


# --- A colleague ---------------------------------------------------------------------------------


def test_a_colleagues_changes_appear_within_three_seconds(open_page, api, casa, cards, seller, boss):
    mine, theirs = screen(open_page, seller), screen(open_page, boss)
    theirs.menu("D", "To the top")
    began = time.monotonic()
    mine.wait_for(list("DABC"))
    assert time.monotonic() - began < 3
    api.patch(f"/leads/{lead_of('B').pk}", {"action": "B, called", "status": "COMPLETED"})
    mine.wait_for(["B, called"], "COMPLETED")
    assert mine.page.text_content("[data-count-of=COMPLETED] >> nth=0") == "1"


@pytest.mark.on_one_database
def test_an_unchanged_board_is_told_nothing_from_the_first_question_on(open_page, api, cards, seller):
    board, told = screen(open_page, seller), []
    board.page.on("response", lambda response: told.append(response.status) if "/state/" in response.url else None)
    board.page.reload()
    wait_until(lambda: board.page.wait_for_timeout(50) or len(told) > 1)
    api.patch(f"/leads/{lead_of('B').pk}", {"action": "B, called"})
    board.wait_for(["A", "B, called", "C", "D"])
    assert told[0] == 304 and 200 in told


@pytest.mark.on_one_database
def test_they_do_not_steal_the_focus(open_page, api, cards, seller):
    board = screen(open_page, seller)
    board.card("C").focus()
    api.patch(f"/leads/{lead_of('C').pk}", {"tag": "Hot"})
    api.patch(f"/leads/{lead_of('D').pk}/order", {"order": -5})
    board.wait_for(list("DABC"))
    wait_until(lambda: "Hot" in board.card("C").text_content())
    assert board.focused() == "C"


@pytest.mark.on_one_database
def test_what_is_being_typed_is_left_alone(open_page, api, cards, seller):
    board = screen(open_page, seller)
    board.act("B", "open")
    board.page.fill("[data-panel] [name=note]", "half a sent")
    api.patch(f"/leads/{lead_of('B').pk}", {"tag": "Hot"})
    wait_until(lambda: "Hot" in board.card("B").text_content())
    assert board.page.input_value("[data-panel] [name=note]") == "half a sent"


@pytest.mark.on_one_database
def test_they_do_not_disturb_a_drag(open_page, api, casa, cards, seller):
    board = screen(open_page, seller)
    board.lift("A")
    api.patch(f"/leads/{lead_of('D').pk}/order", {"order": -5})
    api.delete(f"/leads/{lead_of('B').pk}")
    time.sleep(2.5)
    assert board.shown() == list("ABCD")  # as it was when the card was lifted
    board.over("C", 0.75)
    board.page.mouse.up()
    board.wait_for(list("DCA"))
    assert stored(casa) == list("DCA")


def test_many_changes_arrive_as_one(open_page, api, casa, civic, seller):
    leads = [make_lead(civic, action=f"Lead {number}") for number in range(30)]
    board = screen(open_page, seller)
    orders = [{"id": str(lead.pk), "order": (number * 7) % 30} for number, lead in enumerate(leads)]
    api.patch(f"/leads/car/{civic.pk}/reorder", {"leadOrders": orders})
    for lead in leads[::3]:
        api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED"})
    for status in ("NEW", "COMPLETED"):
        board.wait_for(stored(casa, status), status)


def test_a_card_that_a_colleague_moved_shows_theirs_and_says_so(open_page, casa, cards, seller, boss):
    board = screen(open_page, seller, tolerate="409")
    board.card("B").focus()
    board.press("Space", "ArrowDown")
    boss.move(lead_of("B"), status="NOT_NEEDED")
    board.press("Space")
    board.wait_to_be_told("Nadia Berrada moved or archived this lead meanwhile.")
    board.wait_for(list("ACD"))
    board.wait_for(["B"], "NOT_NEEDED")
    assert stored(casa, "NOT_NEEDED") == ["B"]


def test_a_card_that_a_colleague_deleted_goes_and_says_so(open_page, api, cards, seller):
    board = screen(open_page, seller, tolerate="404")
    board.card("B").focus()
    board.press("Space", "ArrowDown")
    api.delete(f"/leads/{lead_of('B').pk}")
    board.press("Space")
    board.wait_to_be_told("This lead is not there any more.")
    board.wait_for(list("ACD"))


def test_making_room_for_a_colleagues_card_is_no_conflict(open_page, casa, cards, seller, boss):
    board = screen(open_page, seller)
    board.card("C").focus()
    board.press("Space", "ArrowUp", "ArrowUp")
    for action in ("D", "A", "B"):  # all have the order 0: the others must make room
        boss.move(lead_of(action), before=lead_of("C"))
    made_room = LeadEvent.objects.filter(lead_id=lead_of("C").pk, kind="lead.moved")
    assert made_room.exists()
    board.press("Space")
    wait_until(lambda: board.page.evaluate(SAVED) and board.shown() == stored(casa))
    assert len(board.told()) == 1 and "“C” is now in New" in board.told()[0]


def test_two_people_at_once_end_with_the_same_board(open_page, casa, cards, seller, boss):
    one, two = screen(open_page, seller, tolerate="409"), screen(open_page, boss, tolerate="409")
    for _ in range(4):
        one.menu(one.shown()[0], "To the bottom")
        two.menu(two.shown()[-1], "To the top")
    wait_until(lambda: one.shown() == two.shown() == stored(casa), 10)
    assert sorted(one.shown()) == list("ABCD")


# --- A server that refuses, is slow, or is away ----------------------------------------------------


@pytest.mark.on_one_database
def test_a_card_is_marked_until_it_is_saved(open_page, cards, seller):
    board = screen(open_page, seller)
    waiting = []
    board.page.route("**/board/move/", lambda route: waiting.append(route))
    board.menu("A", "To the bottom")
    assert board.shown() == list("BCDA")  # at once
    assert board.card("A").evaluate("card => card.classList.contains('is-saving')")
    wait_until(lambda: board.shown() and waiting)
    waiting[0].continue_()
    board.wait_for(list("BCDA"))
    assert not board.card("A").evaluate("card => card.classList.contains('is-saving')")


@pytest.mark.on_one_database
@pytest.mark.parametrize(
    "answer, why",
    [
        ({"status": 500, "body": "<h1>Broken</h1>"}, "the server had a problem"),
        ({"status": 503, "body": "<h1>Away</h1>"}, "the server had a problem"),
        ({"status": 403, "body": "<h1>CSRF</h1>"}, "you may not do this, or the page is too old"),
        ({"status": 400, "content_type": "application/json", "body": '{"message": "Just so."}'}, "Just so."),
    ],
)
def test_what_the_server_refuses_goes_back_and_says_why(open_page, casa, cards, seller, answer, why):
    board = screen(open_page, seller, tolerate=str(answer["status"]))
    board.page.route("**/board/move/", lambda route: route.fulfill(**answer))
    board.menu("A", "To the bottom")
    board.wait_to_be_told(f"Not saved: {why}")
    board.wait_for(list("ABCD"))
    assert stored(casa) == list("ABCD") and board.page.is_disabled("[data-undo]")


@pytest.mark.on_one_database
def test_who_is_signed_out_is_told(open_page, cards, seller):
    board = screen(open_page, seller)
    StaffSession.objects.all().delete()
    board.menu("A", "To the bottom")
    board.wait_to_be_told("you are signed out")
    board.wait_for(list("ABCD"))
    assert board.page.get_by_role("button", name="Load again").is_visible()


@pytest.mark.on_one_database
def test_without_a_network_nothing_is_queued_and_it_heals_by_itself(open_page, casa, cards, seller):
    board = screen(open_page, seller, tolerate="ERR_INTERNET_DISCONNECTED")
    board.page.context.set_offline(True)
    board.menu("A", "To the bottom")
    board.wait_to_be_told("the server cannot be reached. “A” is back where it was.")
    board.wait_for(list("ABCD"))
    board.page.wait_for_selector("[data-light].is-off")
    board.page.context.set_offline(False)
    board.page.wait_for_selector("[data-light]:not(.is-off)")
    assert stored(casa) == list("ABCD")
    board.menu("A", "To the bottom")
    board.wait_for(list("BCDA"))


@pytest.mark.on_one_database
def test_an_answer_that_never_comes_is_not_believed(open_page, casa, cards, seller, monkeypatch):
    board = screen(open_page, seller)
    board.page.clock.install()
    board.page.route("**/board/move/", lambda route: None)
    board.menu("A", "To the bottom")
    assert board.shown() == list("BCDA")
    board.page.wait_for_selector(".board-message.is-bad", timeout=20_000)
    board.wait_to_be_told("the server did not answer in time")
    board.wait_for(list("ABCD"))


def test_the_server_stops_in_the_middle_of_a_drag(open_page):
    with running_server() as server:
        page = open_page(viewport=DESKTOP, tolerate="ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET")
        value = server.python(SIGNED_IN)
        page.context.add_cookies([{"name": "sessionid", "value": value, "url": server.url}])
        board = Screen.__new__(Screen)
        board.page = page
        page.goto(f"{server.url}/admin/leads/board/")
        page.wait_for_selector("[data-board][data-ready]")
        board.lift("A")
        board.over("C", 0.75)
        server.kill()
        page.mouse.up()
        board.wait_to_be_told("the server cannot be reached. “A” is back where it was.")
        assert board.shown() == list("ABCD")
        page.wait_for_selector("[data-light].is-off")
        server.start()
        page.wait_for_selector("[data-light]:not(.is-off)")
        board.drag("A", onto="C")
        board.wait_for(list("BCAD"))
        listed = server.call("GET", "/v1/leads?status=NEW", key=server.casa.key).json()
        assert [lead["action"] for lead in listed] == list("BCAD")


# --- Asking ----------------------------------------------------------------------------------------


@pytest.mark.on_one_database
def test_a_hidden_tab_asks_nothing(open_page, api, cards, seller):
    board = screen(open_page, seller)
    asked = []
    board.page.on("request", lambda request: asked.append(request.url) if "/state/" in request.url else None)
    _hide(board.page, True)
    board.page.wait_for_timeout(300)
    asked.clear()
    api.delete(f"/leads/{lead_of('A').pk}")
    board.page.wait_for_timeout(3000)
    assert asked == []
    _hide(board.page, False)
    board.wait_for(list("BCD"))


def test_without_news_the_answer_is_a_304(open_page, cards, seller):
    board = screen(open_page, seller)
    statuses = []
    board.page.on("response", lambda response: statuses.append(response.status) if "/state/" in response.url else None)
    wait_until(lambda: board.page.wait_for_timeout(200) or len(statuses) >= 3, 15)
    assert statuses[-2:] == [304, 304]


@pytest.mark.on_one_database
def test_a_filter_is_kept_while_asking(open_page, api, casa, cards, seller):
    make_lead(make_car(casa), action="Hot one", tag="Hot")
    board = screen(open_page, seller, "tag=Hot")
    api.patch(f"/leads/{lead_of('C').pk}", {"tag": "hot"})
    board.wait_for(["C", "Hot one"])


def _hide(page, hidden):
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


@pytest.mark.on_one_database
def test_the_board_remembers_nothing_after_loading_again(open_page, casa, cards, seller):
    board = screen(open_page, seller)
    board.menu("A", "To the bottom")
    board.wait_for(list("BCDA"))
    board.open()
    assert board.shown() == stored(casa) == list("BCDA")
    assert re.search(r"\b4\b", board.page.text_content("[data-column=NEW] .board-count"))
