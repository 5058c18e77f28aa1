"""A finger, a mouse and a pen on a Screen's page, as Chromium takes them from real ones."""

from steerleads.tests.servers import wait_until


class Finger:
    """One finger on the page of a Screen."""

    def __init__(self, board):
        self.board, self.page = board, board.page
        self.session = board.page.context.new_cdp_session(board.page)

    def down(self, x, y):
        self.at = (x, y)
        self._send("touchStart", self.at)

    def move(self, x, y, steps=8):
        from_x, from_y = self.at
        for step in range(1, steps + 1):
            self.at = (from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps)
            self._send("touchMove", self.at)
            self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def up(self):
        self._send("touchEnd")

    def cancel(self):
        self._send("touchCancel")

    def take_handle(self, action):
        """Lift a card by its handle, which drags at once."""
        x, y = self.middle_of(action, "[data-handle]")
        self.down(x, y)
        self.move(x + 6, y + 4, steps=2)
        self.page.wait_for_selector(".is-lifted")

    def press_long(self, action):
        """Lift a card by resting on it."""
        self.down(*self.middle_of(action, "[data-name]"))
        self.page.wait_for_selector(".is-lifted")

    def over(self, words, line):
        """Move on to a point of the screen, until the line lies there as it should."""
        self.move(*self.board.point(words))
        wait_until(lambda: self.board.line() == line, 5)

    def over_tab(self, status):
        """Dwell on a tab until its column is shown."""
        self.move(*self.board.point(f"tab {status}"))
        self.page.wait_for_selector(f"[data-column={status}].is-shown")

    def middle_of(self, action, part):
        box = wait_until(lambda: self.board.card(action).locator(part).first.bounding_box())  # it may be replaced
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def _send(self, kind, *points):
        touches = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


class Pointer:
    """A "mouse" or a "pen" on a page."""

    def __init__(self, page, device):
        self.session, self.device = page.context.new_cdp_session(page), device

    def down(self, x, y):
        self._send("mouseMoved", x, y, buttons=0)
        self._send("mousePressed", x, y)

    def move(self, x, y, steps=6):
        from_x, from_y = self.at
        for step in range(1, steps + 1):
            self._send("mouseMoved", from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps)

    def up(self):
        self._send("mouseReleased", *self.at, buttons=0)

    def _send(self, kind, x, y, buttons=1):
        self.at = (x, y)
        button = "none" if kind == "mouseMoved" else "left"
        what = {"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1}
        self.session.send("Input.dispatchMouseEvent", {**what, "pointerType": self.device})
