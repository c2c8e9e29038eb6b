"""Co-makers have a role of their own."""

from django.db import migrations


def make_role(apps, schema_editor):
    apps.get_model("auth", "Group").objects.get_or_create(name="partner")


class Migration(migrations.Migration):
    dependencies = [("records", "0016_complexes")]
    operations = [migrations.RunPython(make_role, migrations.RunPython.noop)]
