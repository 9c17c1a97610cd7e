from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def end_sooner(apps, schema_editor):
    """Sessions of visitors that have begun get the term of those that begin now."""
    latest = timezone.now() + timedelta(days=14)
    sessions = apps.get_model("purposeapp", "Session").objects.filter(user=None)
    sessions.filter(expire_date__gt=latest).update(expire_date=latest)


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0021_first_talk_questions"),
    ]

    operations = [
        migrations.RunPython(end_sooner, migrations.RunPython.noop),
    ]
