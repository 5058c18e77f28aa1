"""Drops the tables that webhooks and rules were in before they got apps of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0005_destinations"),
        ("webhooks", "0001_initial"),
        ("notifications", "0001_initial"),
    ]
    operations = [migrations.DeleteModel(name="Webhook"), migrations.DeleteModel(name="Rule")]
