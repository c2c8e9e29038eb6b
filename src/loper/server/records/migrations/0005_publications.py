"""What was published when, and for which share of new cases."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0004_lists_words_and_tries")]
    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("journey", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=64)),
                ("share", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "db_table": "publication",
                "indexes": [models.Index(fields=["journey", "at"], name="publication_of_journey")],
            },
        ),
    ]
