"""Calls the stored bytes what they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_webhooks_and_rules_have_moved")]
    operations = [
        migrations.RenameModel(old_name="Body", new_name="SentPayload"),
        migrations.AlterModelOptions(name="sentpayload", options={}),
    ]
