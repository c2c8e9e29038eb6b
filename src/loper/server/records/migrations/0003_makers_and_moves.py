"""Who worked on a version; a colleague and a guest sign apart; open cases moved to a newer version."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0002_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='JourneyMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('journey', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=64)),
                ('origins', models.JSONField()),
                ('total', models.PositiveIntegerField()),
                ('moved', models.PositiveIntegerField(default=0)),
                ('stayed', models.JSONField(default=list)),
                ('cursor', models.CharField(blank=True, max_length=200)),
                ('started', models.DateTimeField()),
                ('started_by', models.CharField(blank=True, max_length=150)),
                ('stopped', models.DateTimeField(blank=True, null=True)),
                ('finished', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'journey_move',
            },
        ),
        migrations.RemoveConstraint(
            model_name='signoff',
            name='one_signature_a_person',
        ),
        migrations.AddField(
            model_name='journeydraft',
            name='makers',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='journeyversion',
            name='makers',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='signoff',
            name='agrees',
            field=models.BooleanField(default=True),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.UniqueConstraint(condition=models.Q(('outside', False)), fields=('journey', 'version', 'user'), name='one_signature_a_colleague'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.UniqueConstraint(condition=models.Q(('outside', True)), fields=('journey', 'version', 'name'), name='one_signature_a_guest'),
        ),
        migrations.AddConstraint(
            model_name='journeymove',
            constraint=models.UniqueConstraint(condition=models.Q(('finished', None)), fields=('journey',), name='one_move_at_a_time'),
        ),
    ]
