"""Loads tips for what changed and for what is wanted, once. Staff keep them from then on."""

from django.db import migrations
from django.utils import timezone

# (key, purpose, audience, direction, from and to how many points, text)
TIPS_FOR_CHANGE = [
    (
        "business-falling",
        "business_driven",
        "everyone",
        "falling",
        (0, 10),
        "Fewer points, fewer leads: choose the ones that you can still look after, and tell the "
        "others who will.",
    ),
    (
        "business-wanted-more",
        "business_driven",
        "everyone",
        "wanted_more",
        (0, 10),
        "Choose one lead and stay with it for a month. Read what they write, be of use, and sell "
        "nothing yet.",
    ),
    (
        "community-rising",
        "community_spirit",
        "everyone",
        "rising",
        (1, 10),
        "There is more to give now. Take the question that people ask you most, and answer it "
        "once where everybody can read it.",
    ),
    (
        "community-wanted-more",
        "community_spirit",
        "everyone",
        "wanted_more",
        (0, 10),
        "Begin small: help with one question a week, under somebody else's post. It takes five "
        "minutes, and no audience of your own.",
    ),
    (
        "learning-wanted-more",
        "learning_sponge",
        "everyone",
        "wanted_more",
        (0, 10),
        "Write down three things that you want to know a year from now, and beside each who could "
        "teach you. Ask the first of them today.",
    ),
    (
        "jobs-new",
        "job_seeking",
        "candidate",
        "new",
        (1, 10),
        "Say it. Tell the people you know that you look for a job, and for which one: they can "
        "only pass on what they have heard of.",
    ),
    (
        "jobs-rising",
        "job_seeking",
        "candidate",
        "rising",
        (1, 10),
        "Give the search its hours, and close the site when they are over. Looking all day long "
        "tires you before it gets you anywhere.",
    ),
    (
        "hiring-new",
        "job_seeking",
        "employer",
        "new",
        (1, 10),
        "Tell your own people first. They know somebody who would fit, and can say what it is "
        "like to work with you.",
    ),
    (
        "jobs-gone",
        "job_seeking",
        "candidate",
        "gone",
        (0, 0),
        "Thank everybody who helped you look, and tell them how it ended. Then take the search "
        "out of your headline.",
    ),
    (
        "hiring-gone",
        "job_seeking",
        "employer",
        "gone",
        (0, 0),
        "Tell every candidate who still waits that the search is over, and thank them for their "
        "time. Take down what you posted.",
    ),
    (
        "vanity-falling",
        "vanity_project",
        "everyone",
        "falling",
        (0, 10),
        "Switch off the messages that tell you of likes, and see after a week whether you missed "
        "them.",
    ),
    (
        "vanity-wanted-less",
        "vanity_project",
        "everyone",
        "wanted_less",
        (1, 10),
        "Before you post, ask who will be better off for having read it. If nobody comes to mind, "
        "sleep on it.",
    ),
]


def load(apps, schema_editor):
    Tip = apps.get_model("purposeapp", "Tip")
    HistoricalTip = apps.get_model("purposeapp", "HistoricalTip")
    now = timezone.now()
    for place, (key, purpose, audience, direction, band, text) in enumerate(TIPS_FOR_CHANGE):
        if Tip.objects.filter(key=key).exists():
            continue  # staff took the name meanwhile, and their tip stays
        fields = {
            "key": key,
            "purpose": purpose,
            "audience": audience,
            "direction": direction,
            "points_from": band[0],
            "points_to": band[1],
            "text": text,
            # Behind the first tips, with room between.
            "position": 300 + place * 10,
            "state": "published",
        }
        tip = Tip.objects.create(**fields)
        HistoricalTip.objects.create(
            id=tip.pk,
            **fields,
            history_date=now,
            history_type="+",
            history_change_reason="First tips for change",
        )


def unload(apps, schema_editor):
    keys = [key for key, *_ in TIPS_FOR_CHANGE]
    # PostgreSQL lets no tip go that somebody ticked.
    apps.get_model("purposeapp", "Tick").objects.filter(tip__key__in=keys).delete()
    apps.get_model("purposeapp", "Tip").objects.filter(key__in=keys).delete()
    apps.get_model("purposeapp", "HistoricalTip").objects.filter(key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0006_tips_that_fit")]

    operations = [migrations.RunPython(load, unload)]
