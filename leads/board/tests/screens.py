"""A board in a real browser, as tests use it: who sees it, what it shows, and how cards are dragged."""

from leads.board.tests.boards import PATH
from leads.models import Lead
from steerleads.tests.browsers import DESKTOP, signed_in
from steerleads.tests.servers import wait_until

SAVED = "() => !document.querySelector('[data-saving], [data-unsettled], .is-lifted, .is-picked')"

LINE = """() => {
  const line = document.querySelector(".board-dropline:not([hidden])")?.getBoundingClientRect();
  if (!line) return null;
  const lies = (list) => ["left", "width"].every((side) => Math.abs(list.getBoundingClientRect()[side] - line[side]) < 2);
  const list = [...document.querySelectorAll("[data-list]")].find(lies);
  const cards = [...list.querySelectorAll("[data-lead]:not(.is-lifted)")];
  const name = (card) => card?.querySelector("[data-act=open]").textContent ?? null;
  const middle = (card) => (card.getBoundingClientRect().top + card.getBoundingClientRect().bottom) / 2;
  const above = cards.findLast((card) => middle(card) < line.top);
  const below = cards.find((card) => middle(card) > line.top);
  return [list.closest("[data-column]").dataset.column, name(above), name(below)];
}"""


class Screen:
    """A page of `open_page` with a person's board. Columns are named by their status, cards by their action."""

    def __init__(self, page, user, query=""):
        self.page = signed_in(page, user)
        self.open(query)

    def open(self, query=""):
        self.page.goto(f"{PATH}?{query}")
        self.page.wait_for_selector("[data-board][data-ready]")

    # --- What it shows -------------------------------------------------------------------------

    def shown(self, status="NEW"):
        return self.page.locator(f"[data-column={status}] [data-act=open]").all_text_contents()

    def wait_for(self, cards, status="NEW"):
        """Wait until a column shows just these cards, and nothing is being saved."""
        try:
            wait_until(lambda: self.shown(status) == cards and self.page.evaluate(SAVED), 10)
        except AssertionError:
            seen = f"{self.shown(status)}, all saved and at rest: {self.page.evaluate(SAVED)}, told: {self.told()}"
            raise AssertionError(f"waited for {cards} in {status}, and saw {seen}") from None

    def speak(self, dealership, language):
        """Load again in another language."""
        dealership.language = language
        dealership.save(update_fields=["language"])
        self.open()

    def said(self):
        """What a screen reader was told last, without the marks around what people typed."""
        return plain(self.page.text_content("[data-said]"))

    def told(self):
        """The messages on the board."""
        return [plain(text) for text in self.page.locator(".board-message").all_text_contents()]

    def wait_to_be_told(self, part):
        try:
            wait_until(lambda: any(part in text for text in self.told()), 10)
        except AssertionError:
            raise AssertionError(f"waited for “{part}”, and was told {self.told()}") from None

    def wait_to_be_said(self, part):
        wait_until(lambda: part in self.said(), 10)

    def focused(self):
        """The action of the card that has the focus, or None."""
        return self.page.evaluate(
            "() => document.activeElement.closest('[data-lead]')?.querySelector('[data-act=open]').textContent ?? null"
        )

    def is_as_listed(self, api, columns, **query):
        """Wait until it shows these cards in New, Completed and Not needed, and see that the API lists just the same."""
        for status, cards in zip(("NEW", "COMPLETED", "NOT_NEEDED"), columns, strict=True):
            self.wait_for(list(cards), status)
            assert listed(api, status, **query) == list(cards)

    # --- What is done with it --------------------------------------------------------------------

    def card(self, action):
        has = self.page.locator("[data-act=open]", has_text=action)
        return self.page.locator("[data-lead]").filter(has=has).first

    def box(self, action):
        """Where a card lies in the window; it may be replaced by its newer self at any moment."""
        return wait_until(lambda: self.card(action).bounding_box(), 5)

    def act(self, action, act):
        self.card(action).locator(f"[data-act={act}]").first.click()

    def menu(self, action, item):
        found = self.page.get_by_role("menuitem", name=item, exact=True)

        def offered():
            self.act(action, "menu")  # which is in vain if the card is replaced by its newer self under the finger
            return found.is_visible()

        wait_until(offered, 5)
        found.click()

    def lift(self, action):
        """Press the mouse on a card and begin to drag it."""
        box = self.box(action)
        # Above where messages lie, which may cover the last card.
        above = self.page.viewport_size["height"] - 110
        x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] - 12, above)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + 4, y + 6, steps=3)
        self.page.wait_for_selector(".is-lifted")

    def over(self, action, at):
        """Drag on to a card, `at` 0.25 or 0.75 of its height."""
        box = self.box(action)
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * at, steps=6)

    def drag(self, action, onto, at=0.75):
        """Drag a card above (0.25) or below (0.75) another one."""
        self.lift(action)
        self.over(onto, at)
        self.page.mouse.up()

    def point(self, words):
        """Where to let a card go, in the window: "above C" (at 25 % of that card's height), "below C" (at 75 %),
        "header NEW", "foot NEW" (under a column's cards), "tab NEW", or "outside" of the board."""
        where, _, name = words.partition(" ")
        if where == "outside":
            return self.page.viewport_size["width"] / 2, 5
        at, element = {
            "above": (0.25, None),
            "below": (0.75, None),
            "header": (0.5, f"[data-column={name}] .board-column-head"),
            "foot": (0.99, f"[data-column={name}] [data-scroller]"),
            "tab": (0.5, f"[data-tab={name}]"),
        }[where]
        box = self.page.locator(element).bounding_box() if element else self.box(name)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] * at

    def line(self):
        """Where the line says that the lifted card would land: [status, card above, card below], or None."""
        return self.page.evaluate(LINE)

    def drag_to(self, action, words, line):
        """Drag a card to a `point`, and let it go once the line lies as it should."""
        self.lift(action)
        self.page.mouse.move(*self.point(words), steps=6)
        wait_until(lambda: self.line() == line, 5)
        self.page.mouse.up()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)


def screen(open_page, board, query="", *, viewport=DESKTOP, **context):
    """The Screen of a Board's person."""
    return Screen(open_page(viewport=viewport, **context), board.user, query)


def plain(text):
    return text.replace("\u2068", "").replace("\u2069", "").replace("\xa0", " ").strip()


def stored(dealership, status="NEW"):
    """The actions of a column's leads, as the API lists them."""
    leads = Lead.objects.of(dealership).with_archived(False).with_status(status)
    return list(leads.order_by("order", "created_at", "id").values_list("action", flat=True))


def listed(api, status="NEW", **query):
    """The same as a client gets them: `tag`, `search` and `carId` filter as the API does."""
    return [lead["action"] for lead in api.get("/leads", query={"status": status, **query}).json()]


def answering(page, *answers):
    """Answer the browser's questions with yes (True) or no; what it asked is in the list that is given."""
    asked, answers = [], list(answers)

    def answer(dialog):
        asked.append(dialog.message.replace("\u2068", "").replace("\u2069", ""))
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    page.on("dialog", answer)
    return asked
