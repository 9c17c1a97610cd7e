"""Plainer words for tips, portraits, questions of a talk, a life event and the admin's help texts; and a
tip for a goal with more points on Vanity project, which had only tips against it.

Staff keep their own words: each text is only reworded if nobody has changed it since it was loaded.
"""

from django.db import migrations, models
from django.utils import timezone

REASON = "Plainer words"

NEW = {
    "Tip": {
        "Help with one question a week under someone else's post: it takes five minutes, and no "
        "audience of your own.": (
            "Help with one question a week under someone else's post: it takes five minutes, and "
            "you don't need an audience of your own."
        ),
        "After pro-bono work, ask for a public recommendation: it helps you win the next client, "
        "paid or not.": (
            "After pro bono work, ask for a public recommendation: it helps you win the next "
            "client, paid or not."
        ),
    },
    "PortraitPart": {
        "Business comes first and second place is shared, so selling is the main reason but far "
        "from the only one.": (
            "Business comes first, and second place is shared, so selling is the main reason but "
            "far from the only one."
        ),
        "Community spirit comes first and second place is shared, so giving matters most without "
        "being everything.": (
            "Community spirit comes first, and second place is shared, so giving matters most "
            "without being everything."
        ),
        "Learning comes first and second place is shared: this is someone with more than one good "
        "reason to be here.": (
            "Learning comes first, and second place is shared: this is someone with more than one "
            "good reason to be here."
        ),
    },
    "TalkQuestion": {
        "For {purpose}, {name} expected {guess} from you, and you put {points}. What don't others "
        "see?": (
            "For {purpose}, {name} guessed that you'd put {guess}, but you put {points}. What don't "
            "others see?"
        ),
        "For {purpose}, you expected {guess} from {name}, and it's {points}. What gave you that "
        "impression?": (
            "For {purpose}, you guessed that {name} would put {guess}, but it's {points}. What gave "
            "you that impression?"
        ),
    },
}


NEW_TIP = {
    "key": "vanity-wanted-more",
    "purpose": "vanity_project",
    "audience": "everyone",
    "direction": "wanted_more",
    "points_from": 0,
    "points_to": 10,
    "text": (
        "Show one thing this month that you made yourself, and say how you made it: it's the best "
        "reason to look at you."
    ),
    "position": 420,
    "state": "published",
}


def reword(apps, schema_editor):
    """Store the new texts and the new tip, each with a version of its history."""
    for model, new in NEW.items():
        versions = apps.get_model("purposeapp", f"Historical{model}").objects
        for row in apps.get_model("purposeapp", model).objects.filter(text__in=new):
            row.text = new[row.text]
            row.save()
            # Models in a migration keep no history of their own.
            versions.create(
                **{field.attname: getattr(row, field.attname) for field in row._meta.fields},
                history_date=timezone.now(),
                history_type="~",
                history_change_reason=REASON,
            )
    tips = apps.get_model("purposeapp", "Tip").objects
    if not tips.filter(key=NEW_TIP["key"]).exists():  # otherwise staff took the name meanwhile
        tip = tips.create(**NEW_TIP)
        apps.get_model("purposeapp", "HistoricalTip").objects.create(
            id=tip.pk,
            **NEW_TIP,
            history_date=timezone.now(),
            history_type="+",
            history_change_reason=REASON,
        )


def restore(apps, schema_editor):
    """Store the old texts where nobody has changed the new ones, and remove the new tip."""
    added = apps.get_model("purposeapp", "HistoricalTip").objects.filter(
        key=NEW_TIP["key"], history_type="+", history_change_reason=REASON
    )
    if added.exists():  # otherwise it's a tip of staff's
        # PostgreSQL lets no tip go that somebody ticked.
        apps.get_model("purposeapp", "Tick").objects.filter(tip__key=NEW_TIP["key"]).delete()
        for model in ("Tip", "HistoricalTip"):
            apps.get_model("purposeapp", model).objects.filter(key=NEW_TIP["key"]).delete()
    for model, new in NEW.items():
        rows = apps.get_model("purposeapp", model).objects
        for before, after in new.items():
            rows.filter(text=after).update(text=before)
        versions = apps.get_model("purposeapp", f"Historical{model}").objects
        versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0042_questions_to_read_aloud")]

    operations = [
        migrations.RunPython(reword, restore),
        migrations.AlterModelOptions(
            name="assessment",
            options={"verbose_name": "result", "verbose_name_plural": "results"},
        ),
        migrations.AlterField(
            model_name="assessment",
            name="event",
            field=models.CharField(
                blank=True,
                choices=[
                    ("new_job", "New job"),
                    ("redundancy", "Redundancy"),
                    ("promotion", "Promotion"),
                    ("own_business", "Started a business"),
                    ("study", "Study"),
                    ("parental_leave", "Parental leave"),
                    ("retirement", "Retirement"),
                    ("other", "Something else"),
                ],
                db_default="",
                default="",
                help_text="What happened since the previous result.",
                max_length=20,
                verbose_name="life event",
            ),
        ),
        migrations.AlterField(
            model_name="historicalportraitpart",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10000,
                help_text="If two fit equally well, we use the one with the smaller number.",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltalkquestion",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10000,
                help_text="If two fit equally well, we use the one with the smaller number.",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltalkquestion",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("business_driven", "Business driven"),
                    ("community_spirit", "Community spirit"),
                    ("learning_sponge", "Learning sponge"),
                    ("job_seeking", "Job seeking"),
                    ("vanity_project", "Vanity project"),
                ],
                default="",
                help_text="Leave it empty for all five. A question for one purpose goes before the others.",
                max_length=20,
                verbose_name="purpose",
            ),
        ),
        migrations.AlterField(
            model_name="portraitpart",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10000,
                help_text="If two fit equally well, we use the one with the smaller number.",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="talkquestion",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10000,
                help_text="If two fit equally well, we use the one with the smaller number.",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="talkquestion",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("business_driven", "Business driven"),
                    ("community_spirit", "Community spirit"),
                    ("learning_sponge", "Learning sponge"),
                    ("job_seeking", "Job seeking"),
                    ("vanity_project", "Vanity project"),
                ],
                default="",
                help_text="Leave it empty for all five. A question for one purpose goes before the others.",
                max_length=20,
                verbose_name="purpose",
            ),
        ),
    ]
