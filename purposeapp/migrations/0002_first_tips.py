"""Loads the first tips, once. A tip that staff change or delete later stays as they left it."""

from django.db import migrations
from django.utils import timezone

# (key, purpose, audience, text), in the order in which they are shown.
FIRST_TIPS = [
    (
        "business-contact-details",
        "business_driven",
        "everyone",
        "Put your contact details where people look, and keep them current: who you are, what "
        "you and your company do, and how to reach you.",
    ),
    (
        "business-present-clients",
        "business_driven",
        "everyone",
        "Connect with the clients you have. Pass their posts on, and join in under them.",
    ),
    (
        "business-lost-prospects",
        "business_driven",
        "everyone",
        "Somebody who did not buy is still worth a connection.",
    ),
    (
        "business-groups",
        "business_driven",
        "everyone",
        "Join the groups of your trade or your product, and read them regularly.",
    ),
    (
        "business-write-first",
        "business_driven",
        "everyone",
        "Write to the person behind a lead. A rival may be doing so already.",
    ),
    (
        "business-spot-vanity",
        "business_driven",
        "everyone",
        "Learn to tell who is here to be seen, and spend no sales effort on them.",
    ),
    (
        "community-thanks",
        "community_spirit",
        "everyone",
        "Thank you, before anything else. People with this purpose make the place worth a visit.",
    ),
    (
        "community-every-medium",
        "community_spirit",
        "everyone",
        "Say it in more than text. Pictures, sound and video take what you know to more people, "
        "and open it to those whom text leaves out.",
    ),
    (
        "community-recommendation",
        "community_spirit",
        "everyone",
        "After pro-bono work, ask for a recommendation that others can see. It helps to win the "
        "next client, paid or not.",
    ),
    (
        "community-start-a-group",
        "community_spirit",
        "everyone",
        "Start a group. Other community spirits will multiply what you give.",
    ),
    (
        "learning-follow",
        "learning_sponge",
        "everyone",
        "Follow the hashtags of your topics, and join the groups where they are discussed.",
    ),
    (
        "learning-connect",
        "learning_sponge",
        "everyone",
        "Connect with people you can learn from, whatever their title or country.",
    ),
    (
        "learning-just-ask",
        "learning_sponge",
        "everyone",
        "Just ask. Send a message, or connect and say that you would like their help. Most "
        "people do help, and a no costs nothing.",
    ),
    (
        "learning-give-back",
        "learning_sponge",
        "everyone",
        "Some day, give back what you learned: this purpose grows into community spirit.",
    ),
    (
        "jobs-profile-up-to-date",
        "job_seeking",
        "candidate",
        "Bring your profile up to date before you send the first application.",
    ),
    (
        "jobs-critical-eye",
        "job_seeking",
        "candidate",
        "Read your profile with a critical eye, then have others check it: details, spelling, "
        "grammar, content.",
    ),
    (
        "jobs-learn-from-profiles",
        "job_seeking",
        "candidate",
        "Study the profiles of people who have the job you want, and learn from them.",
    ),
    (
        "jobs-headline",
        "job_seeking",
        "candidate",
        "Be visible to recruiters: let your headline say which job you look for, and where.",
    ),
    (
        "jobs-contact-details",
        "job_seeking",
        "candidate",
        "Make sure that your contact details are current. The best offer is lost on an old address.",
    ),
    (
        "hiring-company-profile",
        "job_seeking",
        "employer",
        "Candidates read up on you and on the vacancy. Keep the company's profile clear, with its "
        "address and a way to get in touch.",
    ),
    (
        "hiring-answer-everyone",
        "job_seeking",
        "employer",
        "Above all, answer every single candidate.",
    ),
    (
        "vanity-use-the-audience",
        "vanity_project",
        "everyone",
        "There is little to advise for collecting likes. But an audience can be put to use: share "
        "something that helps the people in it.",
    ),
]


def load(apps, schema_editor):
    Tip = apps.get_model("purposeapp", "Tip")
    HistoricalTip = apps.get_model("purposeapp", "HistoricalTip")
    now = timezone.now()
    for position, (key, purpose, audience, text) in enumerate(FIRST_TIPS, start=1):
        tip = Tip.objects.create(
            key=key, purpose=purpose, audience=audience, text=text, position=position * 10
        )
        # Models in a migration record no history of their own; what was said first is part of it.
        HistoricalTip.objects.create(
            id=tip.pk,
            key=key,
            purpose=purpose,
            audience=audience,
            text=text,
            position=tip.position,
            history_date=now,
            history_type="+",
            history_change_reason="First tips",
        )


def unload(apps, schema_editor):
    keys = [key for key, *_ in FIRST_TIPS]
    apps.get_model("purposeapp", "Tip").objects.filter(key__in=keys).delete()
    apps.get_model("purposeapp", "HistoricalTip").objects.filter(key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
