"""Who looked at whom, what must not go, what was asked for, what went; and since when somebody is no customer."""

import uuid
from django.db import migrations, models

from loper.server.records.guard import guard


def make_role(apps, schema_editor):
    """The privacy officer has a role of their own."""
    apps.get_model("auth", "Group").objects.get_or_create(name="privacy")


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0020_complex_work_goes_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(blank=True, max_length=150)),
                ('counts', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'erasure',
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='left',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='customer',
            name='status',
            field=models.CharField(db_default='current', default='current', max_length=10),
        ),
        migrations.CreateModel(
            name='AccessExport',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('customer', models.CharField(max_length=200)),
                ('language', models.CharField(default='nl', max_length=5)),
                ('by', models.CharField(blank=True, max_length=150)),
                ('asked', models.DateTimeField()),
                ('made', models.DateTimeField(null=True)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('size', models.BigIntegerField(default=0)),
                ('said', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'access_export',
                'indexes': [models.Index(fields=['customer', 'asked'], name='access_expo_custome_b23b22_idx'), models.Index(fields=['state', 'asked'], name='access_expo_state_d42ca0_idx')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.CharField(max_length=200)),
                ('why', models.CharField(max_length=300)),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('until', models.DateField(blank=True, null=True)),
                ('lifted', models.DateTimeField(blank=True, null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'db_table': 'legal_hold',
                'indexes': [models.Index(condition=models.Q(('lifted', None)), fields=['customer'], name='hold_in_force')],
            },
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('who', models.CharField(max_length=150)),
                ('role', models.CharField(max_length=20)),
                ('customer', models.CharField(max_length=200)),
                ('page', models.CharField(max_length=80)),
                ('why', models.CharField(blank=True, max_length=200)),
                ('previous', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
            ],
            options={
                'db_table': 'look',
                'indexes': [models.Index(fields=['customer', 'at'], name='look_of_customer'), models.Index(fields=['who', 'customer', 'page', 'at'], name='look_again')],
            },
        ),
        migrations.CreateModel(
            name='Retained',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('table', models.CharField(max_length=80)),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'db_table': 'retained',
                'constraints': [models.UniqueConstraint(fields=('day', 'table'), name='a_table_once_a_day')],
            },
        ),
        migrations.RunPython(make_role, migrations.RunPython.noop),
        migrations.RunPython(lambda apps, editor: guard(editor.connection), migrations.RunPython.noop),
    ]
