"""Tips and portraits for people who look for a job in secret, tips for goals with fewer points, and
truer words.

Many candidates have a job, and their boss may see what they post, so nothing tells them to search in
public unless it's no secret. Staff keep their own words and ranges of points: a tip or a sentence is
only changed if nobody has changed these since it was loaded.
"""

from django.db import migrations
from django.utils import timezone

REASON = "Discreet and truer"

NEW = {
    "Tip": {
        "Set aside one fixed hour a week for leads, and leave them alone the rest of the time.": (
            "Choose one fixed time a week for leads, and only answer messages in between."
        ),
        "Write to the person behind a lead today: a competitor may be doing so already.": (
            "Contact the person behind a lead today, here or by email: a competitor may be doing so "
            "already."
        ),
        "Find one other person who shares what they know, and take turns.": (
            "Find one other person who shares what they know, and take turns writing a post each "
            "week."
        ),
        "Help with one question a week under someone else's post: it takes five minutes, and you "
        "don't need an audience of your own.": (
            "Ask someone what they'd like to learn from you, and write a short post about it."
        ),
        "Choose three people who post about your topic, and read only them for a month.": (
            "Choose three people who post about your topic, and read their posts first."
        ),
        "Follow the hashtags for your topics, and join the groups where people discuss them.": (
            "Search for the hashtags of your topics, and join the groups where people discuss them."
        ),
        "Just ask: send a message, or connect and say you'd like their help. Most people do help, "
        "and a “no” costs nothing.": (
            "Just ask: message someone you know, or connect and say you'd like their help. Most "
            "people do help, and a “no” costs nothing."
        ),
        "Let recruiters know that you're open to offers, without telling everyone.": (
            "Turn on “Open to work” for recruiters only. LinkedIn tries to hide it from your own "
            "company, but can't promise to."
        ),
        "Say in your headline which job you're looking for and where: that's how recruiters find "
        "you.": (
            "If it's no secret, say in your headline which job you're looking for and where: that's "
            "how recruiters find you."
        ),
        "Say so. Tell people you know that you're looking, and for what: they can only pass on what "
        "they've heard.": (
            "If it's no secret, tell people you know that you're looking, and for what: they can "
            "only pass on what they've heard."
        ),
        "Thank everyone who helped you look, tell them how it ended, and take the search out of "
        "your headline.": (
            "If your search is over, thank everyone who helped, turn off “Open to work”, and take "
            "the search out of your headline."
        ),
        "Note the name of one person a week whom you might like to hire one day.": (
            "Once a week, note the name of one person you might like to hire one day."
        ),
        "Post once this week where you would have posted twice.": (
            "Before your next post, decide what you'd like people to remember you for."
        ),
    },
    "PortraitPart": {
        # These are for up to four points on the second purpose, which is more than a little.
        "Learning takes up most of the time here, and a little business keeps it practical.": (
            "Learning takes up most of the time here, and business keeps it practical."
        ),
        "Most of this is generosity, with a little applause: helping matters most, and it is nice "
        "when people notice.": (
            "Most of this is generosity, with some applause: helping matters most, and it is nice "
            "when people notice."
        ),
        "This is someone who listens far more than they speak, and passes on part of what they "
        "learn.": "Learning comes first here, and some of what is learned is passed on.",
        "Curiosity comes first by far, with some pleasure in being seen among people who know a "
        "lot.": (
            "Curiosity comes first, with some pleasure in being seen among people who know a lot."
        ),
        "Finding the right job or the right person is the main thing, and a little business carries "
        "on alongside.": (
            "Finding the right job or the right person is the main thing, and business carries on "
            "alongside."
        ),
        "Attention comes first, and some of it is paid back: the audience gets something useful now "
        "and then.": (
            "Attention comes first, and some of it is paid back: the audience gets something useful "
            "too."
        ),
        "Being seen matters most here, and a little of that attention should turn into business.": (
            "Being seen matters most here, and some of that attention should turn into business."
        ),
        "Giving comes first, and business is welcome when it follows: knowledge is shared freely, "
        "and now and then it brings in a customer.": (
            "Giving comes first, and business is welcome when it follows: knowledge is shared "
            "freely, and sometimes it brings in a customer."
        ),
        "Being seen and a search share the lead: one is about finding the right people, the other "
        "about being found by them.": (
            "A search and being seen share the lead: one is about finding the right people, the "
            "other about being found by them."
        ),
        "Two reasons lead and two follow: selling and giving go hand in hand up front.": (
            "Two reasons lead and two follow: selling and giving come first, hand in hand."
        ),
        "Two reasons lead and two follow: up front, selling and being seen pull in the same "
        "direction.": (
            "Two reasons lead and two follow: selling and being seen come first, and pull in the "
            "same direction."
        ),
        "Two reasons lead and two follow: helping others and a search go hand in hand up front.": (
            "Two reasons lead and two follow: helping others and a search come first, hand in hand."
        ),
        "This week, publicly recommend someone who deserves their next job.": (
            "This week, write a public recommendation for someone whose work you value."
        ),
        "This week, tell one business contact plainly what or whom you are looking for.": (
            "This week, tell one business contact you trust what or who you're looking for."
        ),
        "This week, rewrite your headline so that it says what or whom you are looking for.": (
            "This week, rewrite your headline to say what you do best: people see it wherever they "
            "see your name."
        ),
        "This week, say openly in one post that you are hiring or looking.": (
            "This week, say in one post what you do best and who you like to work with."
        ),
        # A tip says the same as these did.
        "This week, ask two people you trust to read your profile, and change what they stumble "
        "over.": (
            "This week, write three sentences about work you're proud of, and put the best one in "
            "your profile."
        ),
        "This week, ask your audience what they would like to know, and answer the first reply in a "
        "post.": "This week, reply to every comment under your last post.",
    },
}

NEW_POINTS = [
    (
        # Without points there is no time for leads.
        {
            "text": "Choose the leads you can still look after, and tell the others who will take "
            "over.",
            "points_from": 0,
        },
        {
            "text": "Choose the leads you can still look after, and tell the others honestly that "
            "you can't.",
            "points_from": 1,
        },
    ),
    (
        # From 7 points on, another tip is about fixed hours, and up to 3 there's no such search.
        {
            "text": "Give your search fixed hours, and close the site when they're over: looking "
            "all day wears you out.",
            "points_from": 1,
            "points_to": 10,
        },
        {
            "text": "Give your search fixed hours, and close the site when they're over: looking "
            "all day wears you out.",
            "points_from": 4,
            "points_to": 6,
        },
    ),
]

CHANGES = [
    (model, {"text": before}, {"text": after})
    for model, texts in NEW.items()
    for before, after in texts.items()
] + [("Tip", before, after) for before, after in NEW_POINTS]
"""What a row of a model has if nobody has changed it, and what it gets."""

# (key, purpose, audience, direction, from and to how many points, position, text)
NEW_TIPS = [
    (
        *("jobs-few-settings", "job_seeking", "candidate", "any", (1, 4), 145),
        "Before you edit your profile, check in LinkedIn's settings whether your network hears "
        "about changes.",
    ),
    (
        *("business-wanted-less", "business_driven", "everyone", "wanted_less", (1, 10), 430),
        "Choose one lead that's going nowhere, and close it with a friendly message.",
    ),
    (
        *("community-wanted-less", "community_spirit", "everyone", "wanted_less", (1, 10), 440),
        "Say no to one request this week, and name someone else who can help.",
    ),
    (
        *("learning-wanted-less", "learning_sponge", "everyone", "wanted_less", (1, 10), 450),
        "Before you open LinkedIn, decide what you want to find out, and leave once you've found "
        "it.",
    ),
    (
        *("jobs-wanted-more", "job_seeking", "candidate", "wanted_more", (0, 10), 460),
        "Write down three jobs you'd like to have next, and one person to ask about each.",
    ),
    (
        *("jobs-wanted-less", "job_seeking", "candidate", "wanted_less", (1, 10), 470),
        "Write down what your next job must have, and turn down offers without it.",
    ),
]


def reword(apps, schema_editor):
    """Store the changes and the new tips, each with a version of its history."""
    for model, before, after in CHANGES:
        for row in apps.get_model("purposeapp", model).objects.filter(**before):
            for name, value in after.items():
                setattr(row, name, value)
            row.save()
            remember(apps, model, row, "~")
    tips = apps.get_model("purposeapp", "Tip").objects
    for key, purpose, audience, direction, (points_from, points_to), position, text in NEW_TIPS:
        if tips.filter(key=key).exists():
            continue  # staff took the name meanwhile, and their tip stays
        tip = tips.create(
            key=key,
            purpose=purpose,
            audience=audience,
            direction=direction,
            points_from=points_from,
            points_to=points_to,
            position=position,
            text=text,
            state="published",
        )
        remember(apps, "Tip", tip, "+")


def remember(apps, model, row, kind):
    """Record a version: models in a migration keep no history of their own."""
    apps.get_model("purposeapp", f"Historical{model}").objects.create(
        **{field.attname: getattr(row, field.attname) for field in row._meta.fields},
        history_date=timezone.now(),
        history_type=kind,
        history_change_reason=REASON,
    )


def restore(apps, schema_editor):
    """Undo the changes that nobody has changed since, and remove the new tips."""
    versions = apps.get_model("purposeapp", "HistoricalTip").objects
    added = versions.filter(history_type="+", history_change_reason=REASON)
    keys = list(added.values_list("key", flat=True))  # without those of tips of staff's
    # PostgreSQL lets no tip go that somebody ticked.
    apps.get_model("purposeapp", "Tick").objects.filter(tip__key__in=keys).delete()
    apps.get_model("purposeapp", "Tip").objects.filter(key__in=keys).delete()
    versions.filter(key__in=keys).delete()
    for model, before, after in CHANGES:
        apps.get_model("purposeapp", model).objects.filter(**after).update(**before)
    for model in NEW:
        versions = apps.get_model("purposeapp", f"Historical{model}").objects
        versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0045_mails_of_accounts")]

    operations = [migrations.RunPython(reword, restore)]
