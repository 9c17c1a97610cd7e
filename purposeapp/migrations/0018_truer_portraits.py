"""Makes sentences of the first portraits truer of each split that they are for.

Some denied a purpose that may have points: "never shares", of somebody who is seen a lot. Only
sentences that nobody has changed since they were loaded are said anew: staff keep theirs.
"""

from django.db import migrations
from django.utils import timezone

REASON = "Truer words"

REWORDED = {
    ("The blind spot is showing it: much of what is known here may stay a secret."): (
        "The blind spot is being seen: knowledge opens more doors when more people know who has it."
    ),
    (
        "The blind spot is giving back: someone who reads but never shares stays unknown "
        "to the people who could teach them most."
    ): (
        "The blind spot is giving back: people who teach well tend to answer those who "
        "also share what they know."
    ),
    ("The blind spot is practice: ideas that never meet a customer are never really tested."): (
        "The blind spot is practice: an idea proves its worth only when someone puts it to work."
    ),
    (
        "The blind spot is listening: someone who only broadcasts may not notice that "
        "the topic has moved on."
    ): (
        "The blind spot is listening: someone who posts more than they read may not "
        "notice that the topic has moved on."
    ),
    ("The blind spot is purpose: attention alone doesn't pay the bills."): (
        "The blind spot is income: attention alone doesn't pay the bills."
    ),
    (
        "Learning is clearly the main reason to be here, and the others get an even "
        "share of the rest."
    ): (
        "Learning is clearly the main reason to be here, and the points that are left "
        "are shared evenly."
    ),
    ("Being seen is clearly the point, and the other reasons share the rest evenly."): (
        "Being seen is clearly the point, and what is left is shared evenly among other reasons."
    ),
    ("This week, try out one thing that you learned in a conversation with a customer."): (
        "This week, take one thing you learned lately into a conversation with a customer."
    ),
    (
        "This week, study three profiles of people who do the job in question, and note "
        "what they have in common."
    ): (
        "This week, read three profiles of people who do the job you want or want to "
        "fill, and note what they have in common."
    ),
    (
        "This week, ask someone who does the job in question for one thing that no advert mentions."
    ): (
        "This week, ask someone who does the job you want or want to fill for one thing "
        "that no advert mentions."
    ),
    (
        "This week, post about something that you do not understand yet, and ask people "
        "to explain it."
    ): ("This week, post about something you don't understand yet, and ask people to explain it."),
    ("This week, share one thing that you learned, and name the person you learned it from."): (
        "This week, share one thing you learned, and name the person you learned it from."
    ),
    (
        "That is a good start: where people are already watching, many other things "
        "become possible."
    ): ("That is a good start: where people are already watching, much else becomes possible."),
}


def reword(apps, schema_editor):
    """Store the new sentences, each with a version of its history."""
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    for part in PortraitPart.objects.filter(text__in=REWORDED).order_by("id"):
        part.text = REWORDED[part.text]
        part.save()
        # Models in a migration keep no history of their own.
        fields = {field.name: getattr(part, field.name) for field in part._meta.fields}
        apps.get_model("purposeapp", "HistoricalPortraitPart").objects.create(
            **fields,
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


def unword(apps, schema_editor):
    """Say the sentences that nobody changed since as they were."""
    before = {new: old for old, new in REWORDED.items()}
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    for part in PortraitPart.objects.filter(text__in=before):
        part.text = before[part.text]
        part.save()
    HistoricalPortraitPart = apps.get_model("purposeapp", "HistoricalPortraitPart")
    HistoricalPortraitPart.objects.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0017_one_address")]

    operations = [migrations.RunPython(reword, unword)]
