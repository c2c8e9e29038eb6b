# The tables as they are in the first release.

import django.db.models.deletion
import loper.server.records.agenda
import loper.server.records.customers
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=loper.server.records.customers.new_key, max_length=40, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('language', models.CharField(default='nl', max_length=5)),
                ('choice', models.CharField(blank=True, max_length=20)),
                ('created', models.DateTimeField()),
            ],
            options={
                'db_table': 'customer',
            },
        ),
        migrations.CreateModel(
            name='DemoClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seconds', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'demo_clock',
            },
        ),
        migrations.CreateModel(
            name='EventData',
            fields=[
                ('pk', models.CompositePrimaryKey('case', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('case', models.CharField(max_length=200)),
                ('number', models.PositiveIntegerField()),
                ('data', models.TextField()),
            ],
            options={
                'db_table': 'event_data',
            },
        ),
        migrations.CreateModel(
            name='EventSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=200, unique=True)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('emitters', models.JSONField(default=list)),
                ('active', models.BooleanField(default=True)),
                ('created', models.DateTimeField()),
                ('used', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'event_source',
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('lag', models.FloatField(default=0)),
            ],
            options={
                'db_table': 'heartbeat',
            },
        ),
        migrations.CreateModel(
            name='JourneyDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('journey', models.CharField(max_length=80, unique=True)),
                ('base', models.CharField(blank=True, max_length=64)),
                ('files', models.JSONField()),
                ('edition', models.PositiveIntegerField(default=0)),
                ('changed', models.DateTimeField()),
                ('changed_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'db_table': 'journey_draft',
            },
        ),
        migrations.CreateModel(
            name='OrganisationFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('files', models.JSONField()),
                ('hash', models.CharField(max_length=64)),
                ('published', models.DateTimeField()),
                ('published_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'db_table': 'organisation_file',
            },
        ),
        migrations.CreateModel(
            name='CallWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.CharField(max_length=200)),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('about', models.TextField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('event', models.CharField(max_length=200)),
            ],
            options={
                'db_table': 'call_wish',
                'indexes': [models.Index(fields=['case'], name='call_wish_case_04dceb_idx'), models.Index(fields=['event'], name='call_wish_event_feb462_idx')],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('key', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('journey', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=64)),
                ('customer', models.CharField(max_length=200)),
                ('parent', models.CharField(max_length=200, null=True)),
                ('inherited', models.TextField(default='')),
                ('stage', models.CharField(max_length=80, null=True)),
                ('round', models.PositiveIntegerField(default=1)),
                ('ended', models.BooleanField(default=False)),
                ('stalled', models.BooleanField(default=False)),
                ('state', models.TextField()),
                ('now', models.DateTimeField(null=True)),
                ('wake', models.DateTimeField(null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('events', models.PositiveIntegerField(default=0)),
                ('touches', models.PositiveIntegerField(default=0)),
                ('set_aside', models.CharField(default='', max_length=200)),
            ],
            options={
                'db_table': 'journey_case',
                'indexes': [models.Index(condition=models.Q(('set_aside', ''), ('wake__isnull', False)), fields=['wake'], name='case_waking'), models.Index(fields=['customer'], name='case_customer'), models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='case_parent'), models.Index(condition=models.Q(('stalled', True)), fields=['stalled'], name='case_stalled'), models.Index(condition=models.Q(('set_aside', ''), _negated=True), fields=['set_aside'], name='case_set_aside')],
            },
        ),
        migrations.CreateModel(
            name='CodeChallenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('postcode', models.CharField(max_length=6)),
                ('house_number', models.CharField(max_length=12)),
                ('customer', models.CharField(blank=True, max_length=200)),
                ('hash', models.CharField(blank=True, max_length=64)),
                ('asker', models.CharField(max_length=64)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('created', models.DateTimeField()),
                ('expires', models.DateTimeField()),
                ('used', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'code_challenge',
                'indexes': [models.Index(fields=['asker', 'created'], name='code_challe_asker_5b1e4d_idx'), models.Index(fields=['postcode', 'house_number', 'created'], name='code_challe_postcod_8454d6_idx')],
            },
        ),
        migrations.CreateModel(
            name='DialogueProgress',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('journey', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=64)),
                ('dialogue', models.CharField(max_length=80)),
                ('case', models.CharField(blank=True, max_length=200)),
                ('answers', models.JSONField(default=dict)),
                ('contact', models.JSONField(default=dict)),
                ('channel', models.CharField(default='web', max_length=20)),
                ('begun', models.DateTimeField()),
                ('changed', models.DateTimeField()),
                ('submitted', models.DateTimeField(blank=True, null=True)),
                ('stopped', models.BooleanField(default=False)),
                ('agent', models.CharField(blank=True, max_length=150)),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='dialogues', to='records.customer')),
            ],
            options={
                'db_table': 'dialogue_progress',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('pk', models.CompositePrimaryKey('case', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('case', models.CharField(max_length=200)),
                ('number', models.PositiveIntegerField()),
                ('source', models.CharField(max_length=300)),
                ('ident', models.CharField(max_length=700)),
                ('type', models.CharField(max_length=120)),
                ('time', models.DateTimeField()),
                ('received', models.DateTimeField()),
                ('sequence', models.BigIntegerField(default=0)),
                ('emitter', models.CharField(default='', max_length=20)),
            ],
            options={
                'db_table': 'event',
                'constraints': [models.UniqueConstraint(fields=('case', 'source', 'ident'), name='an_event_once')],
            },
        ),
        migrations.CreateModel(
            name='JourneyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('journey', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=64)),
                ('label', models.CharField(blank=True, max_length=80)),
                ('files', models.JSONField()),
                ('created', models.DateTimeField()),
                ('created_by', models.CharField(blank=True, max_length=150)),
                ('published', models.DateTimeField(blank=True, null=True)),
                ('published_by', models.CharField(blank=True, max_length=150)),
                ('share', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'db_table': 'journey_version',
                'indexes': [models.Index(fields=['journey', 'published'], name='journey_ver_journey_0c07d1_idx')],
                'constraints': [models.UniqueConstraint(fields=('journey', 'version'), name='one_row_a_version')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('purpose', models.CharField(max_length=12)),
                ('customer', models.CharField(blank=True, max_length=200)),
                ('case', models.CharField(blank=True, max_length=200)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('detail', models.JSONField(default=dict)),
                ('created', models.DateTimeField()),
                ('expires', models.DateTimeField()),
                ('revoked', models.DateTimeField(blank=True, null=True)),
                ('opened', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'link',
                'indexes': [models.Index(fields=['case'], name='link_case_47b639_idx'), models.Index(fields=['expires'], name='link_expires_845d28_idx')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.CharField(max_length=200)),
                ('author', models.CharField(max_length=150)),
                ('text', models.TextField(max_length=4000)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'note',
                'indexes': [models.Index(fields=['case', 'at'], name='note_case_ac0151_idx')],
            },
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.CharField(max_length=200)),
                ('customer', models.CharField(max_length=200)),
                ('touchpoint', models.CharField(max_length=80)),
                ('occasion', models.CharField(max_length=400)),
                ('due', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('kind', models.CharField(max_length=20)),
                ('status', models.CharField(default='queued', max_length=12)),
                ('channel', models.CharField(default='', max_length=20)),
                ('tried', models.CharField(default='', max_length=200)),
                ('not_before', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('lease', models.DateTimeField(null=True)),
                ('token', models.BigIntegerField(default=0)),
                ('provider_id', models.CharField(default='', max_length=255)),
                ('why', models.CharField(default='', max_length=200)),
                ('sent_at', models.DateTimeField(null=True)),
                ('again', models.BooleanField(default=False)),
                ('queued_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'outbox',
                'indexes': [models.Index(condition=models.Q(('status', 'queued')), fields=['id'], name='outbox_waiting'), models.Index(condition=models.Q(('lease__isnull', False)), fields=['lease'], name='outbox_held'), models.Index(fields=['customer', 'sent_at'], name='outbox_recent'), models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='outbox_provider')],
                'constraints': [models.UniqueConstraint(fields=('case', 'touchpoint', 'occasion'), name='a_moment_once')],
            },
        ),
        migrations.CreateModel(
            name='Property',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('postcode', models.CharField(max_length=6)),
                ('house_number', models.CharField(max_length=12)),
                ('street', models.CharField(blank=True, max_length=80)),
                ('town', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'db_table': 'property',
                'constraints': [models.UniqueConstraint(fields=('postcode', 'house_number'), name='one_property_an_address')],
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='home',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to='records.property'),
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('journey', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=150)),
                ('outside', models.BooleanField(default=False)),
                ('remark', models.TextField(blank=True, max_length=2000)),
                ('at', models.DateTimeField()),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'sign_off',
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('case', models.CharField(blank=True, max_length=200)),
                ('content_type', models.CharField(max_length=40)),
                ('content', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('created', models.DateTimeField()),
                ('progress', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='records.dialogueprogress')),
            ],
            options={
                'db_table': 'stored_file',
            },
        ),
        migrations.CreateModel(
            name='SurveyAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.CharField(max_length=200)),
                ('touchpoint', models.CharField(max_length=80)),
                ('question', models.CharField(max_length=40)),
                ('answer', models.JSONField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'survey_answer',
                'constraints': [models.UniqueConstraint(fields=('case', 'touchpoint', 'question'), name='one_answer_a_question')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.CharField(max_length=200)),
                ('customer', models.CharField(max_length=200)),
                ('touchpoint', models.CharField(max_length=80)),
                ('occasion', models.CharField(max_length=400)),
                ('who', models.CharField(default='agent', max_length=20)),
                ('why', models.CharField(default='', max_length=200)),
                ('opened', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField(null=True)),
                ('closed', models.DateTimeField(null=True)),
                ('outcome', models.CharField(default='', max_length=20)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'task',
            },
        ),
        migrations.CreateModel(
            name='Technician',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=loper.server.records.customers.new_key, max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('skills', models.JSONField(default=list)),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('active', models.BooleanField(default=True)),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='technician', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'technician',
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('capacity', models.PositiveSmallIntegerField(default=1)),
                ('taken', models.PositiveSmallIntegerField(default=0)),
                ('technician', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='records.technician')),
            ],
            options={
                'db_table': 'block',
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=loper.server.records.agenda.new_uid, max_length=80, unique=True)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('case', models.CharField(max_length=200)),
                ('customer', models.CharField(max_length=200)),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('status', models.CharField(default='booked', max_length=10)),
                ('changed', models.DateTimeField()),
                ('block', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='records.block')),
                ('technician', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='records.technician')),
            ],
            options={
                'db_table': 'appointment',
            },
        ),
        migrations.CreateModel(
            name='Touch',
            fields=[
                ('pk', models.CompositePrimaryKey('case', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('case', models.CharField(max_length=200)),
                ('seq', models.PositiveIntegerField()),
                ('round', models.PositiveIntegerField()),
                ('journey', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=64)),
                ('stage', models.CharField(max_length=80, null=True)),
                ('activity', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=20)),
                ('channel', models.CharField(default='', max_length=20)),
                ('direction', models.CharField(default='', max_length=3)),
                ('initiator', models.CharField(default='', max_length=20)),
                ('at', models.DateTimeField()),
                ('recorded', models.DateTimeField()),
                ('outcome', models.CharField(default='', max_length=200)),
                ('cause', models.CharField(default='', max_length=300)),
            ],
            options={
                'db_table': 'touch',
                'indexes': [models.Index(fields=['recorded'], name='touch_recorded')],
            },
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.CharField(max_length=200)),
                ('source', models.CharField(max_length=300)),
                ('ident', models.CharField(max_length=700)),
                ('event', models.TextField()),
                ('received', models.DateTimeField()),
            ],
            options={
                'db_table': 'waiting',
                'indexes': [models.Index(fields=['received'], name='waiting_received')],
                'constraints': [models.UniqueConstraint(fields=('case', 'source', 'ident'), name='waits_once')],
            },
        ),
        migrations.CreateModel(
            name='ContactAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('value', models.CharField(max_length=254)),
                ('verified', models.DateTimeField(blank=True, null=True)),
                ('bounced', models.DateTimeField(blank=True, null=True)),
                ('why', models.CharField(blank=True, max_length=200)),
                ('created', models.DateTimeField()),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='records.customer')),
            ],
            options={
                'db_table': 'contact_address',
                'indexes': [models.Index(fields=['channel', 'value'], name='contact_add_channel_f242e1_idx')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'channel', 'value'), name='one_address_once')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=20)),
                ('agrees', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('via', models.CharField(max_length=20)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='records.customer')),
            ],
            options={
                'db_table': 'consent',
                'indexes': [models.Index(fields=['customer', 'subject', 'at'], name='consent_custome_348fac_idx')],
            },
        ),
        migrations.AddIndex(
            model_name='dialogueprogress',
            index=models.Index(fields=['submitted', 'changed'], name='dialogue_pr_submitt_2a0c8e_idx'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.UniqueConstraint(fields=('journey', 'version', 'name'), name='one_signature_a_person'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(fields=['case'], name='stored_file_case_cf1918_idx'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed__isnull', True)), fields=['who', 'opened'], name='task_open'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['case'], name='task_case'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('case', 'touchpoint', 'occasion'), name='a_task_once'),
        ),
        migrations.AddIndex(
            model_name='block',
            index=models.Index(fields=['start'], name='block_start_306581_idx'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(('taken__lte', models.F('capacity'))), name='a_block_is_never_booked_twice'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.UniqueConstraint(fields=('technician', 'start'), name='one_block_a_time'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['case'], name='appointment_case_a405da_idx'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['technician', 'start'], name='appointment_technic_9e9b47_idx'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'booked')), fields=('case',), name='one_open_appointment_a_case'),
        ),
    ]
