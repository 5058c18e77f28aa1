"""Django's own log of the admin says who did what to which row; nothing that anybody typed or was named ever stands there."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.forms import MultiWidget

from conftest import make_car
from leads.models import Lead
from steerleads.dealers.models import Dealership
from steerleads.dealers.permissions import NOBODY
from steerleads.dealers.tests.people import make_staff

CLEANING = import_module("steerleads.dealers.migrations.0004_forget_names_in_the_admins_log")
MARK = "zoubida"
ADDED = {
    "cars.Car": {"make": MARK, "model": MARK, "status": "LOADING", "location": MARK},
    "leads.Lead": {"status": "NEW", "action": MARK, "target_name": MARK, "target_info": MARK, "tag": MARK, "order": 0},
    "webhooks.Webhook": {"url": f"https://{MARK}.example.com/{MARK}", "kinds": ["lead.created"], "is_on": "on"},
    "notifications.Rule": {"trigger": "created", "channel": "email", "to": f"{MARK}@example.com", "is_on": "on"},
    "dealers.Hours": {"target_minutes": "30", "stale_days": "7", "quiet_from": "21:00", "quiet_until": "8:00"},
    "dealers.OpeningWeek": {"valid_from": "2026-01-01", "monday_0": "9:00", "monday_1": "19:00"},
    "dealers.SpecialDay": {"name": MARK, "first": "2026-01-01", "last": "2026-01-01"},
    "dealers.ApiKey": {"name": MARK, "environment": "prod", "scopes": ["leads:read"], "hourly_limit": "100"},
    "dealers.Membership": {"email": f"{MARK}@example.com", "first_name": MARK, "role": "salesperson"},
    "dealers.Dealership": {"name": MARK, "time_zone": "Africa/Casablanca", "language": "fr", "assigning": "manual"},
}
CHANGED = {
    "cars.Car": {"model": f"{MARK} 2"},
    "leads.Lead": {"target_name": f"{MARK} 2", "note": MARK},
    "webhooks.Webhook": {"url": f"https://{MARK}.example.com/2", "description": MARK},
    "notifications.Rule": {"to": f"{MARK}.2@example.com"},
    "dealers.Hours": {"quiet_from": "20:00"},
    "dealers.OpeningWeek": {"monday_0": "10:00"},
    "dealers.SpecialDay": {"name": f"{MARK} 2", "hours_0": "10:00", "hours_1": "12:00"},
    "dealers.ApiKey": {"scopes": ["leads:read", "leads:write"]},
    "dealers.Membership": {"role": "manager"},
    "dealers.Dealership": {"name": f"{MARK} 2"},
}
DELETABLE = ["cars.Car", "webhooks.Webhook", "notifications.Rule", "dealers.Membership"]
DELETABLE += ["dealers.OpeningWeek", "dealers.SpecialDay"]


def kinds_of_rows():
    """The labels of what can be added or changed in the admin."""
    models = [model for model in apps.get_models() if admin.site.is_registered(model)]
    return {model._meta.label for model in models if admin.site.get_model_admin(model).change_role != NOBODY}


def path_of(model):
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def form_on(page):
    """What a browser posts of a form that nobody touched."""
    typed = {}
    for field in page.context["adminform"].form:
        value = "" if field.value() is None else field.value()
        if isinstance(field.field.widget, MultiWidget):
            parts = field.field.widget.decompress(field.value())
            typed |= {f"{field.html_name}_{place}": part or "" for place, part in enumerate(parts)}
        elif value is not False:
            typed[field.html_name] = "on" if value is True else value
        if field.field.show_hidden_initial:
            typed[field.html_initial_name] = value
    return typed


def add(client, model, **typed):
    path = f"{path_of(model)}add/"
    return client.post(path, form_on(client.get(path)) | ADDED[model._meta.label] | typed)


def traces():
    rows = LogEntry.objects.values()
    return [row for row in rows if MARK in str(row).lower() or "example.com" in str(row).lower()]


def test_every_kind_of_row_is_tried():
    assert kinds_of_rows() == ADDED.keys() == CHANGED.keys()


@pytest.mark.parametrize("label", sorted(ADDED))
def test_nothing_that_was_typed_is_in_the_admins_log(label, root, casa):
    model, car = apps.get_model(label), make_car(casa)
    before = set(model.objects.values_list("pk", flat=True))
    more = {"car": car.pk} if model is Lead else {"dealership": casa.pk} if model is not Dealership else {}
    assert add(root, model, **more).status_code in (200, 302)
    [made] = model.objects.exclude(pk__in=before)
    page = f"{path_of(model)}{made.pk}"
    assert root.post(f"{page}/change/", form_on(root.get(f"{page}/change/")) | CHANGED[label]).status_code == 302
    if label in DELETABLE:
        root.post(f"{page}/delete/", {"post": "yes"})
    wanted = [ADDITION, CHANGE, DELETION] if label in DELETABLE else [ADDITION, CHANGE]
    assert traces() == []
    assert flags(made) == ([] if model is Lead else wanted)


def test_what_stood_there_before_is_taken_out(casa):
    user = make_staff(casa)
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, change_message="Rotated.")
    CLEANING.forget(apps, None)
    assert LogEntry.objects.values_list("object_repr", "change_message").get() == ("", "Rotated.")


def flags(row):
    """What the log has of a row; a lead's history is elsewhere."""
    entries = LogEntry.objects.filter(object_id=row.pk, content_type=ContentType.objects.get_for_model(row))
    return list(entries.order_by("pk").values_list("action_flag", flat=True))
