"""Progress of long commands: one line on a terminal that writes over itself, nothing in a pipe."""

import time

STEP = 0.1  # seconds between two lines
CLEAR = "\r\x1b[K"


class Progress:
    """Called with what is done so far, `Progress(self.stderr, "leads")(500)`; `clear` before saying something else."""

    def __init__(self, stream, unit, total=None):
        self.stream, self.shows = stream, stream.isatty()
        self.words = f" of {total:,} {unit}" if total else f" {unit}"
        self.shown_at = 0

    def __call__(self, done):
        if self.shows and time.monotonic() - self.shown_at >= STEP:
            self.shown_at = time.monotonic()
            self._write(f"{CLEAR}{done:,}{self.words}")

    def clear(self):
        if self.shows:
            self._write(CLEAR)

    def _write(self, text):
        # `str` as the style: a command's stderr would colour it as an error.
        self.stream.write(text, str, ending="")
        self.stream.flush()
