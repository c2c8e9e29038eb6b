"""Whether this database was put back from a backup, and until when the world may know more than it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0006_outbox_in_order")]

    operations = [
        migrations.CreateModel(
            name="Restored",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "restored"},
        ),
    ]
