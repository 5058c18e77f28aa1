"""Text that was encoded twice: what stands as `PrÃ©nom` is `Prénom` again, where that is certain."""

import re

# What a program that takes UTF-8 for cp1252 makes of each byte; those that cp1252 lacks stay controls.
CHARACTERS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
BYTES = {ord(character): byte for byte, character in CHARACTERS.items()}


def _of_bytes(first: int, last: int) -> str:
    return "[" + "".join(re.escape(CHARACTERS[byte]) for byte in range(first, last + 1)) + "]"


TAIL = _of_bytes(0x80, 0xBF)
# A French word in capitals may end in Ù before a mark (`OÙ…`), so letters that begin with it are certain from two on.
DOUBLY = re.compile(
    f"(?:{_of_bytes(0xD8, 0xDB)}{TAIL}){{2,}}|[ÂÃÄÅØ]{TAIL}|{_of_bytes(0xE2, 0xEF)}{TAIL}{{2}}|ð{TAIL}{{3}}"
)
# Accented letters and signs, œ, Arabic, dashes and quotes, €, ™, emoji: what our users' texts have.
CERTAIN = re.compile(
    "[\xa0-\xffŒœŸ\u060c\u061b\u061f\u0621-\u0652\u0660-\u0669\u067e\u0686\u06a4\u06af"
    "\u2000-\u206f€™\ufe0f\ufeff\U0001f000-\U0001faff]+"
)


def undo(text: str) -> str:
    """The text as it was before it was encoded a second time; one that was not, as it is."""
    return text if text.isascii() else DOUBLY.sub(_once, text)


def _once(found: re.Match[str]) -> str:
    try:
        meant = bytes(BYTES[ord(character)] for character in found[0]).decode()
    except UnicodeDecodeError:
        return found[0]
    return meant if CERTAIN.fullmatch(meant) else found[0]
