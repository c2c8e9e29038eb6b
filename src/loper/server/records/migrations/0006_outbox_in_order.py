"""The outbox in the order in which letters may go; why a message went by its channel; a log that only grows."""

from django.db import migrations, models
from django.db.models import F, Q


def fill(apps, schema_editor):
    apps.get_model("records", "Outbox").objects.filter(not_before=None).update(not_before=F("queued_at"))


class Migration(migrations.Migration):
    dependencies = [("records", "0005_publications")]

    operations = [
        migrations.AddField(
            model_name="touch",
            name="why",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(model_name="outbox", name="not_before", field=models.DateTimeField()),
        migrations.RemoveIndex(model_name="case", name="case_waking"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["wake", "key"], name="case_due", condition=Q(wake__isnull=False, set_aside="")),
        ),
        migrations.RemoveIndex(model_name="outbox", name="outbox_waiting"),
        migrations.RemoveIndex(model_name="outbox", name="outbox_held"),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(fields=["not_before", "id"], name="outbox_queue", condition=Q(status="queued")),
        ),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(fields=["customer", "lease"], name="outbox_holds", condition=Q(lease__isnull=False)),
        ),
    ]
