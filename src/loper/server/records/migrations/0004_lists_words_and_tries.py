"""What the desk asks quickly: cases in order, names by word, what is overdue; tries of a task."""

import django.db.models.deletion
from django.db import migrations, models


def words(apps, schema_editor):
    from loper.server.records.customers import words_of

    word = apps.get_model("records", "CustomerWord")
    for customer in apps.get_model("records", "Customer").objects.exclude(name="").iterator():
        word.objects.bulk_create(word(word=one, customer=customer) for one in words_of(customer.name))


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_makers_and_moves"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40)),
            ],
            options={
                "db_table": "customer_word",
            },
        ),
        migrations.CreateModel(
            name="TaskAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("outcome", models.CharField(max_length=20)),
                ("again", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "task_attempt",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="begun",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="overdue",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="task",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="task",
            name="event",
            field=models.CharField(db_default="", default="", max_length=300),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("overdue", True)), fields=["begun", "key"], name="case_overdue"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["ended", "begun", "key", "journey", "stage"], name="case_list"),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(condition=models.Q(("kind", "unknown")), fields=["recorded"], name="touch_unknown"),
        ),
        migrations.AddField(
            model_name="customerword",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="words", to="records.customer"
            ),
        ),
        migrations.AddField(
            model_name="taskattempt",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="records.task"
            ),
        ),
        migrations.AddConstraint(
            model_name="customerword",
            constraint=models.UniqueConstraint(fields=("word", "customer"), name="a_word_once"),
        ),
        migrations.RunPython(words, migrations.RunPython.noop),
        migrations.RunSQL("UPDATE journey_case SET begun = now WHERE begun IS NULL", migrations.RunSQL.noop),
    ]
