"""The theme's colours against each other: what is read has a contrast of 4.5:1 (WCAG 1.4.3), what is pressed 3:1 (1.4.11)."""

import re

import pytest
from django.contrib.staticfiles import finders

pytestmark = pytest.mark.on_one_database

TONES = re.compile(r"--([a-z-]+): (?:light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)|(#[0-9a-f]{3,6}));")
GROUNDS = ["page", "panel", "column", "soft"]
READ = [(text, ground) for text in ("text", "quiet", "accent", "danger", "ok") for ground in GROUNDS] + [
    *(("accent-text", "accent"), ("accent-text", "accent-strong"), ("accent-text", "danger"), ("chip-text", "chip")),
    *(("text", "chip"), ("accent", "chip"), ("text", "ok-soft"), ("text", "warning-soft"), ("text", "danger-soft")),
    *(("danger", "danger-soft"), ("ok", "ok-soft"), ("warning", "warning-soft")),
    *(("header-text", "header"), ("header-quiet", "header"), ("accent", "ok-soft"), ("accent", "danger-soft")),
]
PRESSED = [("edge", ground) for ground in GROUNDS] + [("accent", ground) for ground in [*GROUNDS, "chip"]]


@pytest.fixture(scope="module", params=["light", "dark"])
def tones(request):
    with open(finders.find("steerleads/theme.css"), encoding="utf-8") as file:
        found = TONES.findall(file.read())
    return {name: one or (light if request.param == "light" else dark) for name, light, dark, one in found}


@pytest.mark.parametrize(("least", "pairs"), [(4.5, READ), (3, PRESSED)], ids=["what is read", "what is pressed"])
def test_contrasts_are_those_of_level_aa(tones, least, pairs):
    contrasts = {pair: _contrast(tones[pair[0]], tones[pair[1]]) for pair in pairs}
    assert {pair: contrast for pair, contrast in contrasts.items() if contrast < least} == {}


def _contrast(one, other):
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return round((lighter + 0.05) / (darker + 0.05), 2)


def _luminance(tone):
    digits = tone[1:] if len(tone) == 7 else "".join(digit * 2 for digit in tone[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
