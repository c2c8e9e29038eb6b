"""Files of other systems: which, how far, what was rejected; by which numbers they call our objects."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0022_out_and_promises'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=200)),
                ('file', models.CharField(blank=True, max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField(default=0)),
                ('state', models.CharField(default='new', max_length=10)),
                ('fields', models.JSONField(default=dict)),
                ('notes', models.JSONField(default=list)),
                ('gone', models.CharField(default='keep', max_length=10)),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('examples', models.JSONField(default=list)),
                ('said', models.TextField(blank=True)),
                ('created', models.DateTimeField()),
                ('applied', models.DateTimeField(null=True)),
                ('beat', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'import',
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ident', models.CharField(max_length=120)),
                ('key', models.CharField(max_length=60)),
                ('before', models.JSONField(default=dict)),
                ('made', models.BooleanField(default=False)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='records.import')),
            ],
            options={
                'db_table': 'import_change',
            },
        ),
        migrations.CreateModel(
            name='Mapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=20)),
                ('fields', models.JSONField(default=dict)),
                ('changed', models.DateTimeField()),
            ],
            options={
                'db_table': 'source_mapping',
                'constraints': [models.UniqueConstraint(fields=('source', 'kind'), name='one_mapping_a_source')],
            },
        ),
        migrations.CreateModel(
            name='Reject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('cells', models.JSONField(default=dict)),
                ('why', models.JSONField(default=list)),
                ('state', models.CharField(default='open', max_length=10)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rejects', to='records.import')),
            ],
            options={
                'db_table': 'import_reject',
            },
        ),
        migrations.CreateModel(
            name='SourceRef',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=20)),
                ('ident', models.CharField(max_length=120)),
                ('key', models.CharField(max_length=60)),
                ('values', models.JSONField(default=dict)),
                ('seen', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'source_ref',
                'indexes': [models.Index(fields=['kind', 'key'], name='source_ref_of'), models.Index(fields=['seen'], name='source_ref_seen_8a7385_idx')],
                'constraints': [models.UniqueConstraint(fields=('source', 'kind', 'ident'), name='a_number_once_a_source')],
            },
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['state', 'created'], name='import_state_d1ae87_idx'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['sha256'], name='import_sha256_918291_idx'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['key'], name='import_chan_key_87a71e_idx'),
        ),
        migrations.AddConstraint(
            model_name='change',
            constraint=models.UniqueConstraint(fields=('file', 'ident'), name='a_change_once_a_file'),
        ),
        migrations.AddConstraint(
            model_name='reject',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='a_row_is_rejected_once'),
        ),
    ]
