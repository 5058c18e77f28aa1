"""The house as it is drawn: who may import whom, who may write what, and how every tenant's table is made."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection, models

from cars.models import Car
from leads.analytics.models import LeadFact
from leads.models import Lead, LeadEvent
from steerleads.db.ids import new_id
from steerleads.dealers.models import (
    AccountMail,
    AuditEvent,
    Dealership,
    RateWindow,
    RecoveryCode,
    StaffSession,
    Tally,
    User,
)

pytestmark = pytest.mark.on_one_database

ROOT = Path(settings.BASE_DIR)
APPS = ("steerleads", "cars", "leads")
ROOMS_OF_LEADS = 6

# From the ground up: each may import its own floor and those below. The longest beginning of a name counts.
FLOORS = {
    "steerleads.drafts": 0,
    "steerleads.environment": 0,
    "steerleads.logs": 0,
    "steerleads.progress": 0,
    "steerleads.proxies": 0,
    "steerleads.terminal": 0,
    "steerleads.db": 0,
    "steerleads.api": 1,
    "steerleads.tables": 1,
    "steerleads.dealers": 2,
    "cars": 3,
    "leads": 4,
    "leads.contacts": 4,
    "leads.ordering": 4,
    "leads.privacy": 4,
    "leads.work": 4,
    "leads.outbox": 5,
    "leads.management": 6,
    # Every other folder in leads/ is a room of its own: ROOMS_OF_LEADS.
    "steerleads": 7,
}
TOP_LEVEL = {
    *("steerleads", "leads", "cars", "templates", "manage.py", "requirements.txt", "requirements-dev.txt"),
    *("pytest.ini", "README.md", "conftest.py", "pyproject.toml", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *("docs", ".ci", ".git", ".gitignore"),
}

WRITERS = {
    "leads.actions",
    "leads.bulk",
    "leads.creating",
    "leads.feed",
    "leads.history",
    "leads.ordering.reordering",
    "leads.privacy.retention",
    "leads.work.actions",
    "leads.work.closing",
    "leads.work.events",
    "cars.actions",
}
MAKE_THEIR_OWN_DATA = ("steerleads.demo", "steerleads.benchmarks")
WRITTEN_BY_VERBS = {"Lead", "LeadEvent", "Car", "Origin", "Work"}
COUNTS_FOR_ALL = "steerleads.operations.metrics"  # numbers over all dealerships, for the operator
NUMBERS_ONLY = {"aggregate", "annotate", "filter", "values_list"}
INSTANCES = {"lead", "leads", "event", "events", "car", "cars", "obj", "queryset", "row", "rows"}
WRITES = {
    *("save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("asave", "acreate", "aupdate", "adelete", "abulk_create", "abulk_update", "_raw_delete", "save_base"),
}
WRITING_SQL = re.compile(r"(UPDATE|INSERT\s+INTO|DELETE\s+FROM)\s+\"?(leads_|cars_|\{)")
SCOPED = {"of", "locked", "has", "none", "create", "bulk_create"}  # the last two carry their dealership in each row

# RateWindow is its key's, sessions, recovery codes and mails are their person's; what the audit log has of strangers and
# superusers, and what limits count, is of no dealership.
NOT_OF_A_TENANT = {Dealership, User, RateWindow, AuditEvent, RecoveryCode, StaffSession, Tally, AccountMail}
KEYED_BY_LEADS = {LeadFact}  # their ids are those of leads, which may be gone
OWN_INDEXES = {"car_id"}  # a foreign key's own: the database looks for a car's leads when the car is deleted
SEARCH_INDEXES = {"lead_searched", "car_search"}  # trigrams, on PostgreSQL


def _modules():
    """{dotted name: syntax tree} of everything but tests and migrations."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if not {"tests", "conftest", "migrations", "__pycache__"} & set(parts):
                name = ".".join(parts).removesuffix(".__init__")
                found[name] = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return found


MODULES = _modules()


def _floor(name):
    if name.startswith("leads.") and (ROOT / "leads" / name.split(".")[1]).is_dir():
        return FLOORS.get(".".join(name.split(".")[:2]), ROOMS_OF_LEADS)
    parts = name.split(".")
    return next(FLOORS[".".join(parts[:n])] for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in FLOORS)


def _imports(name):
    """The modules of ours that a module imports, also inside functions."""
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            targets = [target if target in MODULES else node.module for target in inside]
        else:
            continue
        yield from (target for target in targets if target.split(".")[0] in APPS)


def _chain(node):
    """`Lead.objects.of(x).filter(y)` as ["Lead", "objects", "of", "filter"]; [] if it does not begin with a name."""
    names = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        if not isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
            return []
        node = node.func if isinstance(node, ast.Call) else node.value
    return [node.id, *reversed(names)]


def _calls(tree):
    return [chain for node in ast.walk(tree) if isinstance(node, ast.Call) and (chain := _chain(node.func))]


# --- Imports -------------------------------------------------------------------------------------


def test_imports_point_down():
    ups = [(name, target) for name in MODULES for target in _imports(name) if _floor(target) > _floor(name)]
    assert ups == []


def test_rooms_of_one_floor_know_nothing_of_each_other():
    rooms = [name for name in MODULES if name.startswith("leads.") and _floor(name) >= ROOMS_OF_LEADS]
    across = [
        (name, target)
        for name in rooms
        for target in _imports(name)
        if _floor(target) == ROOMS_OF_LEADS and target.split(".")[1] != name.split(".")[1]
    ]
    assert across == []


def test_nothing_imports_the_benchmarks():
    product = [name for name in MODULES if not name.startswith("steerleads.benchmarks")]
    assert [name for name in product for target in _imports(name) if target.startswith("steerleads.benchmarks")] == []


def test_nothing_imports_tests():
    assert [name for name in MODULES for target in _imports(name) if "tests" in target.split(".")] == []


def test_no_signals_of_models_and_no_star():
    found = [
        (name, node) for name, tree in MODULES.items() for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    ]
    names = {(name, f"{node.module}.{alias.name}") for name, node in found for alias in node.names}
    assert [name for name, target in names if target.endswith("*") or "django.db.models.signals" in target] == []


# --- Writes and reads ----------------------------------------------------------------------------


def test_leads_events_and_cars_are_written_by_verbs_only():
    offences = []
    for name, tree in MODULES.items():
        if name in WRITERS or name.startswith(MAKE_THEIR_OWN_DATA):
            continue
        written = [
            chain for chain in _calls(tree) if len(chain) > 1 and chain[-1] in WRITES and "__dict__" not in chain
        ]
        near_them = name.startswith(("cars", "leads", "steerleads.dealers.staff_admin.modeladmin"))
        names = WRITTEN_BY_VERBS | (INSTANCES if near_them else set())
        offences += [(name, ".".join(chain)) for chain in written if chain[0] in names]
    assert offences == []


def test_only_verbs_write_single_objects():
    users = {name for name in MODULES for target in _imports(name) if target == "steerleads.db.saving"}
    assert users <= WRITERS


def test_only_reordering_changes_in_bulk_and_the_feed_write_sql():
    texts = [
        (name, node.value)
        for name, tree in MODULES.items()
        if not name.startswith(MAKE_THEIR_OWN_DATA)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert {name for name, text in texts if WRITING_SQL.search(text)} == {
        "leads.bulk",
        "leads.feed",
        "leads.ordering.reordering",
    }


@pytest.mark.parametrize("model", [Lead, Car])
@pytest.mark.parametrize("method", ["save_model", "delete_model", "delete_queryset"])
def test_the_admin_does_not_write_by_itself(model, method):
    assert getattr(type(admin.site.get_model_admin(model)), method) is not getattr(admin.ModelAdmin, method)


def test_reading_starts_from_a_dealership():
    """Exceptions: `actions.not_found_error`, asked only after a miss, tells 403 from 404; the worker asks who has events."""
    offences = []
    for name, tree in MODULES.items():
        if not name.startswith(MAKE_THEIR_OWN_DATA) and name != COUNTS_FOR_ALL:
            managed = [chain for chain in _calls(tree) if chain[0] in WRITTEN_BY_VERBS and chain[1:2] == ["objects"]]
            offences += [(name, ".".join(chain)) for chain in managed if chain[2] not in SCOPED]
    # One expression: its outer call, and the call inside.
    assert offences == [
        ("leads.actions", "Lead.objects.filter.exists"),
        ("leads.actions", "Lead.objects.filter"),
        ("leads.outbox.telling", "LeadEvent.objects.filter"),
    ]


def test_metrics_count_rows_and_read_none():
    chains = [chain for chain in _calls(MODULES[COUNTS_FOR_ALL]) if chain[0] in WRITTEN_BY_VERBS]
    assert chains and {verb for chain in chains for verb in chain[2:]} <= NUMBERS_ONLY


def test_no_back_door_to_all_rows():
    for name, tree in MODULES.items():
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not attributes & {"_default_manager", "_base_manager"}, name
        if name.endswith("views"):
            assert [chain for chain in _calls(tree) if chain[1:] == ["objects", "all"]] == [], name


# --- Tables --------------------------------------------------------------------------------------

OURS = [model for config in apps.get_app_configs() if config.name.startswith(APPS) for model in config.get_models()]
TENANTS = [model for model in OURS if model not in NOT_OF_A_TENANT]

each_table = pytest.mark.parametrize("model", TENANTS, ids=lambda model: model.__name__)
each_list = pytest.mark.parametrize("model", [Lead, Car, LeadEvent], ids=lambda model: model.__name__)


def test_leads_cars_and_events_are_tenants_tables():
    assert {Lead, Car, LeadEvent} < set(TENANTS)


@each_table
def test_every_row_has_its_dealership(model):
    field = model._meta.get_field("dealership")
    assert isinstance(field, models.ForeignKey)
    assert field.null is False


@each_table
def test_ids_are_ordered_by_time(model):
    key = model._meta.pk.target_field if model._meta.pk.remote_field else model._meta.pk  # of a destination, above it
    assert isinstance(key, models.UUIDField)
    assert model in KEYED_BY_LEADS or key.default is new_id


@each_list
def test_indexes_and_constraints_begin_with_the_dealership(model):
    for named in (*model._meta.indexes, *model._meta.constraints):
        if not isinstance(named, models.CheckConstraint):
            assert named.fields[0].lstrip("-") == "dealership", named.name
    assert [field.name for field in model._meta.fields if field.unique and not field.primary_key] == []


@each_list
def test_the_database_has_no_other_index(db, model):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    indexes = {
        name: facts["columns"][:1]
        for name, facts in found.items()
        if (facts["index"] or facts["unique"]) and not facts["primary_key"] and name not in SEARCH_INDEXES
    }
    others = {name: columns for name, columns in indexes.items() if columns != ["dealership_id"]}
    assert {column for columns in others.values() for column in columns} <= OWN_INDEXES


def test_an_event_outlives_its_lead():
    for name in ("lead_id", "car_id"):
        assert type(LeadEvent._meta.get_field(name)) is models.UUIDField


def test_a_car_with_leads_cannot_vanish():
    assert Lead._meta.get_field("car").remote_field.on_delete is models.PROTECT


# --- Files ---------------------------------------------------------------------------------------


def _ignored():
    lines = (ROOT / ".gitignore").read_text().splitlines()
    return {line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")}


def test_the_top_level_is_fixed():
    there = {path.name for path in ROOT.iterdir()}
    assert (
        there - TOP_LEVEL - _ignored() - {".venv", ".pytest_cache", ".ruff_cache", ".hypothesis", "__pycache__"}
        == set()
    )


@pytest.mark.parametrize("app", APPS)
def test_every_folder_of_tests_is_a_package(app):
    folders = {path.parent for path in (ROOT / app).rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("app", APPS)
def test_no_drawer_for_everything(app):
    names = {path.stem for path in (ROOT / app).rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "misc", "common", "signals"}


def test_a_module_opens_with_a_sentence():
    assert [name for name, tree in MODULES.items() if tree.body and not ast.get_docstring(tree)] == []
