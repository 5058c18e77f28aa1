"""Events tell of work, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0012_notes_are_found"),
    ]

    operations = [
        migrations.AlterField(
            model_name="leadevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("lead.created", "created"),
                    ("lead.changed", "changed"),
                    ("lead.moved", "moved"),
                    ("lead.archived", "archived"),
                    ("lead.restored", "restored"),
                    ("lead.deleted", "deleted"),
                    ("lead.assigned", "assigned"),
                    ("lead.due", "planned"),
                    ("lead.contacted", "contacted"),
                ],
                max_length=20,
            ),
        ),
    ]
