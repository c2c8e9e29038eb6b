"""What needs an eye, in the order of lists."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0008_only_grows'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='case_stalled',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_set_aside',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('stalled', True)), fields=['begun', 'key'], name='case_stalled'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('set_aside', ''), _negated=True), fields=['begun', 'key'], name='case_set_aside'),
        ),
    ]
