"""Loads the questions of talks, once. Staff keep them from then on."""

from django.db import migrations
from django.utils import timezone

GROUP = "Tip editors"

QUESTIONS = [
    (
        "nows_differ",
        "",
        "You put {points} on {purpose}, and {name} put {other_points}. What brought you there?",
    ),
    (
        "guest_moves",
        "",
        "You'd like to move {points} from {purpose} to {target}. What would a normal week look "
        "like then?",
    ),
    (
        "guest_stays",
        "",
        "You'd keep all your points where they are. What makes this mix right for you?",
    ),
    (
        "both_grow",
        "",
        "You both want more {purpose}. What's one thing each of you could do about it this month?",
    ),
    (
        "guest_drops",
        "",
        "You want less {purpose}, and {name} wants more. What should {name} know before starting?",
    ),
    (
        "guest_grows",
        "",
        "You want more {purpose}, and {name} wants less. What attracts you to it?",
    ),
    (
        "path",
        "learning_sponge",
        "You want to go from learning to sharing. What do you know by now that someone else is "
        "looking for?",
    ),
    (
        "path",
        "vanity_project",
        "You want to go from being seen to being useful. What could you give the people who "
        "already follow you?",
    ),
    (
        "inviter_guessed",
        "",
        "For {purpose}, {name} expected {guess} from you, and you put {points}. What don't others "
        "see?",
    ),
    (
        "guest_guessed",
        "",
        "For {purpose}, you expected {guess} from {name}, and it's {points}. What gave you that "
        "impression?",
    ),
    (
        "alike",
        "",
        "You spend your points alike: on what, though? Tell each other what you did last week.",
    ),
]


def load(apps, schema_editor):
    """Store the questions, each with the first version of its history."""
    TalkQuestion = apps.get_model("purposeapp", "TalkQuestion")
    HistoricalTalkQuestion = apps.get_model("purposeapp", "HistoricalTalkQuestion")
    now = timezone.now()
    for number, (topic, purpose, text) in enumerate(QUESTIONS, start=1):
        words = filter(None, [topic.replace("_", "-"), purpose.partition("_")[0]])
        question = TalkQuestion.objects.create(
            key="-".join(words),
            topic=topic,
            purpose=purpose,
            position=10 * number,
            state="published",
            text=text,
        )
        fields = {field.name: getattr(question, field.name) for field in question._meta.fields}
        HistoricalTalkQuestion.objects.create(
            **fields, history_date=now, history_type="+", history_change_reason="Initial texts"
        )


def unload(apps, schema_editor):
    """Remove all questions and their history: the tables are about to go."""
    apps.get_model("purposeapp", "HistoricalTalkQuestion").objects.all().delete()
    apps.get_model("purposeapp", "TalkQuestion").objects.all().delete()


def permit(apps, schema_editor):
    """Let those who keep tips and portraits good keep questions too, if there is their group.

    A new database has no group yet; it is made after `migrate`, with all of its permissions.
    """
    group = apps.get_model("auth", "Group").objects.filter(name=GROUP).first()
    if group is None:
        return
    # Django makes permissions after all migrations, under these names.
    content_type, _is_new = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="purposeapp", model="talkquestion"
    )
    for what in ("view", "add", "change"):
        permission, _is_new = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type,
            codename=f"{what}_talkquestion",
            defaults={"name": f"Can {what} talk question"},
        )
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0020_talk_questions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(load, unload),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
