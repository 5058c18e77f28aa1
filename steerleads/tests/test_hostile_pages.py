"""Every address of the admin and the board with hostile parameters, forms and calls: one answer each, never a 5xx.

A page, a parameter, a form or a kind of field that is not in the tables of hostile_pages.py fails a test here.
"""

import ast
import json
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.test import RequestFactory

from conftest import make_car, make_lead
from leads.board.bodies import BulkBody, ClaimBody, ContactBody, MoveBody, UndoBody
from steerleads.dealers.models import Dealership, Membership, Role
from steerleads.dealers.staff_admin.forms import Typed
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.tests import hostile_pages as pages
from steerleads.tests.test_admin_tenancy import (  # noqa: F401 (a fixture)
    BOARD,
    EXPECTED,
    ROWS,
    address,
    admin_routes,
    theirs,
)

pytestmark = pytest.mark.on_one_database

BODIES = {"leads/board/move/": MoveBody, "leads/board/many/": BulkBody, "leads/board/undo/": UndoBody}
BODIES |= {"leads/board/claim/": ClaimBody, "leads/board/contact/": ContactBody}
FORM = "application/x-www-form-urlencoded"

# In the short run each third parameter of a page, and each field, meets one of the values, the next one the next.
some_or_all = pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"])


def share(route, whole):
    """A function that gives the values for the next thing on this page."""
    names = list(pages.VALUES)
    each = cycle(names[len(route) % len(names) :] + names[: len(route) % len(names)])
    return lambda: names if whole else [next(each)]


@pytest.fixture
def root(theirs):  # noqa: F811
    """A superuser, who gets at everything, and works at Casa's."""
    user = make_staff(None, None)
    Membership.objects.create(dealership=theirs.rows["dealers/dealership/"], user=user, role=Role.MANAGER)
    client = browser(user)
    client.raise_request_exception = False
    return client


@pytest.fixture
def stranger():
    client = browser()
    client.raise_request_exception = False
    return client


def kind_of(route):
    if route.startswith("leads/board/"):
        return "board"
    if route.startswith("leads/analytics/"):
        return "analytics"
    if route in ROWS:
        return "list"
    return "form" if "<path:object_id>" in route or route.endswith("add/") else "site"


def filters_of(route, root_client):
    """What a list's own filters put into its address."""
    request = RequestFactory().get("/")
    request.user = root_client.session and _user_of(root_client)
    model = next(model for model in admin.site._registry if address_of(model) == route)
    changes = admin.site.get_model_admin(model).get_changelist_instance(request)
    return [name for spec in changes.filter_specs for name in spec.expected_parameters()]


def _user_of(client):
    return Membership.objects.select_related("user").get(user_id=client.session["_auth_user_id"]).user


def address_of(model):
    return f"{model._meta.app_label}/{model._meta.model_name}/"


# --- Addresses -----------------------------------------------------------------------------------


def with_parameter(path, name, value):
    """The path asked with this parameter in the place of its own one."""
    path, _, query = path.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith(f"{name}=")]
    return f"{path}?{'&'.join([*kept, f'{quote(name)}={value}'])}"


def otherwise(route, name):
    """By which status an ordinary text in this parameter is answered, if not by the page's usual one."""
    for (place, called), status in pages.OTHERWISE.items():
        is_there = place == kind_of(route) or (place.endswith("/") and route.endswith(place))
        if is_there and (name == called or (called[:2] == "__" and name.endswith(called))):
            return status
    return None


def expectations(route, names, usual, whole):
    """{(parameter, value): the status that a signed-in person gets}."""
    expected, values = {}, share(route, whole)
    for name in names if whole else names[len(route) % 3 :: 3]:
        other = otherwise(route, name) if usual in (200, 403) else None
        expected |= {(name, value): 400 if value in pages.UNREADABLE else other or usual for value in values()}
    return expected


def group_of(route):
    """All addresses about one kind of row, or the board, or the site."""
    return next((kind for kind in (*ROWS, "leads/board/") if route.startswith(kind)), "site")


each_group = pytest.mark.parametrize("group", sorted({group_of(route) for route in EXPECTED}))


@some_or_all
@each_group
def test_parameters(theirs, root, stranger, group, whole):  # noqa: F811
    for route in [route for route in EXPECTED if group_of(route) == group]:
        path, kind = address(route, theirs), kind_of(route)
        names = pages.PARAMETERS[kind] + (filters_of(route, root) if kind == "list" else [])
        of_stranger = stranger.get(path).status_code
        for (name, value), expected in expectations(route, names, root.get(path).status_code, whole).items():
            asked = with_parameter(path, name, pages.encoded(value))
            found = root.get(asked).status_code, stranger.get(asked).status_code
            of_both = (expected, 400 if value in pages.UNREADABLE else of_stranger)
            assert found == of_both, (route, name, value)


@each_group
def test_ids_in_paths(theirs, root, stranger, group):  # noqa: F811
    """They are answered like one that nobody has."""
    for route in [route for route in EXPECTED if group_of(route) == group and "<" in route and "?P<app" not in route]:
        usual = root.get(address(route, theirs, "nonsense")).status_code
        assert usual in (200, 301, 302, 403, 404, 405)
        for name in pages.VALUES:
            value = pages.encoded(name)
            path = address(route, theirs, value)
            path = path.replace("/x/x/", f"/{value}/{value}/").replace("nothing/here/", f"{value}/")
            path = path.replace("/analytics/x/", f"/analytics/{value}/").replace("/stop/x", f"/stop/{value}")
            expected = [400, 400] if name in ("NUL", "10,000 characters") else [usual, stranger.get(path).status_code]
            assert [root.get(path).status_code, stranger.get(path).status_code] == expected, (route, name)
            assert expected[1] in (200, 301, 302, 400)


def test_every_parameter_that_is_read_is_in_the_table():
    columns = {"status"}  # of a board: their names are in the table
    known = columns.union(*pages.PARAMETERS.values())
    read = set()
    for app in ("steerleads", "cars", "leads"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "tests" not in path.parts:
                read |= {_name_read(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))}
    assert {"q", "tag", "car"} <= read
    assert read - known - {None} == set()


def _name_read(node):
    """`x` of `request.GET.get(x)`, `.getlist(x)` or `request.GET[x]`."""
    place = node.func if isinstance(node, ast.Call) else node
    source = getattr(place, "value", None)
    if not isinstance(source, ast.Attribute) or source.attr != "GET":
        return None
    if isinstance(node, ast.Call) and place.attr in ("get", "getlist"):
        return getattr(node.args[0], "value", None) or ast.unparse(node.args[0])
    return ast.unparse(node.slice) if isinstance(node, ast.Subscript) else None


# --- Forms ---------------------------------------------------------------------------------------


def form_on(response):
    context = response.context or {}
    return context["adminform"].form if "adminform" in context else context.get("form")


def typed(form):
    """{name: what a browser posts of the form as it is shown}, a list where it posts several."""
    posted = {}
    for bound in form:
        name, value = bound.html_name, bound.value()
        if isinstance(bound.field.widget, forms.MultiWidget):
            parts = bound.field.widget.decompress(value)
            posted |= {f"{name}_{place}": part or "" for place, part in enumerate(parts)}
        elif isinstance(bound.field, forms.BooleanField):
            posted |= {name: "on"} if value else {}
        else:
            posted[name] = "" if value is None else getattr(value, "pk", value)
        if bound.field.show_hidden_initial and name in posted:
            posted[bound.html_initial_name] = posted[name]
    return posted


def rule_of(form, name):
    """What judges a field: the API's own field where there is one, else Django's."""
    field = form.fields[name]
    if not isinstance(field, Typed):
        return type(field).__name__
    column = {column: api for api, column in form.names.items()}
    return type(form.body().fields[column[name]]).__name__


def body(posted, name=None, value=None):
    encoded = urlencode({key: each for key, each in posted.items() if key != name}, doseq=True)
    return encoded if name is None else f"{encoded}&{quote(name)}={value}"


def send(client, path, data, content_type=FORM):
    """The status of a post, whose writes are taken back."""
    with transaction.atomic():
        status = client.post(path, data, content_type).status_code
        transaction.set_rollback(True)
    return status


@pytest.fixture
def stand_for(theirs, casa):  # noqa: F811
    other = Dealership.objects.create(name="Atlas Cars")
    lead = make_lead(make_car(casa, stock_number="S-1"))
    return {
        "<car>": str(lead.car_id),
        "<lead>": str(lead.pk),
        "<dealership>": str(casa.pk),
        "<other dealership>": str(other.pk),
    }


@some_or_all
@pytest.mark.parametrize("route", sorted(pages.FORMS))
def test_forms(theirs, root, stranger, stand_for, route, whole):  # noqa: F811
    path = address(route, theirs)
    form = form_on(root.get(path))
    posted = typed(form) | {name: stand_for.get(value, value) for name, value in pages.FORMS[route].items()}
    done, refused = send(root, path, body(posted)), 422 if kind_of(route) == "board" else 200
    assert done in (200, 302)
    found, wanted, values = {}, {}, share(route, whole)
    for name in form.fields:
        rule, sent_as = rule_of(form, name), f"{name}_0" if f"{name}_0" in posted else name
        for value in values():
            found[name, value] = send(root, path, body(posted, sent_as, pages.encoded(value)))
            taken = value in pages.TAKEN_BY.get(name, pages.TAKEN[rule])
            wanted[name, value] = 400 if value == "lone surrogate" else done if taken else refused
    assert found == wanted
    assert send(stranger, path, body(posted)) == 302
    assert send(stranger, path, b"a=%ED%A0%80") == 400


@some_or_all
@pytest.mark.parametrize("route", sorted(pages.ACCOUNT))
def test_forms_of_ones_account(theirs, root, stranger, route, whole):  # noqa: F811
    client, values = stranger if route == "login/" else root, share(route, whole)
    for name in pages.ACCOUNT[route]:
        for value in values():
            status = send(client, f"/admin/{route}", body({}, name, pages.encoded(value)))
            assert status == (400 if value == "lone surrogate" else 200), (name, value)


@some_or_all
@pytest.mark.parametrize("route", sorted(ROWS))
def test_actions_of_lists(theirs, root, route, whole):  # noqa: F811
    page = root.get(f"/admin/{route}")
    actions = [name for name, _label in form_choices(page)]
    posted = {"action": (actions or ["none"])[-1], "_selected_action": str(theirs.rows[route].pk), "index": "0"}
    values = share(route, whole)
    for name in pages.BUTTONS:
        for value in values():
            status = send(root, f"/admin/{route}", body(posted, name, pages.encoded(value)))
            assert status == 400 if value == "lone surrogate" else status in (200, 302), (name, value)


def form_choices(page):
    form = page.context.get("action_form")
    return [choice for choice in form.fields["action"].choices if choice[0]] if form else []


def test_every_form_is_in_a_table(theirs, root):  # noqa: F811
    shown = set()
    for route in EXPECTED:
        form = form_on(root.get(address(route, theirs)))
        if form is not None and form.fields:
            shown.add(route)
    assert shown - set(pages.FORMS) - set(pages.ACCOUNT) == set()


# --- Calls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", sorted(pages.CALLS))
def test_calls(root, stranger, stand_for, route):
    path = f"/admin/{route}"
    taken = json.loads(_filled(json.dumps(pages.CALLS[route]), stand_for))
    assert send(root, path, json.dumps(taken), "application/json") == 200
    found, wanted = {}, {}
    for name, field in BODIES[route]().fields.items():
        for value in pages.VALUES:
            sent = json.dumps(taken | {name: pages.VALUES[value][1]})
            found[name, value] = send(root, path, sent, "application/json")
            is_taken = value in pages.TAKEN[type(field).__name__] or (value == "null" and not field.required)
            wanted[name, value] = 200 if is_taken else 400
            assert send(stranger, path, sent, "application/json") == 302
    assert found == wanted


def test_every_call_of_the_board_is_in_the_table():
    posts_only = {f"leads/board/{call}" for call, statuses in BOARD.items() if 405 in statuses}
    assert posts_only == set(pages.CALLS)


def _filled(text, names):
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def test_the_tables_name_addresses_that_there_are():
    assert {*pages.FORMS, *pages.ACCOUNT, *pages.CALLS} <= admin_routes()
