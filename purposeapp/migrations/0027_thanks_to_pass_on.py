"""The thanks for community spirit become something to do, unless staff said them in their words."""

from django.db import migrations
from django.utils import timezone

KEY = "community-thanks"
BEFORE = "Thank you. People who share what they know make this place worth visiting."
AFTER = (
    "Thank you: sharing what you know makes this place worth visiting."
    " Pass it on, and thank somebody whose post helped you."
)
REASON = "Something to do"


def reword(apps, schema_editor):
    Tip = apps.get_model("purposeapp", "Tip")
    for tip in Tip.objects.filter(key=KEY, text=BEFORE):
        tip.text = AFTER
        tip.save()
        # Models in a migration keep no history of their own.
        apps.get_model("purposeapp", "HistoricalTip").objects.create(
            **{field.name: getattr(tip, field.name) for field in tip._meta.fields},
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


def restore(apps, schema_editor):
    apps.get_model("purposeapp", "Tip").objects.filter(key=KEY, text=AFTER).update(text=BEFORE)
    versions = apps.get_model("purposeapp", "HistoricalTip").objects.filter(key=KEY)
    versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0026_rooms")]

    operations = [migrations.RunPython(reword, restore)]
