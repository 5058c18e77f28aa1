"""Work of leads, and the colleagues who have left."""

import django.db.models.deletion
import steerleads.db.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('dealers', '0015_keys_act_for_people'),
        ('leads', '0013_events_of_work'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerColleague',
            fields=[
                ('id', models.UUIDField(default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(choices=[('salesperson', 'Salesperson'), ('manager', 'Manager')], max_length=20)),
                ('dealership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dealers.dealership')),
            ],
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('lead', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='leads.lead')),
                ('version', models.PositiveIntegerField(default=0)),
                ('assignee', models.UUIDField(null=True)),
                ('assigned_at', models.DateTimeField(null=True)),
                ('next_step', models.CharField(max_length=200, null=True)),
                ('due', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('dealership', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dealers.dealership')),
            ],
            options={
                'indexes': [models.Index(fields=['dealership', 'assignee'], name='work_assignee'), models.Index(fields=['dealership', 'due'], name='work_due')],
            },
        ),
    ]
