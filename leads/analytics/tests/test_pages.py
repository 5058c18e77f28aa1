"""The analytics page: its numbers are the figures', each opens exactly its leads, and who sees whose (contract A20)."""

import csv
import re
from html import unescape
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict

from conftest import make_car, make_lead
from leads.analytics.tests.stories import counts_of, tell
from leads.models import Lead
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, make_staff

pytestmark = pytest.mark.django_db
PAGE = "/admin/leads/analytics/"
LINK = re.compile(r'<a href="(/admin/leads/analytics/\w+/leads\?[^"]+)">([^<]*)</a>')
NUMBER = re.compile(r"([\d,]+)(?: · [\d.]+%)?")
TO_COMPARE, IN_GROUPS = "compare=previous", "by=source"


@pytest.fixture
def told(casa):
    Dealership.objects.update(language="en")
    return tell(make_car(Dealership.objects.get(pk=casa.pk)))


@pytest.fixture
def boss(casa, told):
    return browser(make_staff(casa, Role.MANAGER, first_name="Amina", last_name="Bennani"))


@pytest.fixture
def sara(casa, told):
    return browser(make_staff(casa, email="sara@casa.example", first_name="Sara", last_name="Alami"))


def numbers_on(response):
    """{address: number} of the links to leads that show a number."""
    found = {}
    for href, text in LINK.findall(response.content.decode()):
        if number := NUMBER.fullmatch(text):
            href, number = unescape(href), int(number[1].replace(",", ""))
            assert found.setdefault(href, number) == number
    return found


def parts_of(address):
    """Of an address of a list or a file: the figure, what it is asked with (but for the heat map's usual), and the cell."""
    parts = urlsplit(address)
    wanted = {name: value for name, [value] in parse_qs(parts.query).items()}
    cell, _usual = wanted.pop("cell", None), wanted.pop("of", None)
    return parts.path.split("/")[-2], wanted, cell


def listed(client, address):
    """How many leads a list has, and how many are gone."""
    context = client.get(address).context
    return context["page"].paginator.count, context["gone"]


# --- Numbers -------------------------------------------------------------------------------------


MORE = (TO_COMPARE, "by=tag&make=honda", "of=answered&source=api_key:Website")


@pytest.mark.parametrize("query", ["", IN_GROUPS, *(pytest.param(query, marks=pytest.mark.slow) for query in MORE)])
def test_each_number_opens_exactly_its_leads(boss, query):
    numbers = numbers_on(boss.get(f"{PAGE}?{query}"))
    some = {address: number for n, (address, number) in enumerate(numbers.items()) if number or n % 10 == 0}
    assert len(some) > 30
    assert {address: sum(listed(boss, address)) for address in some} == some


@pytest.mark.parametrize("query", ["", TO_COMPARE, IN_GROUPS, "tag=hot"])
def test_numbers_are_those_of_the_figures(casa, boss, query):
    numbers = numbers_on(boss.get(f"{PAGE}?{query}"))
    figures, asked = {}, {}
    for address in numbers:
        figure, wanted, _cell = parts_of(address)
        asked[figure, str(wanted)] = wanted
    for (figure, _), wanted in asked.items():
        query = QueryDict(mutable=True)
        query.update(wanted)
        figures |= counts_of(casa, figure, query)
    assert {address: figures.get(address) for address in numbers} == numbers
    assert {figure for figure, _ in asked} >= {"conversion", "response", "ageing", "activity", "heatmap"}


def test_tiles_say_what_happened(boss):
    page = boss.get(PAGE).content.decode()
    tiles = [
        " ".join(re.sub(r"<[^>]+>", " ", tile).split()) for tile in re.findall(r'<li class="tile">.*?</li>', page, re.S)
    ]
    assert tiles[0] == "New leads 14 1 deleted since"
    assert tiles[1].startswith("Completed, of the decided 78% of 9 ·")
    assert "under a minute" in tiles[2] and "10 answered of 12" not in tiles[2] and "11 answered of 12" in tiles[2]
    assert tiles[3] == "Waiting for an answer 1 Nobody has touched them yet."
    assert tiles[4] == "Open leads, of all times 4 0 left alone for over 7 days"


def test_no_quantile_is_shown_of_fewer_than_five(boss):
    page = boss.get(f"{PAGE}?tag=cold").content.decode()
    assert "too few" in page and "A median is shown from 5 leads on." in page


def test_a_list_says_how_many_are_gone_and_shows_archived_ones(boss, told):
    [address] = [each for each in numbers_on(boss.get(PAGE)) if "conversion" in each and each.endswith("cell=created")]
    page = boss.get(address)
    assert {lead.pk for lead in page.context["page"].object_list} == {
        lead.pk for name, lead in told.items() if name != "deleted"
    }
    assert "13 leads" in page.content.decode() and "1 more is deleted since" in page.content.decode()


def test_a_long_list_has_pages(boss, casa):
    car = make_car(casa, stock_number="L-1")
    for _ in range(45):
        make_lead(car)
    [address] = [each for each in numbers_on(boss.get(PAGE)) if "conversion" in each and each.endswith("cell=created")]
    pages = [boss.get(f"{address}&p={number}").context["page"].object_list for number in (1, 2)]
    assert len({lead.pk for page in pages for lead in page}) == Lead.objects.of(casa).count() == 58


@pytest.mark.parametrize(
    "query", ["from=2026-02-30", "from=2026-02-02&to=2026-02-01", "by=tag&compare=previous", "by=x"]
)
def test_a_filter_that_means_nothing_is_said_and_shows_no_numbers(boss, query):
    page = boss.get(f"{PAGE}?{query}")
    assert page.status_code == 200 and "errorlist" in page.content.decode()
    assert numbers_on(page) == {}


@pytest.mark.parametrize(
    "address",
    [
        "nothing/leads?cell=created",
        "conversion/leads",
        "conversion/leads?cell=secret",
        "conversion/leads?cell=created&from=x",
    ],
)
def test_a_list_that_there_is_not_is_not_found(boss, address):
    assert boss.get(PAGE + address).status_code == 404


# --- Files ---------------------------------------------------------------------------------------


def test_each_panel_has_its_file_with_the_same_numbers(boss):
    page = boss.get(f"{PAGE}?{IN_GROUPS}")
    numbers = numbers_on(page)
    files = {
        unescape(href) for href in re.findall(r'href="(/admin/leads/analytics/\w+/csv[^"]*)"', page.content.decode())
    }
    compared = 0
    for address in files:
        answer = boss.get(address)
        assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
        rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
        counts = {row["cell"]: int(row["count"]) for row in rows if row["count"]}
        shown = {parts_of(each)[2]: n for each, n in numbers.items() if parts_of(each)[:2] == parts_of(address)[:2]}
        assert {cell: counts[cell] for cell in shown} == shown
        compared += bool(shown)
    assert (len(files), compared) == (8, 7)  # there are no leads yet that are old enough for a share by source


# --- Who sees what -------------------------------------------------------------------------------


def test_a_salesperson_sees_the_totals_and_the_own_row(boss, sara):
    assert numbers_on(sara.get(PAGE)) == numbers_on(boss.get(PAGE))
    for by in ("answeredBy", "decidedBy"):
        rows = [label for label, *_ in sara.get(f"{PAGE}?by={by}").context["groups"]["rows"]]
        assert rows == ["Sara Alami"]
        names = [label for label, *_ in boss.get(f"{PAGE}?by={by}").context["groups"]["rows"]]
        assert {"Sara Alami", "Amina Bennani"} < set(names)


def test_a_salesperson_opens_no_colleagues_row(boss, sara):
    rows = boss.get(f"{PAGE}?by=answeredBy").context["groups"]["rows"]
    [address] = [group["created"]["leads"] for label, group, _ in rows if label == "Amina Bennani"]
    answer = sara.get(address)
    assert answer.status_code == 404 or listed(sara, address)[0] != listed(boss, address)[0]


def test_staff_of_another_dealership_see_their_own(casa, atlas, boss):
    foreign = browser(make_staff(atlas, Role.MANAGER))
    for query in ("", f"dealership={casa.pk}", f"{IN_GROUPS}&dealership={casa.pk}"):
        page = foreign.get(f"{PAGE}?{query}")
        assert set(numbers_on(page).values()) <= {0}
        assert "Sara" not in page.content.decode() and "Website" not in page.content.decode()
    for address in list(numbers_on(boss.get(f"{PAGE}?by=tag")))[::7]:
        answer = foreign.get(f"{address}&dealership={casa.pk}")
        assert answer.status_code == 404 or not answer.context["page"].object_list


def test_a_superuser_chooses_whose_figures_and_stays_there(casa, atlas, told):
    root = browser(make_staff(None, None))
    page = root.get(f"{PAGE}?dealership={casa.pk}")
    numbers = numbers_on(page)
    assert max(numbers.values()) == 14
    assert all(address.endswith(f"&dealership={casa.pk}") for address in numbers)
    some = dict(list(numbers.items())[::7])
    assert {address: sum(listed(root, address)) for address in some} == some
    assert set(numbers_on(root.get(f"{PAGE}?dealership={atlas.pk}")).values()) <= {0}
    assert root.get(f"{PAGE}?dealership=nonsense").status_code == 404


def test_a_superuser_of_a_fresh_installation_is_led_to_the_overview(db):
    assert browser(make_staff(None, None)).get(PAGE).url == "/admin/"


def test_staff_without_a_dealership_see_nothing(casa):
    nobody = make_staff(casa)
    nobody.membership.delete()
    client = browser(type(nobody).objects.get(pk=nobody.pk))
    assert [
        client.get(PAGE + path).status_code for path in ("", "conversion/leads?cell=created", "conversion/csv")
    ] == [403] * 3


def test_a_page_without_any_lead_is_whole(atlas):
    Dealership.objects.update(language="en")
    page = browser(make_staff(atlas, Role.MANAGER)).get(f"{PAGE}?{TO_COMPARE}")
    assert page.status_code == 200 and "There are no leads in this period." in page.content.decode()


def test_what_people_typed_writes_no_html(casa, boss):
    make_lead(make_car(casa, make="<b>Make</b>", stock_number="X-1"), tag="<script>alert(1)</script>")
    for by in ("tag", "car"):
        page = boss.get(f"{PAGE}?by={by}&tag=").content.decode()
        assert "<script>alert" not in page and "<b>Make" not in page and "&lt;" in page
