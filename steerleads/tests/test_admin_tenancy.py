"""Every address of the admin, for a stranger, a salesperson and another dealership's manager.

A page that is added without a row here fails the first test.
"""

import json
import re
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import get_resolver
from django_otp.plugins.otp_totp.models import TOTPDevice

from cars.models import Car
from conftest import make_car, make_lead
from leads.interchange.imports.models import Import, ImportRow
from leads.interchange.models import Export
from leads.models import Lead, LeadEvent, PersonRequest
from leads.notifications.actions import create_rule
from leads.notifications.models import Rule
from leads.outbox.models import Attempt, Delivery
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import Webhook
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.hours.actions import add_special_days, set_hours, set_week
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import ApiKey, AuditEvent, Dealership, Membership, Role, User
from steerleads.dealers.tests.people import browser, make_staff

pytestmark = pytest.mark.on_one_database

MARK = "casaonly"  # in every text of Casa's, so that whatever of it is seen can be told
UNKNOWN = "01890000-0000-7000-8000-000000000000"
OPEN, HIDDEN = 200, 302  # 302 to the start page is what an id that nobody has is answered with

# What a GET answers to: a stranger, Casa's salesperson about what is Casa's, Atlas's manager about what is Casa's.
SITE = {
    "": (302, 200, 200),
    "login/": (200, 302, 302),
    "logout/": (302, 405, 405),
    "password_change/": (302, 200, 200),
    "password_change/done/": (302, 200, 200),
    "password_reset/": (404, 404, 404),  # no mail is configured
    "password_reset/done/": (404, 404, 404),
    "reset/<uidb64>/<token>/": (200, 200, 200),  # says that the link is not valid
    "reset/done/": (200, 200, 200),
    "two-factor/": (302, 200, 200),
    "sessions/": (302, 200, 200),
    "availability/": (302, 200, 200),
    "autocomplete/": (302, 200, 200),
    "jsi18n/": (302, 200, 200),
    "^(?P<app_label>dealers|cars|leads|delivery|interchange|webhooks|notifications)/$": (302, 200, 200),
    # These lead to the pages of the same rows elsewhere.
    **dict.fromkeys(("delivery/hours/", "delivery/webhook/", "delivery/rule/"), (301, 301, 301)),
    **dict.fromkeys(
        ("delivery/hours/<path:object_id>", "delivery/webhook/<path:object_id>", "delivery/rule/<path:object_id>"),
        (301, 301, 301),
    ),
    "(?P<url>.*)$": (302, 404, 404),
}
# list, add, history, delete, change, and the bare address, which leads to change: (salesperson, Atlas's manager).
ROWS = {
    "leads/lead/": [(200, 200), (200, 200), (200, HIDDEN), (403, HIDDEN), (200, HIDDEN), (302, 302)],
    "cars/car/": [(200, 200), (403, 200), (200, HIDDEN), (403, HIDDEN), (200, HIDDEN), (302, 302)],
    "dealers/apikey/": [(403, 200), (403, 200), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "dealers/membership/": [(403, 200), (403, 200), (403, HIDDEN), (403, HIDDEN), (403, HIDDEN), (302, 302)],
    "dealers/dealership/": [(403, 200), (403, 403), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "leads/personrequest/": [(403, 200), (403, 403), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "dealers/auditevent/": [(403, 200), (403, 403), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "webhooks/webhook/": [(403, 200), (403, 200), (403, HIDDEN), (403, HIDDEN), (403, HIDDEN), (302, 302)],
    "notifications/rule/": [(403, 200), (403, 200), (403, HIDDEN), (403, HIDDEN), (403, HIDDEN), (302, 302)],
    "delivery/delivery/": [(403, 200), (403, 403), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "interchange/export/": [(403, 200), (403, 403), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "interchange/import/": [(403, 200), (403, 200), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    # A manager's list of hours leads to the own.
    "dealers/hours/": [(403, 302), (403, 403), (403, HIDDEN), (403, 403), (403, HIDDEN), (302, 302)],
    "dealers/openingweek/": [(403, 200), (403, 200), (403, HIDDEN), (403, HIDDEN), (403, HIDDEN), (302, 302)],
    "dealers/specialday/": [(403, 200), (403, 200), (403, HIDDEN), (403, HIDDEN), (403, HIDDEN), (302, 302)],
}
BOARD = {
    "": (302, 200, 200),
    "state/": (302, 200, 200),
    "cards/": (302, 200, 200),
    "cars/": (302, 200, 200),
    "add/": (302, 200, 200),
    "lead/<uuid:id>/": (302, 200, 404),
    "move/": (302, 405, 405),
    "many/": (302, 405, 405),
    "claim/": (302, 405, 405),
    "contact/": (302, 405, 405),
    "undo/": (302, 405, 405),
    "token/": (302, 200, 200),
    "export/": (302, 403, 200),
}
PAGES = [
    "",
    "add/",
    "<path:object_id>/history/",
    "<path:object_id>/delete/",
    "<path:object_id>/change/",
    "<path:object_id>/",
]
EXPECTED = {
    **SITE,
    **{f"leads/board/{call}": found for call, found in BOARD.items()},
    **{model + page: (302, *found) for model, row in ROWS.items() for page, found in zip(PAGES, row, strict=True)},
    "leads/lead/export/": (302, 403, 200),
    "leads/analytics/": (302, 200, 200),
    "leads/analytics/<figure>/leads": (302, 404, 404),
    "leads/analytics/<figure>/csv": (302, 404, 404),
    "leads/agenda/": (302, 200, 200),
    "leads/analytics/digest/": (302, 403, 200),
    "leads/analytics/digest/stop/<token>": (200, 200, 200),  # says that the link is not valid
    "cars/car/import/": (302, 403, 200),
    "dealers/specialday/holidays/": (302, 403, 200),
    "dealers/apikey/<path:object_id>/rotate/": (302, 404, 404),
    "dealers/apikey/<path:object_id>/revoke/": (302, 404, 404),
    "webhooks/webhook/<path:object_id>/rotate/": (302, 404, 404),
    "delivery/delivery/<path:object_id>/redeliver/": (302, 405, 405),
    "interchange/import/<path:object_id>/progress/": (302, 403, 404),
    "interchange/import/<path:object_id>/refused/": (302, 403, 404),
}


def routes(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def admin_routes():
    return {route.removeprefix("admin/") for route in routes(get_resolver().url_patterns) if route.startswith("admin/")}


OF_OBJECTS = sorted(route for route in EXPECTED if "<path:object_id>" in route or "<uuid:id>" in route)


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


@pytest.fixture
def theirs(casa):
    """One row of every kind at Casa, by the beginning of its admin address."""
    Dealership.objects.filter(pk=casa.pk).update(name=f"{MARK} Motors")
    casa = Dealership.objects.get(pk=casa.pk)
    car = make_car(casa, make=MARK, vin="CASA0NLYCASA0NLY1", stock_number=MARK, location=MARK)
    lead = make_lead(car, action=MARK, target_name=MARK, target_info=f"{MARK}@example.com", tag=MARK, note=MARK)
    key, _secret = issue_key(casa, MARK)
    seller = make_staff(casa, email=f"{MARK}@example.com", first_name=MARK)
    LogEntry.objects.log_actions(seller.pk, [car], 2, change_message=MARK)
    request = PersonRequest.objects.create(dealership=casa, kind="erase", actor_name=MARK, leads=1)
    rows = {"leads/lead/": lead, "cars/car/": car, "dealers/apikey/": key, "dealers/dealership/": casa}
    rows |= {"dealers/membership/": seller.membership, "leads/personrequest/": request}
    rows |= notified(casa, lead)
    audit.record(AuditKind.KEY_MADE, actor=Actor.of_user(seller), dealership=casa, subject=key, scopes=[MARK])
    rows |= {"dealers/auditevent/": AuditEvent.objects.filter(dealership=casa).latest("id")}
    rows |= {"interchange/import/": imported(casa), "interchange/export/": exported(casa)}
    return SimpleNamespace(rows=rows, seller=seller)


def exported(casa):
    facts = {"actor_name": MARK, "door": "api", "contents": "leads", "format": "csv", "filters": [MARK], "rows": 1}
    return Export.objects.create(dealership=casa, **facts)


def imported(casa):
    """An import that waits for its columns, and one row of it."""
    options = {"columns": ["phone"]}
    facts = {"file_name": MARK, "actor_name": MARK, "titles": [MARK], "options": options, "state": "mapping", "rows": 1}
    run = Import.objects.create(dealership=casa, **facts)
    ImportRow.objects.create(dealership=casa, run=run, line=2, cells=[MARK])
    return run


def notified(casa, lead):
    webhook = create_webhook(casa, {"url": f"https://{MARK}.example.com/", "description": MARK})
    rule = create_rule(casa, {"trigger": "created", "to": f"{MARK}@example.com"})
    to = {"dealership": casa, "destination": webhook, "lead_id": lead.pk, "kind": "lead.created", "state": "dead"}
    delivery = Delivery.objects.create(**to)
    tried = {"at": lead.created_at, "milliseconds": 1, "answer": MARK}
    Attempt.objects.create(dealership=casa, delivery=delivery, lead=lead, **tried)
    rows = {"webhooks/webhook/": webhook, "notifications/rule/": rule, "delivery/delivery/": delivery}
    hours = set_hours(casa, {})
    return rows | {
        "dealers/hours/": hours,
        "dealers/openingweek/": set_week(casa, FIRST_DAY, USUAL_WEEK),
        "dealers/specialday/": add_special_days(casa, [{"name": MARK, "first": FIRST_DAY, "last": FIRST_DAY}])[0],
        "delivery/hours/": hours,
        "delivery/webhook/": webhook,
        "delivery/rule/": rule,
    }


@pytest.fixture
def manager(atlas):
    """Atlas's manager, with data of the own."""
    make_lead(make_car(atlas, stock_number="A-1"), tag="Hot")
    return browser(make_staff(atlas, Role.MANAGER))


def address(route, theirs, object_id=None):
    """A real address of the route, about Casa's row of that kind."""
    kind = next((kind for kind in theirs.rows if route.startswith(kind)), None)
    row = theirs.rows.get(kind)
    route = route.replace("<path:object_id>", str(object_id or (row and row.pk)))
    route = route.replace("<uuid:id>", str(object_id or theirs.rows["leads/lead/"].pk))
    route = re.sub(r"\^\(\?P<app_label>[a-z|]+\)/\$", "leads/", route).replace("(?P<url>.*)$", "nothing/here/")
    route = re.sub(r"<\w+>", "x", route)
    query = "?app_label=leads&model_name=lead&field_name=car&term=" if route == "autocomplete/" else ""
    return f"/admin/{route}{query}"


def everything_of_casas(theirs):
    casa = theirs.rows["dealers/dealership/"]
    tables = [Export, Car, Lead, LeadEvent, ApiKey, Membership, PersonRequest, Webhook, Rule, Hours, Delivery, Attempt]
    tables += [Import, ImportRow, OpeningWeek, SpecialDay]
    rows = [list(table.objects.filter(dealership=casa).order_by("pk").values()) for table in tables]
    users = User.objects.filter(pk=theirs.seller.pk).values(
        "email", "password", "is_active", "is_staff", "is_superuser"
    )
    return [*rows, list(users), list(Dealership.objects.filter(pk=casa.pk).values())]


def about(response):
    return response.status_code, response.get("Location")


def test_every_address_has_a_row_here():
    assert admin_routes() == set(EXPECTED)


def test_each_person_gets_what_the_table_says(theirs, manager, subtests):
    people = (browser(), browser(theirs.seller), manager)
    for route, expected in EXPECTED.items():
        with subtests.test(route):
            path = address(route, theirs)
            answers = [client.get(path) for client in people]
            assert tuple(answer.status_code for answer in answers) == expected
            if expected[0] == 302:
                assert answers[0]["Location"].startswith("/admin/login/?next=" if route != "logout/" else "/admin/")
            assert MARK not in answers[2].content.decode().lower()


# What is open to a session that has yet to show its second factor, and what a GET and a POST are answered with.
OPEN_TO_WHO_OWES = {"two-factor/": (200, 200), "logout/": (405, 200), "jsi18n/": (200, 405)}


@pytest.mark.parametrize("owed", ["a second factor", "a device"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_that_owes_a_second_factor_may_only_show_it(theirs, method, owed):
    if owed == "a device":
        Dealership.objects.filter(pk=theirs.seller.membership.dealership_id).update(demands_two_factor=True)
    else:
        TOTPDevice.objects.create(user=theirs.seller, name="TOTP")
    before, wrong = everything_of_casas(theirs), {}
    # What strangers may see, they may see; all else leads to the sign-in, and from there to the second factor.
    closed = {route for route, (stranger, *_others) in EXPECTED.items() if stranger == 302} - OPEN_TO_WHO_OWES.keys()
    for route in sorted(closed):
        answer = getattr(browser(theirs.seller), method)(address(route, theirs), {"post": "yes"})
        if answer.status_code != 302 or not answer["Location"].startswith("/admin/login/?next="):
            wrong[route] = answer.status_code
    assert wrong == {} and everything_of_casas(theirs) == before
    for route, statuses in OPEN_TO_WHO_OWES.items():
        answer = getattr(browser(theirs.seller), method)(address(route, theirs))
        assert answer.status_code == statuses[method == "post"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_id_is_answered_like_one_that_nobody_has(theirs, manager, subtests, method):
    data = {"post": "yes", "overlap": "0", "role": "manager", "name": "Taken", "action": "Taken", "make": "Taken"}
    before = everything_of_casas(theirs)
    ids = "|".join([*(str(row.pk) for row in theirs.rows.values()), UNKNOWN])
    for route in OF_OBJECTS:
        with subtests.test(route):
            foreign, unknown = address(route, theirs), address(route, theirs, UNKNOWN)
            answers = [about(getattr(manager, method)(path, data)) for path in (foreign, unknown)]
            blind = [(status, to and re.sub(ids, "ID", to)) for status, to in answers]
            assert blind[0] == blind[1]
            assert everything_of_casas(theirs) == before


@pytest.mark.parametrize(
    "call, body",
    [
        ("move", {"lead": "{lead}", "status": "COMPLETED"}),
        ("move", {"lead": "{own}", "status": "NEW", "after": "{lead}"}),
        ("move", {"lead": "{own}", "status": "NEW", "car": "{car}"}),
        ("claim", {"lead": "{lead}"}),
        ("contact", {"lead": "{lead}", "via": "call", "outcome": "reached"}),
        ("many", {"leads": ["{lead}"], "do": "archive"}),
        ("many", {"leads": ["{own}", "{lead}"], "do": "tag", "value": "Taken"}),
    ],
)
def test_no_call_of_the_board_reaches_a_foreign_row(theirs, atlas, manager, call, body):
    before = everything_of_casas(theirs)
    ids = {"{lead}": theirs.rows["leads/lead/"].pk, "{car}": theirs.rows["cars/car/"].pk}
    ids["{own}"] = Lead.objects.get(dealership=atlas).pk
    text = json.dumps(body)
    for name, found in ids.items():
        text = text.replace(name, str(found))
    answer = manager.post(
        f"/admin/leads/board/{call}/?dealership={theirs.seller.membership.dealership_id}", text, "application/json"
    )
    assert answer.status_code in (200, 400, 403, 404) and MARK not in answer.content.decode().lower()
    assert everything_of_casas(theirs) == before


@pytest.mark.parametrize("call", ["", "state/", "cards/", "cars/", "add/"])
def test_no_part_of_the_board_shows_a_foreign_row(theirs, manager, subtests, call):
    kinds = {"lead": "leads/lead/", "car": "cars/car/", "dealership": "dealers/dealership/"}
    rows = {name: theirs.rows[kind].pk for name, kind in kinds.items()}
    for query in ("dealership={dealership}", "car={car}", "q=asaonl", "tag=asaonl", "id={lead}", "NEW=1000"):
        with subtests.test(query):
            answer = manager.get(f"/admin/leads/board/{call}?{query.format(**rows)}")
            assert answer.status_code in (200, 404) and MARK not in answer.content.decode().lower()


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_no_bulk_action_reaches_a_foreign_row(theirs, manager, kind):
    model = theirs.rows[kind].__class__
    before = everything_of_casas(theirs)
    actions = [*(admin.site.get_model_admin(model).actions or ()), "delete_selected"]
    for action in actions:
        for more in ({"post": "yes"}, {"index": 0}, {"index": 0, "select_across": 1}):
            data = {"action": action, "_selected_action": [theirs.rows[kind].pk], **more}
            page = manager.post(f"/admin/{kind}", data, follow=True)
            assert page.status_code in (200, 403) and MARK not in page.content.decode().lower()
    assert everything_of_casas(theirs) == before


@pytest.mark.parametrize(
    "query",
    ["q=asaonl", "dealership__id__exact={dealership}", "_popup=1&q=asaonl", "all=", "archived=any", "to={webhook}"],
)
def test_no_list_finds_a_foreign_row(theirs, manager, subtests, query):
    casa, webhook = theirs.rows["dealers/dealership/"], theirs.rows["webhooks/webhook/"]
    query = query.format(dealership=casa.pk, webhook=webhook.pk)
    for kind in ROWS:
        with subtests.test(kind):
            page = manager.get(f"/admin/{kind}?{query}", follow=True).content.decode().lower()
            assert MARK not in page  # the typed word is only a part of it, so that an echo is no find


@pytest.mark.parametrize(
    "query",
    [
        "app_label=leads&model_name=lead&field_name=car&term=asaonl",
        "app_label=leads&model_name=lead&field_name=dealership&term=asaonl",
        "app_label=dealers&model_name=membership&field_name=user&term=asaonl",
        "app_label=dealers&model_name=apikey&field_name=dealership&term=asaonl",
        "app_label=cars&model_name=car&field_name=dealership&term=asaonl",
        "app_label=auth&model_name=permission&field_name=content_type&term=asaonl",
    ],
)
def test_no_autocomplete_finds_a_foreign_row(theirs, manager, query):
    response = manager.get(f"/admin/autocomplete/?{query}")
    assert response.status_code in (200, 403, 404) and MARK not in response.content.decode().lower()


def test_a_foreign_row_is_not_found_by_its_other_columns(theirs, manager):
    for path in ("cars/car/CASA0NLYCASA0NLY1/change/?_to_field=vin", "dealers/apikey/casaonly/change/?_to_field=name"):
        response = manager.get(f"/admin/{path}")
        assert response.status_code in (302, 400) and MARK not in response.content.decode().lower()


def test_foreign_ids_in_forms_are_refused_or_ignored(theirs, atlas, manager):
    casa, car = theirs.rows["dealers/dealership/"], theirs.rows["cars/car/"]
    before = everything_of_casas(theirs)
    lead = {"car": car.pk, "status": "NEW", "action": "A", "target_name": "B", "target_info": "C", "order": "0"}
    assert manager.post("/admin/leads/lead/add/", {**lead, "dealership": casa.pk}).context["errors"]
    car = {"make": "Dacia", "model": "Logan", "status": "SOLD", "dealership": casa.pk}
    assert manager.post("/admin/cars/car/add/", car).status_code == 302
    assert Car.objects.get(make="Dacia").dealership == atlas
    own = Lead.objects.get(dealership=atlas)
    manager.post(f"/admin/leads/lead/{own.pk}/change/", {**lead, "dealership": casa.pk})
    assert (Lead.objects.get(pk=own.pk).car_id, Lead.objects.get(pk=own.pk).dealership) == (own.car_id, atlas)
    assert everything_of_casas(theirs) == before


def test_a_superuser_sees_everybodys_rows(theirs, manager):
    root = browser(make_staff(None, None))
    for kind, row in theirs.rows.items():
        for path in (f"/admin/{kind}", f"/admin/{kind}{row.pk}/change/"):
            assert root.get(path, follow=True).status_code == 200
    assert {lead.dealership.name for lead in root.get("/admin/leads/lead/").context["cl"].result_list} == {
        f"{MARK} Motors",
        "Atlas Cars",
    }
