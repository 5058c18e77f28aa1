"""What the migrations share that give webhooks and rules apps of their own."""

from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import migrations

# The columns that webhooks and rules had both, and destinations have now, by the same names.
SHARED = """
    id, dealership_id, is_on, version, created_at, updated_at, switched_off_at, switched_off_why,
    failing_since, paused_until, refusals, lease_token, leased_until"""

# Permissions and entries of the log belong to a content type: those of an empty one are deleted with it.
DEPENDENCIES = [
    ("contenttypes", "0002_remove_content_type_name"),
    ("admin", "0003_logentry_add_action_flag_choices"),
    ("auth", "0012_alter_user_first_name_max_length"),
]


def move_content_type(model: str, here: str, there: str) -> migrations.RunPython:
    """Move what the admin's log and permissions call a model from one app to another."""
    return migrations.RunPython(
        partial(_move, model=model, here=here, there=there), partial(_move, model=model, here=there, there=here)
    )


def _move(apps, schema_editor, *, model, here, there):
    types = apps.get_model("contenttypes", "ContentType").objects.filter(model=model)
    if types.filter(app_label=here).exists():
        # An empty one is there already if `migrate` ran for that app alone before.
        types.filter(app_label=there).delete()
        types.filter(app_label=here).update(app_label=there)
    ContentType.objects.clear_cache()
