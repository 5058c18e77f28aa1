"""The board is for everybody: every state of it, light and dark, in three languages, on desktops and phones."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from conftest import make_car, make_lead
from leads.board.tests.screens import screen, stored
from leads.models import Lead
from steerleads.tests.browsers import DESKTOP, PHONE, axe_findings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
]

TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
NARROW = {"viewport": {"width": 320, "height": 640}}

VISIBLE = """
  const visible = (element) => element.checkVisibility({visibilityProperty: true})
    && getComputedStyle(element).clipPath === 'none' && element.getBoundingClientRect().width > 1;
  const name = (element) => element.outerHTML.slice(0, 120);
"""
SMALLER = f"""(least) => {{ {VISIBLE}
  return [...document.querySelectorAll('.board :is(button, a, input, select, textarea, [role=option])')]
    .filter((each) => visible(each) && !each.matches('[data-select]'))
    .filter((each) => {{ const box = each.getBoundingClientRect(); return Math.min(box.width, box.height) < least - .1; }})
    .map(name);
}}"""
# Texts that do not fit: in an element of their own, or as the hint or the choice of a field.
CUT = f"""() => {{ {VISIBLE}
  const pen = document.createElement('canvas').getContext('2d');
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const clamped = (element) => getComputedStyle(element).webkitLineClamp !== 'none';
  const fits = (element) => {{
    const style = getComputedStyle(element);
    pen.font = style.font;
    const text = element.matches('select') ? element.selectedOptions[0].text : element.placeholder || '';
    const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return pen.measureText(text).width <= room + 1;
  }};
  const all = [...document.querySelectorAll('body *')].filter(visible);
  const fields = all.filter((each) => each.matches('select, input[type=text], input[type=search], textarea'));
  const texts = all.filter((each) => own(each) && !fields.includes(each) && !clamped(each) && !each.matches('option'));
  return [...fields.filter((each) => !fits(each)), ...texts.filter((each) => each.scrollWidth > each.clientWidth + 1
    && getComputedStyle(each).display !== 'inline')].map(name);
}}"""
SAID = f"""() => {{ {VISIBLE}
  const labels = ['aria-label', 'placeholder', 'title', 'alt'];
  return [...document.querySelectorAll('body *')].filter((each) => !each.matches('script, style')).flatMap((each) => [
    ...labels.map((label) => each.getAttribute(label)),
    ...[...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
  ]).map((text) => text?.trim()).filter(Boolean);
}}"""
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('.board-scroller, .panel-body')]
  .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.className || 'page')"""


@pytest.fixture
def cards(casa):
    """One card with everything and one with little, in a language of their own."""
    car = make_car(casa, location="Aïn Sebaâ", stock_number="Q-1", plate="12345-أ-6")
    for tag in ("Zqx", None):
        more = {"target_info": "0600 123 456, zqx@zqx.ma", "tag": tag, "note": "Zqxa\nzqxb"} if tag else {}
        make_lead(car, **{"action": f"Zqx zqx {tag}", "target_name": "أحمد", "target_info": "+999 12", **more})


@pytest.fixture
def show(open_page, casa, boss, cards):
    """Opens the board in a language: a desktop's by default."""

    def show(language="en", **context):
        casa.language = language
        casa.save(update_fields=["language"])
        return screen(open_page, boss, tolerate="ERR_FAILED|422", **{"viewport": DESKTOP, **context})

    return show


def states(board):
    """Bring the board into one state after the other, and name it."""
    page = board.page
    yield "cards"
    if page.is_visible("[data-more-filters]"):
        page.click("[data-more-filters]")
        yield "filters"
    page.click("[data-act=menu] >> nth=0")
    yield "menu"
    board.press("Escape")
    page.click("[data-act=open] >> nth=0")
    page.wait_for_selector(".timeline-line")
    yield "panel"
    page.fill("[data-panel] [name=note]", "Zqx")
    board.press("Escape")
    page.wait_for_selector("[data-question][open]")
    yield "question"
    page.click("[data-question] [value=discard]")
    page.wait_for_selector("[data-panel]:not([open])", state="attached")
    page.click("[data-add]")
    page.fill("#panel-car", "hond")
    page.wait_for_selector("#panel-cars [aria-selected=true]")
    yield "cars"
    board.press("Escape")
    page.click("[data-panel] [type=submit]")
    page.wait_for_selector(".panel-error")
    yield "errors"
    board.press("Escape")
    page.wait_for_selector("[data-panel]:not([open])", state="attached")
    page.wait_for_selector("[data-board]:not([data-unsettled])")  # before, cards take no taps
    page.click("[data-selecting]")
    page.click("[data-lead] [data-name] >> nth=0")
    page.wait_for_selector("[data-select]:checked")
    yield "choosing"
    page.click("[data-bulk-end]")
    page.click("[data-act=menu] >> nth=0")
    page.click("[data-menu-act=archive]")
    page.wait_for_selector(".board-message")
    page.route("**/board/state/**", lambda route: route.abort())
    ask_now(page)
    page.wait_for_selector("[data-light].is-off")
    yield "offline, with a message"


def ask_now(page):
    """Let the board ask what it ought to show, instead of two seconds later."""
    page.evaluate("() => dispatchEvent(new Event('online'))")


def slow(*look):
    """One that the short run leaves out: the others have each language, scheme and device."""
    return pytest.param(*look, marks=pytest.mark.slow)


def in_every_state(board, findings):
    """{state: what is found in it}, of the states in which something is."""
    found = {state: findings(board.page) for state in states(board)}
    return {state: each for state, each in found.items() if each}


@pytest.mark.parametrize(
    "language, scheme, device",
    [
        *[("en", "light", {}), ("ar", "dark", TOUCH)],
        *(slow(*look) for look in [("en", "dark", TOUCH), ("ar", "dark", {}), ("ar", "light", TOUCH)]),
    ],
)
def test_axe_finds_nothing(show, language, scheme, device):
    board = show(language, color_scheme=scheme, bypass_csp=True, **device)
    assert in_every_state(board, axe_findings) == {}


@pytest.mark.parametrize(
    "language, least, device",
    [("fr", 44, TOUCH), ("ar", 44, TOUCH), ("fr", 24, {}), slow("en", 44, TOUCH), slow("ar", 24, {})],
)
def test_all_is_large_enough_uncut_and_in_ones_own_language(show, language, least, device):
    """Of the box that chooses a card, the target is the whole card."""

    def findings(page):
        small, cut, sideways = page.evaluate(SMALLER, least), page.evaluate(CUT), page.evaluate(SIDEWAYS)
        foreign = english(page.evaluate(SAID), language)
        return [*(("small", each) for each in small), *(("cut", each) for each in cut), *sideways, *foreign]

    assert in_every_state(show(language, **device), findings) == {}


def test_in_a_window_of_320_pixels_nothing_scrolls_sideways(show):
    assert in_every_state(show("fr", **NARROW), lambda page: page.evaluate(SIDEWAYS)) == {}


@pytest.mark.parametrize("width, height", [(320, 256), (720, 450)], ids=["400%", "200%"])
def test_zoomed_one_can_work(casa, show, width, height):
    board = show(viewport={"width": width, "height": height})
    board.menu("Zqx zqx None", "To Completed")
    board.wait_for(["Zqx zqx Zqx"])
    board.page.click("[data-tab=COMPLETED]")
    board.act("Zqx zqx None", "open")
    board.page.fill("[data-panel] [name=note]", "written")
    board.page.click("[data-panel] [type=submit]")
    board.page.wait_for_selector("[data-column=COMPLETED] .board-card-note >> text=written")
    assert stored(casa, "COMPLETED") == ["Zqx zqx None"] and Lead.objects.filter(note="written").exists()


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_on_a_phone_the_header_takes_one_row(show, language):
    header = show(language, **TOUCH).page.locator(".site-header")
    assert header.bounding_box()["height"] <= 56
    tops = header.locator(".site-brand, .site-nav a:visible, .account").evaluate_all(
        "all => all.map((each) => each.getBoundingClientRect()).map((box) => box.top + box.height / 2)"
    )
    assert max(tops) - min(tops) < 4


@pytest.mark.parametrize("preference, animations", [("reduce", 0), ("no-preference", 1)])
def test_reduced_motion_is_respected(show, api, preference, animations):
    board = show(reduced_motion=preference)
    with board.page.expect_response("**/board/state/**"):  # what is new at the first answer is not lit
        ask_now(board.page)
    api.patch(f"/leads/{Lead.objects.first().pk}", {"tag": "Hot"})
    board.page.wait_for_selector(".is-fresh")
    assert board.page.evaluate("() => document.getAnimations().length") == animations


# --- Arabic ----------------------------------------------------------------------------------------


def directions(page, *selectors):
    return [page.locator(selector).first.evaluate("each => getComputedStyle(each).direction") for selector in selectors]


def test_in_arabic_the_page_reads_from_the_right_and_numbers_from_the_left(show):
    page = show("ar").page
    assert page.get_attribute("html", "dir") == "rtl"
    assert directions(page, "[data-name]", "[data-name] bdi", ".board-card-car bdi", ".board-card-info") == [
        *("rtl", "rtl", "ltr", "ltr"),
    ]
    page.click("[data-act=open] >> nth=0")
    page.wait_for_selector(".timeline-line")
    panel = ("[name=target_info]", ".panel-links bdi", "[name=target_name]", ".panel-body")
    assert directions(page, *panel) == ["ltr", "ltr", "rtl", "rtl"]


def test_in_french_an_arabic_name_is_isolated(show):
    page = show("fr").page
    assert directions(page, "[data-name]", "[data-name] bdi") == ["ltr", "rtl"]


def test_in_arabic_the_hint_of_an_empty_field_stands_on_the_right(show):
    page = show("ar").page
    page.click("[data-add]")
    assert directions(page, "[name=q]", "[data-filters] [data-combobox-text]", "#panel-car") == ["rtl"] * 3
    page.fill("#panel-car", "Honda")
    assert directions(page, "#panel-car") == ["ltr"]


# --- Our texts -------------------------------------------------------------------------------------


PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def english(texts, language):
    """Those of `texts` that we have in `language`, and that are shown in English."""
    patterns = [pattern(text) for text in our_texts() if is_translated(text, language)]
    one = re.compile("|".join(patterns), re.IGNORECASE)
    return [text for text in texts if one.fullmatch(text) and "zqx" not in text.lower()]


def our_texts():
    catalogue = Path(settings.BASE_DIR) / "steerleads/locale/fr/LC_MESSAGES/django.po"
    found = re.findall(r'^msgid "(.+)"$', catalogue.read_text(encoding="utf-8"), re.MULTILINE)
    return [text for text in found if re.search(r"[a-z]{2}", PLACE.sub("", text))]


def is_translated(text, language):
    with translation.override(language):
        return translation.gettext(text).casefold() != text.casefold()


def pattern(text):
    """What a text may look like with its places filled in."""
    parts = PLACE.split(text)
    return ".+".join(re.escape(part) for part in parts)


def test_an_english_text_would_be_found():
    texts = ["All tags", "status", "\u20683\u2069 selected", "Toutes les étiquettes", "Note"]
    assert english(texts, "fr") == ["All tags", "status", "\u20683\u2069 selected"]
