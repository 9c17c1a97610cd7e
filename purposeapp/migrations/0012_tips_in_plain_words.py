"""Says the first tips in plainer words, fits some to fewer or more points, and adds a few.

Only tips that nobody has changed since they were loaded are said anew: staff keep theirs.
"""

from importlib import import_module

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

# key: the new text, and the points that it is for
SAID_ANEW = {
    "business-contact-details": (
        "Update your contact details: who you are, what you and your company do, and how to reach "
        "you.",
        (1, 10),
    ),
    "business-present-clients": (
        "Connect with your current clients, share their posts and comment on them.",
        (1, 10),
    ),
    "business-lost-prospects": (
        "Connect with someone who didn't buy: they may later, or know someone who will.",
        (3, 10),
    ),
    "business-groups": (
        "Join a group for your trade or product, and read it regularly.",
        (2, 10),
    ),
    "business-write-first": (
        "Write to the person behind a lead today: a competitor may be doing so already.",
        (3, 10),
    ),
    "business-spot-vanity": (
        "Learn to spot people who are only here to be seen, and don't spend sales time on them.",
        (5, 10),
    ),
    "community-thanks": (
        "Thank you. People who share what they know make this place worth visiting.",
        (1, 10),
    ),
    "community-every-medium": (
        "Share something as a picture, audio or video: it reaches more people, including those who "
        "find text hard.",
        (1, 10),
    ),
    "community-recommendation": (
        "After pro-bono work, ask for a public recommendation: it helps you win the next client, "
        "paid or not.",
        (2, 10),
    ),
    "community-start-a-group": (
        "Start a group, and let other community spirits multiply what you give.",
        (4, 10),
    ),
    "learning-follow": (
        "Follow the hashtags for your topics, and join the groups where people discuss them.",
        (1, 10),
    ),
    "learning-connect": (
        "Connect with people you can learn from, whatever their title or country.",
        (1, 10),
    ),
    "learning-just-ask": (
        "Just ask: send a message, or connect and say you'd like their help. Most people do help, "
        "and a “no” costs nothing.",
        (1, 10),
    ),
    "learning-give-back": (
        "Share one thing you've learned here: this purpose grows into community spirit.",
        (3, 10),
    ),
    "jobs-profile-up-to-date": (
        "Bring your profile up to date before you send your first application.",
        (1, 10),
    ),
    "jobs-critical-eye": (
        "Read your profile with a critical eye, then ask someone to check details, spelling, "
        "grammar and content.",
        (1, 10),
    ),
    "jobs-learn-from-profiles": (
        "Study the profiles of people who have the job you want, and learn from them.",
        (1, 10),
    ),
    "jobs-headline": (
        "Say in your headline which job you're looking for and where: that's how recruiters find "
        "you.",
        (1, 10),
    ),
    "jobs-contact-details": (
        "Check that your contact details are current: an offer sent to an old address is lost.",
        (1, 10),
    ),
    "hiring-company-profile": (
        "Keep your company profile clear, with an address and contact details: candidates read it "
        "before they apply.",
        (1, 10),
    ),
    "hiring-answer-everyone": ("Above all, answer every single candidate.", (1, 10)),
    "vanity-use-the-audience": (
        "Put your audience to use: share something that helps the people in it.",
        (1, 10),
    ),
    "business-falling": (
        "Choose the leads you can still look after, and tell the others who will take over.",
        (0, 10),
    ),
    "business-wanted-more": (
        "Choose one lead and stay with it for a month: read what they write, be useful, and don't "
        "sell yet.",
        (0, 10),
    ),
    "community-rising": (
        "Take the question people ask you most, and answer it once where everyone can read it.",
        (1, 10),
    ),
    "community-wanted-more": (
        "Help with one question a week under someone else's post: it takes five minutes, and no "
        "audience of your own.",
        (0, 10),
    ),
    "learning-wanted-more": (
        "Write down three things you want to know a year from now and who could teach you, then "
        "ask the first of them today.",
        (0, 10),
    ),
    "jobs-new": (
        "Say so. Tell people you know that you're looking, and for what: they can only pass on "
        "what they've heard.",
        (1, 10),
    ),
    "jobs-rising": (
        "Give your search fixed hours, and close the site when they're over: looking all day wears "
        "you out.",
        (1, 10),
    ),
    "hiring-new": (
        "Tell your own people first: they know who would fit, and can say what it's like to work "
        "with you.",
        (1, 10),
    ),
    "jobs-gone": (
        "Thank everyone who helped you look, tell them how it ended, and take the search out of "
        "your headline.",
        (0, 0),
    ),
    "hiring-gone": (
        "Tell every candidate who is still waiting that the search is over, thank them, and take "
        "down your posts.",
        (0, 0),
    ),
    "vanity-falling": (
        "Switch off notifications about likes, and see after a week whether you missed them.",
        (0, 10),
    ),
    "vanity-wanted-less": (
        "Before you post, ask who will be better off for reading it; if nobody comes to mind, "
        "sleep on it.",
        (1, 10),
    ),
}

# (key, purpose, audience, from and to how many points, position, text)
FEW_OR_MANY_POINTS = [
    (
        *("business-few-one-hour", "business_driven", "everyone", (1, 2), 5),
        "Set aside one fixed hour a week for leads, and leave them alone the rest of the time.",
    ),
    (
        *("business-many-one-topic", "business_driven", "everyone", (7, 10), 5),
        "Choose one topic your customers care about, and post about it every week.",
    ),
    (
        *("business-many-introduction", "business_driven", "everyone", (8, 10), 7),
        "Ask your happiest customer for one introduction.",
    ),
    (
        *("community-few-one-answer", "community_spirit", "everyone", (1, 2), 5),
        "Answer one question a week in a group that you already read.",
    ),
    (
        *("community-many-take-turns", "community_spirit", "everyone", (7, 10), 75),
        "Find one other person who shares what they know, and take turns.",
    ),
    (
        *("community-many-open-hour", "community_spirit", "everyone", (8, 10), 77),
        "Offer one hour a month when anyone may ask you anything.",
    ),
    (
        *("learning-few-three-people", "learning_sponge", "everyone", (1, 2), 5),
        "Choose three people who post about your topic, and read only them for a month.",
    ),
    (
        *("learning-many-notes", "learning_sponge", "everyone", (7, 10), 5),
        "Keep notes of what you learn here, and try out one thing from them each week.",
    ),
    (
        *("learning-many-stop", "learning_sponge", "everyone", (8, 10), 7),
        "Set a daily limit for reading, and stop when you reach it.",
    ),
    (
        *("jobs-few-open", "job_seeking", "candidate", (1, 2), 5),
        "Let recruiters know that you're open to offers, without telling everyone.",
    ),
    (
        *("jobs-many-routine", "job_seeking", "candidate", (7, 10), 5),
        "Plan your search like a job: fixed hours, a list of companies, and a day off.",
    ),
    (
        *("hiring-few-one-profile", "job_seeking", "employer", (1, 2), 6),
        "Note the name of one person a week whom you might like to hire one day.",
    ),
    (
        *("hiring-many-deadline", "job_seeking", "employer", (7, 10), 6),
        "Tell every candidate when they will hear from you, and keep to it.",
    ),
    (
        *("vanity-few-one-post", "vanity_project", "everyone", (1, 2), 5),
        "Post once this week where you would have posted twice.",
    ),
    (
        *("vanity-many-ask", "vanity_project", "everyone", (6, 10), 5),
        "Ask your followers what they would like to learn, and answer the most common reply.",
    ),
    (
        *("vanity-many-lend-the-stage", "vanity_project", "everyone", (8, 10), 7),
        "Lend your stage: introduce one person more people should know.",
    ),
]


def texts_as_loaded():
    """The text that each tip had when it was loaded, by key."""
    first = import_module("purposeapp.migrations.0002_first_tips").FIRST_TIPS
    change = import_module("purposeapp.migrations.0007_tips_for_change").TIPS_FOR_CHANGE
    return {tip[0]: tip[-1] for tip in [*first, *change]}


def load(apps, schema_editor):
    Tip = apps.get_model("purposeapp", "Tip")
    before = texts_as_loaded()
    for tip in Tip.objects.filter(key__in=SAID_ANEW).order_by("id"):
        if tip.text != before[tip.key]:
            continue  # staff said it in their own words
        text, band = SAID_ANEW[tip.key]
        tip.text = text
        if (tip.points_from, tip.points_to) == (1, 10):
            tip.points_from, tip.points_to = band
        tip.save()
        remember(apps, tip, "~")
    for key, purpose, audience, band, position, text in FEW_OR_MANY_POINTS:
        if Tip.objects.filter(key=key).exists():
            continue
        tip = Tip.objects.create(
            key=key,
            purpose=purpose,
            audience=audience,
            points_from=band[0],
            points_to=band[1],
            position=position,
            text=text,
            state="published",
        )
        remember(apps, tip, "+")


def remember(apps, tip, kind):
    """Record a version: models in a migration keep no history of their own."""
    fields = {field.name: getattr(tip, field.name) for field in tip._meta.fields}
    apps.get_model("purposeapp", "HistoricalTip").objects.create(
        **fields,
        history_date=timezone.now(),
        history_type=kind,
        history_change_reason="Plain words",
    )


def unload(apps, schema_editor):
    """Remove the new tips, and say those that nobody changed since as they were."""
    Tip = apps.get_model("purposeapp", "Tip")
    HistoricalTip = apps.get_model("purposeapp", "HistoricalTip")
    new = [key for key, *_ in FEW_OR_MANY_POINTS]
    # PostgreSQL lets no tip go that somebody ticked.
    apps.get_model("purposeapp", "Tick").objects.filter(tip__key__in=new).delete()
    Tip.objects.filter(key__in=new).delete()
    before = texts_as_loaded()
    for tip in Tip.objects.filter(key__in=SAID_ANEW):
        text, band = SAID_ANEW[tip.key]
        if tip.text != text:
            continue
        tip.text = before[tip.key]
        if (tip.points_from, tip.points_to) == band and band[0] > 1:
            tip.points_from = 1
        tip.save()
    HistoricalTip.objects.filter(Q(key__in=new) | Q(history_change_reason="Plain words")).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0011_first_portrait_parts")]

    operations = [migrations.RunPython(load, unload)]
