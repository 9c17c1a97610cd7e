"""Three questions for a talk speak of more or fewer points, not of more of a purpose.

Staff keep their own words: each is only reworded if nobody has changed it since it was loaded.
"""

from django.db import migrations
from django.utils import timezone

REASON = "More and fewer points"

NEW = {
    "You both want more {purpose}. What's one thing each of you could do about it this month?": (
        "You both want more points on {purpose}. What's one thing each of you could do about it "
        "this month?"
    ),
    "You want less {purpose}, and {name} wants more. What should {name} know before starting?": (
        "You want fewer points on {purpose}, and {name} wants more. What should {name} know about "
        "it?"
    ),
    "You want more {purpose}, and {name} wants less. What attracts you to it?": (
        "You want more points on {purpose}, and {name} wants fewer. What attracts you to it?"
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
    dependencies = [("purposeapp", "0038_sides_of_job_seeking")]

    operations = [migrations.RunPython(reword, restore)]
