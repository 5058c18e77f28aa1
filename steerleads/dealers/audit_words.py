"""Entries of the audit log in words: of the page's language, or English in commands."""

from django.apps import apps
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steerleads.dealers.actors import ActorType, shown_name
from steerleads.dealers.models import Role

LABELS = {
    "role": gettext_lazy("role"),
    "changed": gettext_lazy("changed"),
    "scopes": gettext_lazy("scopes"),
    "old": gettext_lazy("old key"),
    "oldEndsAt": gettext_lazy("it ends"),
    "leads": gettext_lazy("leads"),
    "count": gettext_lazy("count"),
    "left": gettext_lazy("left"),
    "why": gettext_lazy("why"),
    "available": gettext_lazy("available for new leads"),
    "contacts": gettext_lazy("names and phones of contacts"),
}
# {model: {what entries call a column that has another name by now: that name}}
RENAMED = {"rule": {"occasion": "trigger"}}
VALUES = {
    **{role.value: role.label for role in Role},
    "superuser": gettext_lazy("superuser"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "own_hours": gettext_lazy("own hours"),
    "most_open_leads": gettext_lazy("most open leads"),
    "gone": gettext_lazy("it answered 410 Gone"),
    "failing": gettext_lazy("it only failed for five days"),
}


def who(event):
    """Whom an AuditEvent names as its actor."""
    if not event.actor_type:
        return _("somebody unknown")
    if event.actor_type == ActorType.STAFF:
        return shown_name(event.actor_name)
    return f"{event.actor_name} ({ActorType(event.actor_type).label})"


def subject(event):
    """To whom or what it was done; nothing where that is the actor."""
    if (event.subject_type, event.subject_id) == ("user", event.actor_id):
        return ""
    if event.subject_type == "rule":
        return translation.gettext(event.subject_name)  # of the rule's Trigger, which is above
    return shown_name(event.subject_name)


def details(event):
    """What else is known of it, in one line."""
    return "; ".join(f"{LABELS.get(name, name)}: {_shown(event, value)}" for name, value in event.details.items())


def _shown(event, value):
    if isinstance(value, dict):
        return _("%(now)s (was: %(was)s)") % {"was": _shown(event, value["from"]), "now": _shown(event, value["to"])}
    if isinstance(value, list):
        return ", ".join(_shown(event, each) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, str):
        return str(value)
    if at := _time(value):
        return f"{localtime(at):%Y-%m-%d %H:%M}"
    return str(VALUES.get(value) or _fields(event.subject_type).get(value, value))


def _time(text):
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _fields(model_name):
    """{column: its name for people} of the model that is called so."""
    model = next((model for model in apps.get_models() if model._meta.model_name == model_name), None)
    fields = {field.name: field.verbose_name for field in model._meta.fields} if model else {}
    return fields | {old: fields[new] for old, new in RENAMED.get(model_name, {}).items()}
