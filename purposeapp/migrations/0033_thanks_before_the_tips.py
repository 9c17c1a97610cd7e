"""The thanks for community spirit are said above its tips, so the tip is only what to do.

What staff said in their own words stays.
"""

from django.db import migrations
from django.utils import timezone

KEY = "community-thanks"
BEFORE = (
    "Thank you: sharing what you know makes this place worth visiting."
    " Pass it on, and thank somebody whose post helped you."
)
AFTER = "Thank someone whose post helped you, and tell them how it helped."
REASON = "Thanks above the tips"


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
    dependencies = [("purposeapp", "0032_no_blind_spot_for_who_shares")]

    operations = [migrations.RunPython(reword, restore)]
