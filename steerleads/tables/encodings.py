"""Lines of a text file whose encoding nobody wrote down: which it is, and each line by it."""

import codecs
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from steerleads.tables import doubly
from steerleads.tables.legacy import likeliest
from steerleads.tables.table import NotATable

LONGEST_LINE = 1024 * 1024  # bytes
CHUNK = 16 * 1024  # bytes read at a time
SAMPLE = 64 * 1024  # bytes of lines that are not UTF-8, by which their encoding is guessed
HEAD = 4096  # bytes that tell UTF-16
# The high bytes of Latin and Arabic letters, and of dashes and quotes.
HIGH_BYTES = {0x00, 0x06, 0x20}
MOSTLY = 0.85
WIDE = ("utf-16", "utf-32")
END_OF_FILE = "\x1a\0"  # ^Z, how DOS ended texts, and what filled its blocks


@dataclass(frozen=True)
class Encoded:
    """A file's encoding, by Python's name (two, joined by `+`, where lines differ), and how many lines it has."""

    encoding: str
    lines: int


def find_encoding(file: BinaryIO) -> Encoded:
    """Reads all of a file for its encoding. Raises NotATable for a line that is too long for any list."""
    wide = _wide_encoding(file)
    lines = foreign = accented = 0
    sample = bytearray()
    for line in _byte_lines(file, wide):
        lines += 1
        if line.isascii():
            continue
        if _is_utf8(line):
            accented += 1
            continue
        foreign += 1
        sample += line[: SAMPLE - len(sample)]
    return Encoded(wide or _name(file, bytes(sample), foreign, accented), lines)


def read_lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of a file with their ends, decoded; what ends the file, and marks its encoding, is left out."""
    for number, line in enumerate(_byte_lines(file, encoding if encoding.startswith(WIDE) else None)):
        text = doubly.undo(_decode(line, encoding))
        yield _without_end(text if number else text.removeprefix("\ufeff"))


def _name(file: BinaryIO, sample: bytes, foreign: int, accented: int) -> str:
    file.seek(0)
    utf8 = "utf-8-sig" if file.read(len(BOM_UTF8)) == BOM_UTF8 else "utf-8"
    if not foreign:
        return utf8
    legacy = likeliest(sample)
    # By chance, no word is UTF-8: where lines are, the others are strays. Arabic letters can be, before a comma.
    mixed = utf8 == "utf-8-sig" or (accented > 0 if legacy == "cp1252" else accented >= foreign)
    return f"{utf8}+{legacy}" if mixed else legacy


def _wide_encoding(file: BinaryIO) -> str | None:
    """The name of UTF-16, or -32, if a file is that, else None."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):  # the former begins as UTF-16's
        return "utf-32"
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 4 and 0 in head:
        return next((name for name, high in (("utf-16-le", 1), ("utf-16-be", 0)) if _is_wide(head, high)), None)
    return None


def _is_wide(head: bytes, high: int) -> bool:
    """Whether the bytes at odd (`high` 1) or even places are the high ones of letters, and the others are not."""
    highs, lows = head[high::2], head[1 - high :: 2]
    return 0 in highs and sum(byte in HIGH_BYTES for byte in highs) >= MOSTLY * len(highs) and lows.count(0) == 0


def _byte_lines(file: BinaryIO, wide: str | None) -> Iterator[bytes]:
    """The lines in bytes with their ends, whichever of CR LF, LF and CR these are; those of UTF-16 and -32 are made UTF-8."""
    file.seek(0)
    source = codecs.EncodedFile(file, "utf-8", wide, "replace") if wide else file
    read, rest = 0, b""
    while chunk := source.read(CHUNK):
        *whole, rest = (rest + chunk).splitlines(keepends=True)  # the last may go on
        for number, line in enumerate([*whole, rest], read + 1):
            if len(line) > LONGEST_LINE:
                raise NotATable("too_long", f"Line {number} is longer than 1 MiB: this is not a list.")
        read += len(whole)
        yield from whole
    if rest:
        yield rest


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode(line: bytes, encoding: str) -> str:
    *_, legacy = encoding.split("+")
    if legacy.startswith("utf"):
        return line.decode()
    if "+" in encoding and _is_utf8(line):
        return line.decode()
    return line.decode(legacy, "replace")


def _without_end(line: str) -> str:
    # Only the last line has no end of its own.
    if line.endswith(("\n", "\r")):
        return "" if line.startswith("\x1a") and not line.strip("\r\n" + END_OF_FILE) else line
    return line.rstrip(END_OF_FILE)
