"""What is done to accounts is written down."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0024_deliveries_counted")]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=150)),
                ("what", models.CharField(max_length=20)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("by", models.CharField(blank=True, max_length=150)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "account_change",
                "indexes": [models.Index(fields=["account", "at"], name="account_cha_account_idx")],
            },
        ),
    ]
