from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dealers", "0008_recovery_codes")]

    operations = [
        migrations.AddField(
            model_name="dealership",
            name="demands_two_factor",
            field=models.BooleanField(
                default=False,
                help_text="Who has not set it up is led to do so at the next click, and gets nowhere else before.",
                verbose_name="everybody needs two-factor sign-in",
            ),
        ),
    ]
