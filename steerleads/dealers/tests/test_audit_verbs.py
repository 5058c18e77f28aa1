"""Every verb that writes leaves an entry in the audit log, or says here why it does not."""

import ast
from pathlib import Path

import pytest

from leads.notifications import actions as rule_actions
from leads.outbox import actions as delivery_actions
from leads.webhooks import actions as webhook_actions
from steerleads.dealers import dealerships, erasing, keys, sessions, staff, two_factor
from steerleads.dealers.hours import actions as hours_actions

VERBS = [
    staff,
    erasing,
    keys,
    dealerships,
    two_factor,
    sessions,
    hours_actions,
    delivery_actions,
    webhook_actions,
    rule_actions,
]
WRITES = {"save", "create", "update", "delete", "bulk_create", "update_or_create", "_raw_delete"}
RECORDS = {"record", "note", "_record"}
SILENT = {
    # what writes and leaves no entry: why
    "steerleads.dealers.two_factor.begin": "nothing is switched on before it is confirmed",
    "steerleads.dealers.two_factor.forget_devices": "whoever calls says why",
    "leads.outbox.actions.send_test": "deliveries are records themselves",
    "leads.outbox.actions.redeliver": "deliveries are records themselves",
    "leads.outbox.actions.delete_deliveries": "whoever deletes their destination says so",
    "leads.outbox.actions.switch_off": "the sender does",
    "leads.notifications.actions.look_again_at_waiting": "deliveries are records themselves",
    "leads.notifications.actions.look_again_as_clocks_changed": "deliveries are records themselves",
}


def calls_of(function):
    """Names of what a function calls: `create` of `X.objects.create(…)`."""
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in called}


def with_helpers(name, functions, seen=()):
    """What a function calls, and what those of its module that it calls do."""
    called = calls_of(functions[name])
    inner = [each for each in called if each in functions and each not in seen and each != name]
    return called.union(*(with_helpers(each, functions, (*seen, name)) for each in inner))


@pytest.mark.parametrize("module", VERBS, ids=lambda module: module.__name__)
def test_every_verb_that_writes_leaves_an_entry(module):
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    called = {name: with_helpers(name, functions) for name in functions if not name.startswith("_")}
    writing = {name for name, calls in called.items() if calls & WRITES}
    mute = {f"{module.__name__}.{name}" for name in writing if not called[name] & RECORDS}
    assert writing and mute == {name for name in SILENT if name.startswith(f"{module.__name__}.")}
