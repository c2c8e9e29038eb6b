"""The roles of those who work here, as groups; what each may do stands in server/permissions.py."""

from django.db import migrations

ROLES = ("director", "agent", "technician", "planner", "analyst", "admin")


def make_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for role in ROLES:
        group.objects.get_or_create(name=role)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
