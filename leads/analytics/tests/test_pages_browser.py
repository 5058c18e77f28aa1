"""The analytics page in a real Chromium: in all sizes, clothes and languages, without scripts, and on paper (contract A20)."""

from itertools import product

import pytest

from leads.analytics import pages
from leads.analytics.tests import examples
from leads.analytics.tests.stories import tell
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.browsers import DESKTOP, PHONE, axe_findings, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
]

PAGE = "/admin/leads/analytics/"
WIDTHS, QUERIES = (1440, 820, 390), ("compare=previous", "by=source")
SHORT = [(1440, "light", "fr", QUERIES[0]), (820, "dark", "ar", QUERIES[1]), (390, "light", "ar", QUERIES[0])]
LOOKS = [
    each if each in SHORT else pytest.param(*each, marks=pytest.mark.slow)
    for each in product(WIDTHS, ("light", "dark"), ("en", "fr", "ar"), QUERIES)
]
SMALL_TEXT = """() => [...document.querySelectorAll('#content *')].filter(element =>
    [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())
    && element.getClientRects().length
    && parseFloat(getComputedStyle(element).fontSize) * (element.getScreenCTM?.().a ?? 1) < 12
  ).map(element => element.outerHTML.slice(0, 150))"""
OPEN_ALL = "() => document.querySelectorAll('#content details').forEach(each => each.open = true)"


@pytest.fixture
def boss(casa):
    return make_staff(casa, Role.MANAGER, first_name="Amina", last_name="Bennani")


@pytest.fixture
def full(boss, monkeypatch):
    """Every chart has something to show."""
    monkeypatch.setattr(pages, "figure_answer", lambda dealership, figure, query, **how: examples.ask(figure, query))


@pytest.mark.parametrize(("width", "scheme", "language", "query"), LOOKS)
def test_it_is_whole_and_can_be_read_by_everybody(open_page, full, boss, width, scheme, language, query):
    Dealership.objects.update(language=language)
    context = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "locale": language}
    page = signed_in(open_page(**context, bypass_csp=True), boss)
    page.goto(f"{PAGE}?{query}")
    page.evaluate(OPEN_ALL)
    assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(SMALL_TEXT) == []
    assert axe_findings(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_it_breaks_no_rule_of_its_policy_and_needs_no_script(open_page, boss, casa, civic, width):
    Dealership.objects.update(language="en")
    tell(civic)
    page = signed_in(open_page(viewport={"width": width, "height": 900}, java_script_enabled=False), boss)
    page.goto(PAGE)
    page.select_option("[name=by]", "source")
    page.click(".analytics-do input[type=submit]")
    page.click("#groups tbody tr:first-child td:nth-child(2) a")
    assert page.locator(".lead-list tbody tr").count() == 8
    page.click("text=Back to analytics")
    page.wait_for_selector("#groups")
    page.click("#ages summary")
    page.wait_for_selector("#ages details table")


def test_a_wrong_filter_is_said_beside_its_field(open_page, boss):
    Dealership.objects.update(language="en")
    page = signed_in(open_page(viewport=DESKTOP, bypass_csp=True), boss)
    page.goto(f"{PAGE}?from=2026-03-02&to=2026-03-01")
    field = page.locator(".analytics-field", has=page.locator("[name=from]"))
    assert "The first day lies behind the last one." in field.inner_text()
    assert axe_findings(page) == []


def places(page, selector):
    """How far from the left the middles of these are."""
    boxes = [each.bounding_box() for each in page.locator(selector).all()]
    return [box["x"] + box["width"] / 2 for box in boxes]


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize(("language", "is_mirrored"), [("fr", False), ("ar", True)])
def test_time_runs_as_people_read_and_the_axis_stands_where_they_begin(
    open_page, full, boss, language, is_mirrored, size
):
    Dealership.objects.update(language=language)
    page = signed_in(open_page(viewport=DESKTOP if size == "wide" else PHONE), boss)
    page.goto(PAGE)
    chart = f".chart.chart-{size}"
    weeks = places(page, f"{chart} .columns g rect.tone-one")
    assert len(weeks) == (13 if size == "wide" else 8)
    assert weeks == sorted(weeks, reverse=is_mirrored)
    [axis], first = places(page, f"{chart} .axis"), weeks[0]
    assert (axis > first) == is_mirrored
    inside = page.locator(chart).bounding_box()
    for text in page.locator(f"{chart} .axis text").all():
        box = text.bounding_box()
        assert inside["x"] <= box["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_is_said_of_quantiles_stands_in_its_order(open_page, full, boss, language):
    """Latin letters, numbers and Arabic words in one line."""
    Dealership.objects.update(language=language)
    page = signed_in(open_page(viewport=DESKTOP), boss)
    page.goto(PAGE)
    [p75], [p90] = (places(page, f".tile p > bdi >> text={name} >> nth=0") for name in ("p75", "p90"))
    [time_of_p75] = places(page, ".tile p > bdi:first-child > bdi")
    assert (p75 > p90) == (language == "ar")
    assert (time_of_p75 < p75) == (language == "ar")


def test_on_paper_it_is_light_and_has_nothing_to_press(open_page, full, boss):
    page = signed_in(open_page(viewport=DESKTOP, color_scheme="dark"), boss)
    page.goto(f"{PAGE}?compare=previous")
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF") and 1 <= paper.count(b"/Type /Page\n") <= 4
    page.emulate_media(media="print")
    for gone in (".site-header", ".analytics-filters", ".analytics-periods", ".panel-head a"):
        assert not page.locator(gone).first.is_visible()
    assert page.locator(".columns").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.tile')).backgroundColor") == "rgb(255, 255, 255)"
