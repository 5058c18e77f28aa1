"""The documents that people read: README, CONTRIBUTING, and whatever lies in docs/; and what is in them, for tests."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCS = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]+`")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
OWN_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def prose_of(document: Path) -> str:
    """The text without its programs, whose comments look like headings."""
    return FENCE.sub("", text_of(document))


def programs(language: str) -> list[tuple[Path, str]]:
    """[(document, program)] of all blocks of code in that language."""
    return [
        (document, code)
        for document in DOCUMENTS
        for name, code in FENCE.findall(text_of(document))
        if name == language
    ]


def program(holding: str, language: str = "python", **replaced: str) -> str:
    """The one program that holds this text, with its placeholders replaced."""
    [code] = [code for _, code in programs(language) if holding in code]
    for placeholder, value in replaced.items():
        assert placeholder in code
        code = code.replace(placeholder, value)
    return code


def anchors_of(document: Path) -> set[str]:
    """What a link into the document may name behind its #: as GitHub makes it of headings, and our own anchors."""
    prose = prose_of(document)
    return {_slug(heading) for heading in HEADING.findall(prose)} | set(OWN_ANCHOR.findall(prose))


def _slug(heading: str) -> str:
    """Small letters, hyphens for spaces, and no punctuation."""
    words = re.sub(r"<[^>]+>", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
