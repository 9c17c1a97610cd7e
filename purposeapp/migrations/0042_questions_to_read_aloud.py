"""Two questions of a talk are worded for the one who reads them aloud: "we", not "you both".

Staff keep their own words: each is only reworded if nobody has changed it since it was loaded.
"""

from django.db import migrations
from django.utils import timezone

REASON = "To read aloud"

NEW = {
    "You both spend your points the same way. What did each of you do on LinkedIn last week?": (
        "We both spend our points the same way. What did each of us do on LinkedIn last week?"
    ),
    "You both want more points on {purpose}. What's one thing each of you could do about it "
    "this month?": (
        "We both want more points on {purpose}. What's one thing each of us could do about it "
        "this month?"
    ),
}


def reword(apps, schema_editor):
    """Store the new texts, each with a version of its history."""
    for question in apps.get_model("purposeapp", "TalkQuestion").objects.filter(text__in=NEW):
        question.text = NEW[question.text]
        question.save()
        # Models in a migration keep no history of their own.
        apps.get_model("purposeapp", "HistoricalTalkQuestion").objects.create(
            **{field.name: getattr(question, field.name) for field in question._meta.fields},
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


def restore(apps, schema_editor):
    """Store the old texts where nobody has changed the new ones."""
    questions = apps.get_model("purposeapp", "TalkQuestion").objects
    for old, new in NEW.items():
        questions.filter(text=new).update(text=old)
    versions = apps.get_model("purposeapp", "HistoricalTalkQuestion").objects
    versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0041_assessments_by_key")]

    operations = [migrations.RunPython(reword, restore)]
