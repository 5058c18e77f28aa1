"""The admin's pages in a real Chromium: axe finds nothing, light and dark are what was asked for, a phone shows them whole."""

import pytest

from conftest import make_car, make_lead
from leads.notifications.actions import create_rule
from leads.outbox.models import Attempt, Delivery
from leads.webhooks.actions import create_webhook
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.browsers import DESKTOP, PHONE, axe_findings, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
]

PAGES = [
    "/admin/",
    "/admin/leads/lead/",
    "/admin/leads/lead/?status=NEW&q=call",
    "/admin/leads/lead/export/?status=NEW&q=call",
    "/admin/leads/lead/add/",
    "/admin/leads/lead/{lead}/change/",
    "/admin/leads/lead/{lead}/history/",
    "/admin/leads/lead/{lead}/delete/",
    "/admin/leads/analytics/?compare=previous",
    "/admin/leads/analytics/?by=tag",
    "/admin/leads/agenda/",
    "/admin/leads/analytics/digest/",
    "/admin/cars/car/",
    "/admin/cars/car/{car}/change/",
    "/admin/cars/car/import/",
    "/admin/dealers/membership/",
    "/admin/dealers/apikey/add/",
    "/admin/webhooks/webhook/",
    "/admin/webhooks/webhook/add/",
    "/admin/webhooks/webhook/{webhook}/change/",
    "/admin/webhooks/webhook/{webhook}/rotate/",
    "/admin/webhooks/webhook/{webhook}/delete/",
    "/admin/delivery/delivery/",
    "/admin/delivery/delivery/{delivery}/change/",
    "/admin/notifications/rule/add/",
    "/admin/notifications/rule/{rule}/change/",
    "/admin/dealers/hours/",
    "/admin/dealers/openingweek/",
    "/admin/dealers/openingweek/add/",
    "/admin/dealers/specialday/",
    "/admin/dealers/specialday/add/",
    "/admin/dealers/specialday/holidays/",
    "/admin/password_change/",
    "/admin/two-factor/",
    "/admin/sessions/",
    "/admin/availability/",
    "/admin/dealers/auditevent/",
    "/admin/dealers/membership/{seller}/delete/",
    "/admin/nothing-here/",
]
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
HEADER = ".site-header, .site-header > a, .site-nav a:visible, .account summary"
BOXES = "(all) => all.map((each) => each.getBoundingClientRect().toJSON())"
PANEL = {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 33, 53)"}
LOOKS = [(scheme, language) for scheme in ("light", "dark") for language in ("en", "ar")]


@pytest.fixture
def boss(casa):
    Dealership.objects.update(language="en")
    return make_staff(casa, Role.MANAGER, first_name="Amina", last_name="Bennani")


@pytest.fixture
def paths(civic, boss):
    """Where the pages are, each with something on it: a car, three leads, one of them with a history."""
    leads = [make_lead(civic, action=action, tag="Hot Lead") for action in ("Call", "Call back", "Follow up call")]
    make_car(civic.dealership, make="Renault", model="Clio", location="Casablanca")
    seller = make_staff(civic.dealership, email="sara@casa.example")
    issue_key(civic.dealership, "Website", by=seller)
    told = notified(leads[0]) | {"seller": seller.membership.pk}
    return [path.format(lead=leads[0].pk, car=civic.pk, **told) for path in PAGES]


def notified(lead):
    """{name: id} of a webhook, a rule, and a dead letter of the webhook with its attempt."""
    casa = lead.dealership
    webhook = create_webhook(casa, {"url": f"https://crm.example.com/{'hooks/' * 20}", "description": "Our CRM"})
    rule = create_rule(casa, {"trigger": "stays_new", "hours": 4, "to": "boss@casa.example, sara@casa.example"})
    sent = {"dealership": casa, "lead_id": lead.pk, "kind": "lead.created", "last_at": lead.created_at}
    Delivery.objects.create(**sent, destination=rule, next_at=lead.created_at, last_status=550, last_error="smtp")
    dead = Delivery.objects.create(**sent, destination=webhook, state="dead", attempts=8, last_status=500)
    tried = {"at": lead.created_at, "status": 500, "milliseconds": 123, "answer": "<h1>Wait</h1> " * 70}
    Attempt.objects.create(dealership=casa, delivery=dead, lead=lead, **tried)
    return {"webhook": webhook.pk, "rule": rule.pk, "delivery": dead.pk}


def by_turns(short, whole):
    """Looks, and which pages are looked at: the `short` looks share the pages, each of the `whole` ones has all of them.

    A look at all pages takes twenty seconds of a processor, so those are for the slow tests.
    """
    shared = [(*look, slice(turn, None, len(short))) for turn, look in enumerate(short)]
    return [*shared, *(pytest.param(*look, slice(None), marks=pytest.mark.slow) for look in whole)]


@pytest.mark.parametrize(("scheme", "language", "pages"), by_turns([("light", "ar"), ("dark", "en")], LOOKS))
def test_axe_finds_nothing(open_page, paths, boss, scheme, language, pages):
    Dealership.objects.update(language=language)
    page = open_page(viewport=DESKTOP, color_scheme=scheme, locale=language, bypass_csp=True, tolerate="404")
    found = {path: axe_findings(page) for path in ["/admin/login/"] if page.goto(path)}
    signed_in(page, boss)
    found |= {path: axe_findings(page) for path in paths[pages] if page.goto(path)}
    assert {path: findings for path, findings in found.items() if findings} == {}


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_axe_finds_nothing_on_a_phone_with_the_menu_open(open_page, paths, boss, scheme, language):
    Dealership.objects.update(language=language)
    page = signed_in(open_page(**TOUCH, color_scheme=scheme, locale=language, bypass_csp=True), boss)
    page.goto("/admin/leads/lead/")
    page.tap("[data-account] summary")
    page.wait_for_selector("#logout-form button")
    assert axe_findings(page) == []


@pytest.mark.parametrize(("language", "pages"), by_turns([("ar",), ("fr",)], [("en",), ("fr",), ("ar",)]))
def test_a_phone_shows_every_page_whole_under_one_row(open_page, paths, boss, language, pages):
    Dealership.objects.update(language=language)
    page = signed_in(open_page(**TOUCH, tolerate="404"), boss)
    for path in paths[pages]:
        page.goto(path)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") == width, path
            for where in page.locator(HEADER).evaluate_all(BOXES):
                assert where["x"] >= 0 and where["x"] + where["width"] <= width, path
                assert where["y"] + where["height"] <= 56 and min(where["width"], where["height"]) >= 44, path


@pytest.mark.parametrize("leave", [lambda page: page.keyboard.press("Escape"), lambda page: page.mouse.click(300, 700)])
def test_the_account_menu_closes_with_escape_and_a_click_beside_it(open_page, boss, leave):
    page = signed_in(open_page(viewport=DESKTOP), boss)
    page.goto("/admin/two-factor/")
    page.click("[data-account] summary")
    page.wait_for_selector("#logout-form button")
    leave(page)
    page.wait_for_selector("#logout-form button", state="hidden")


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_is_the_systems_until_somebody_chooses_and_then_stays_chosen(open_page, boss, system, other):
    page = signed_in(open_page(viewport=DESKTOP, color_scheme=system), boss)
    page.goto("/admin/two-factor/")
    assert PANEL[system] == page.evaluate("getComputedStyle(document.querySelector('.account-menu')).backgroundColor")
    page.click("[data-account] summary")
    page.click(".theme-toggle")
    page.goto("/admin/leads/lead/")
    assert PANEL[other] == page.evaluate("getComputedStyle(document.querySelector('.account-menu')).backgroundColor")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == other


def test_the_keyboard_sees_where_it_is_on_every_stop(open_page, paths, boss):
    page = signed_in(open_page(viewport=DESKTOP), boss)
    page.goto("/admin/leads/lead/")
    for _ in range(25):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth }"
        )
        assert ring == "solid3px", page.evaluate("document.activeElement.outerHTML")


def test_signing_out_says_so_in_the_same_clothes(open_page, boss):
    page = signed_in(open_page(viewport=DESKTOP), boss)
    page.goto("/admin/two-factor/")
    page.click("[data-account] summary")
    page.click("#logout-form button")
    page.wait_for_selector("h1 >> text=You are signed out.")
    page.click("main a")
    page.wait_for_selector("#id_username")
