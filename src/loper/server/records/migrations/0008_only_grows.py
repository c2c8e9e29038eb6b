"""The log and the journal only grow."""

from django.db import migrations

from loper.server.records.guard import guard


class Migration(migrations.Migration):
    dependencies = [("records", "0007_restored")]

    operations = [migrations.RunPython(lambda apps, editor: guard(editor.connection), migrations.RunPython.noop)]
