"""What limits have counted: of sign-ins, and of mails with links."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0004_forget_names_in_the_admins_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.CharField(max_length=150, primary_key=True, serialize=False)),
                ("times", models.JSONField(default=list)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
