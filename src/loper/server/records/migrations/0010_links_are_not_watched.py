"""When a link was first opened is not kept: mail scanners open them first, and looking changes nothing."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0009_eyes_in_order")]
    operations = [migrations.RemoveField(model_name="link", name="opened")]
