"""Whatever one clicks and presses while others write, the page never fails, and shows the truth in the end.

A seed of one's own: `BOARD_FUZZ_SEED=7 pytest leads/board/tests/test_fuzz_browser.py`.
"""

import os
import random

import pytest
from playwright.sync_api import Error

from conftest import make_lead
from leads.board.tests.screens import screen, stored
from leads.models import Lead, Status
from steerleads.tests.clients import sizes
from steerleads.tests.servers import wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
    pytest.mark.long,
]

EXPECTED = r"status of 4\d\d"  # refusals, which the browser tells its console
# Everything on the board that is not hidden, but what leads away from it: links, and filters, which load it again.
CONTROLS = """() => [...document.querySelectorAll('.board :is(button, input, select, textarea, [data-lead], [role=option])')]
  .filter((each) => each.checkVisibility() && !each.closest('[data-filters], [inert], .board-ghost'))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width && each.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)))
  .map(([, box]) => [box.x + box.width / 2, box.y + box.height / 2])"""
# The keyboard reaches links and filters all the same; here they lead nowhere.
STAY = """
addEventListener('click', (event) => event.target.closest('a') && event.preventDefault(), true)
addEventListener('submit', (event) => event.target.closest('[data-filters]') && event.preventDefault(), true)
"""
KEYS = [
    *("Space", "Enter", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Tab", "Shift+Tab"),
    *("Control+z", "Control+z", "a", "PageDown"),
]


class Hand:
    """A person who clicks, presses and drags without looking."""

    def __init__(self, board, dice):
        self.board, self.page, self.dice = board, board.page, dice

    def act(self):
        self.dice.choices([self.click, self.press, self.drag, self.double], [8, 6, 2, 1])[0]()

    def click(self):
        if spot := self._spot():
            self.page.mouse.click(*spot)

    def double(self):
        if spot := self._spot():
            self.page.mouse.dblclick(*spot)

    def press(self):
        for _ in range(self.dice.randint(1, 3)):
            self.page.keyboard.press(self.dice.choice(KEYS))

    def drag(self):
        begin, end = self._spot(), self._spot()
        if begin and end:
            self.page.mouse.move(*begin)
            self.page.mouse.down()
            self.page.mouse.move(*end, steps=3)
            if self.dice.random() < 0.3:
                self.page.keyboard.press("Escape")
            self.page.mouse.up()

    def rest(self):
        """Leave everything that was begun, without saving it."""
        for _ in range(4):
            self.page.keyboard.press("Escape")
            if self.page.is_visible("[data-question] [value=discard]"):
                self.page.click("[data-question] [value=discard]")
        if self.page.is_visible("[data-bulk-end]"):
            self.page.click("[data-bulk-end]")

    def _spot(self):
        try:
            spots = self.page.evaluate(CONTROLS)
        except Error:  # where a change was refused, a button that was just clicked loads the board again
            self.page.wait_for_selector("[data-ready]")
            spots = self.page.evaluate(CONTROLS)
        return self.dice.choice(spots) if spots else None


class Others:
    """Colleagues and programs, who archive, move, change, delete and make what the hand is about to touch."""

    def __init__(self, api, boss, civic, dice):
        self.api, self.boss, self.civic, self.dice = api, boss, civic, dice

    def act(self):
        leads = list(Lead.objects.order_by("id"))
        acts = [self.archive, self.restore, self.move, self.change, self.change, self.delete]
        if len(leads) < 8:
            make_lead(self.civic, action=f"Lead {self.dice.randint(100, 999)}")
        else:
            self.dice.choice(acts)(self.dice.choice(leads))

    def archive(self, lead):
        self.api.post(f"/leads/{lead.pk}/archive")

    def restore(self, _lead):
        for lead in Lead.objects.filter(archived=True)[:3]:
            self.api.post(f"/leads/{lead.pk}/restore")

    def move(self, lead):
        self.boss.move(lead, status=self.dice.choice(Status.values), end=self.dice.choice(["top", "bottom"]))

    def change(self, lead):
        self.api.patch(f"/leads/{lead.pk}", {"tag": self.dice.choice(["Hot", "Cold", None]), "note": "Called"})

    def delete(self, lead):
        self.api.delete(f"/leads/{lead.pk}")


@pytest.mark.parametrize("steps", sizes(150, 2000))
def test_nothing_that_is_clicked_while_others_write_fails(open_page, api, casa, boss, civic, steps):
    seed = os.environ.get("BOARD_FUZZ_SEED") or str(random.randrange(10**6))
    print(f"BOARD_FUZZ_SEED={seed}")
    dice = random.Random(seed)
    for number in range(12):
        make_lead(civic, action=f"Lead {number}", status=Status.values[number % 3])
    board = screen(open_page, boss, tolerate=EXPECTED)
    board.page.add_init_script(STAY)
    board.page.reload()
    board.page.wait_for_selector("[data-ready]")
    board.page.on("dialog", lambda dialog: dialog.accept() if dice.random() < 0.5 else dialog.dismiss())
    hand, others = Hand(board, dice), Others(api, boss, civic, dice)
    for step in range(steps):
        hand.act()
        if step % 3 == 0:
            others.act()
    hand.rest()
    wait_until(lambda: all(board.shown(status) == stored(casa, status) for status in Status.values), 20)
