"""The question for two people with the same points is in plainer English.

Staff keep their own words: it is only reworded if nobody has changed it since it was loaded.
"""

from django.db import migrations
from django.utils import timezone

REASON = "In plainer words"

OLD = "You spend your points alike: on what, though? Tell each other what you did last week."
NEW = "You both spend your points the same way. What did each of you do on LinkedIn last week?"


def reword(apps, schema_editor):
    """Store the new text, with a version of its history."""
    for question in apps.get_model("purposeapp", "TalkQuestion").objects.filter(text=OLD):
        question.text = NEW
        question.save()
        # Models in a migration keep no history of their own.
        apps.get_model("purposeapp", "HistoricalTalkQuestion").objects.create(
            **{field.name: getattr(question, field.name) for field in question._meta.fields},
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


def restore(apps, schema_editor):
    """Store the old text where nobody has changed the new one."""
    apps.get_model("purposeapp", "TalkQuestion").objects.filter(text=NEW).update(text=OLD)
    versions = apps.get_model("purposeapp", "HistoricalTalkQuestion").objects
    versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0036_ticks_by_verdict")]

    operations = [migrations.RunPython(reword, restore)]
