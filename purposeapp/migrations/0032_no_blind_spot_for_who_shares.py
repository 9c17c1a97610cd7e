"""Portraits no longer say that nobody sees who shares with as many people as they can.

Those blind spots are for splits without vanity, nearly all of which have community spirit. Only
sentences that nobody has changed since they were loaded are said anew: staff keep theirs.
"""

from django.db import migrations
from django.utils import timezone

REASON = "Who shares is seen"

REWORDED = {
    ("The blind spot is visibility: even a good offer stays unknown if nobody ever sees it."): (
        "The blind spot is the first impression: people see a photo and a headline before they "
        "read the offer."
    ),
    ("The blind spot is modesty: help that nobody sees reaches only a few."): (
        "The blind spot is feedback: views and likes can show what helps people most."
    ),
    ("The blind spot is reach: a good explanation helps more people when more of them see it."): (
        "The blind spot is the first line: even a good explanation needs a good start."
    ),
    (
        "The blind spot is being seen: knowledge opens more doors when more people know who has it."
    ): (
        "The blind spot is progress: someone who keeps learning may not notice how far they have "
        "come."
    ),
    (
        "The blind spot is visibility: the right people cannot choose someone they never come across."
    ): (
        "The blind spot is modesty: good candidates and good employers often leave out what makes "
        "them special."
    ),
}


def reword(apps, schema_editor):
    """Store the new sentences, each with a version of its history."""
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    # One that staff gave another condition may be true as it is.
    unchanged = PortraitPart.objects.filter(text__in=REWORDED, missing="vanity_project")
    for part in unchanged.order_by("id"):
        part.text = REWORDED[part.text]
        part.save()
        # Models in a migration keep no history of their own.
        apps.get_model("purposeapp", "HistoricalPortraitPart").objects.create(
            **{field.name: getattr(part, field.name) for field in part._meta.fields},
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


def restore(apps, schema_editor):
    """Say the sentences that nobody changed since as they were."""
    before = {new: old for old, new in REWORDED.items()}
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    for part in PortraitPart.objects.filter(text__in=before):
        part.text = before[part.text]
        part.save()
    versions = apps.get_model("purposeapp", "HistoricalPortraitPart").objects
    versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0031_no_link_in_names")]

    operations = [migrations.RunPython(reword, restore)]
