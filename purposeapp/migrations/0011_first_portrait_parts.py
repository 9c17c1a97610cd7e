"""Loads the sentences that portraits are composed of, once. Staff keep them from then on."""

from django.db import migrations
from django.utils import timezone

B, C, L = "business_driven", "community_spirit", "learning_sponge"
J, V = "job_seeking", "vanity_project"

# What the mix is like, where one purpose has more than half: the first, then the second purpose.
MOSTLY = {
    (B, C): "Selling comes first here, and generosity opens the door: people are helped before "
    "they are offered anything.",
    (B, L): "Business is the point, and curiosity feeds it: most of what is read or asked here "
    "ends up helping a sale.",
    (B, J): "Business fills most of the time, with one eye on jobs: the same contact may turn into "
    "a customer, an employer or a colleague.",
    (B, V): "Most of the effort goes into selling, and some into being noticed: visibility is part "
    "of the sales plan.",
    (C, B): "Giving comes first, and business is welcome when it follows: knowledge is shared "
    "freely, and now and then it brings in a customer.",
    (C, L): "Knowledge flows mostly outward here: whatever is learned is soon passed on to others.",
    (C, J): "Helping others takes most of the time, while the right job or the right person is "
    "never far from mind.",
    (C, V): "Most of this is generosity, with a little applause: helping matters most, and it is "
    "nice when people notice.",
    (L, B): "Learning takes up most of the time here, and a little business keeps it practical.",
    (L, C): "This is someone who listens far more than they speak, and passes on part of what they "
    "learn.",
    (L, J): "Most of the time goes into learning, and some of it prepares the next job or the next "
    "hire.",
    (L, V): "Curiosity comes first by far, with some pleasure in being seen among people who know "
    "a lot.",
    (J, B): "Finding the right job or the right person is the main thing, and a little business "
    "carries on alongside.",
    (J, C): "Most of the effort goes into finding the right job or the right person, and some into "
    "helping others along the way.",
    (J, L): "A search comes first here, and learning supports it: every profile and every post may "
    "hold a clue.",
    (J, V): "Most of this is a search for the right job or the right person, and some of it is "
    "making sure to be noticed.",
    (V, B): "Being seen matters most here, and a little of that attention should turn into "
    "business.",
    (V, C): "Attention comes first, and some of it is paid back: the audience gets something "
    "useful now and then.",
    (V, L): "Being seen is the main thing, with enough curiosity to keep up with what others are "
    "saying.",
    (V, J): "Visibility is the main thing here, and some of it should reach the right employer or "
    "the right candidate.",
}

# The same, where several purposes share second place.
MOSTLY_ALONE = {
    B: "Business clearly sets the direction, and the points that are left are shared evenly among "
    "other reasons.",
    C: "Sharing what one knows fills most of the time, and the rest is split evenly among other "
    "reasons.",
    L: "Learning is clearly the main reason to be here, and the others get an even share of the "
    "rest.",
    J: "Finding the right job or the right person comes first by a distance, and the rest is "
    "shared out evenly.",
    V: "Being seen is clearly the point, and the other reasons share the rest evenly.",
}

# What the mix is like, where one purpose leads with half or less.
LEADS = {
    (B, C): "Business leads and community spirit comes next, so people often meet a helper before "
    "they meet a seller.",
    (B, L): "Business leads and learning comes next: there is selling to do, and a market to "
    "understand along the way.",
    (B, J): "Business leads and a search comes next: a conversation here may end in a sale or in "
    "a job.",
    (B, V): "Business leads and being seen comes next: the more people look, the more of them may "
    "buy.",
    (C, B): "Community spirit leads and business comes next: help is given freely, and some of it "
    "turns into paid work.",
    (C, L): "Community spirit leads and learning comes next: this is someone who gives a lot and "
    "keeps refilling.",
    (C, J): "Community spirit leads and a search comes next: helping others and finding the right "
    "people go together.",
    (C, V): "Community spirit leads and being seen comes next: good things are shared, preferably "
    "where many can see them.",
    (L, B): "Learning leads and business comes next: what is found out today may help to sell "
    "tomorrow.",
    (L, C): "Learning leads and community spirit comes next: this is a good student who is turning "
    "into a teacher.",
    (L, J): "Learning leads and a search comes next: every new skill or insight makes the next "
    "step easier.",
    (L, V): "Learning leads and being seen comes next: this is someone who likes to know things, "
    "and likes it to show.",
    (J, B): "A search for the right job or the right person leads, and business comes next: one "
    "network serves both.",
    (J, C): "A search for the right job or the right person leads, and helping others comes next: "
    "this is someone who asks and also gives.",
    (J, L): "A search for the right job or the right person leads, and learning comes next: a "
    "change is being prepared with care.",
    (J, V): "A search for the right job or the right person leads, and being seen comes next: to "
    "be found, one has to be visible.",
    (V, B): "Being seen leads and business comes next: an audience is growing, and one day it "
    "should pay off.",
    (V, C): "Being seen leads and community spirit comes next: the stage is also used to hand out "
    "something useful.",
    (V, L): "Being seen leads and learning comes next: getting noticed matters most, but other "
    "people's posts are read too.",
    (V, J): "Being seen leads and a search comes next: attention should lead to the right job or "
    "the right person.",
}

LEADS_ALONE = {
    B: "Business leads and second place is shared, so selling is the main reason but far from the "
    "only one.",
    C: "Community spirit leads and second place is shared, so giving matters most without being "
    "everything.",
    L: "Learning leads and second place is shared: this is someone with more than one good reason "
    "to be here.",
    J: "A search for the right job or the right person leads, while other reasons share second "
    "place.",
    V: "Being seen leads, but other reasons share second place, so there is more here than a wish "
    "for likes.",
}

ALL_ON_ONE = {
    B: "Everything here serves the sale: no point went to anything but finding and winning "
    "customers.",
    C: "Every point went into sharing: this is someone who comes to give and asks for nothing in "
    "return.",
    L: "Every point went into learning: this is someone who comes to read, to ask and to listen.",
    J: "Every point went into one search: right now, LinkedIn is for finding the right job or the "
    "right person.",
    V: "Every point went into being seen, and it takes some honesty to say so.",
}

HALVES = {
    (B, C): "Half of this is business and half is community spirit: selling and giving carry the "
    "same weight.",
    (B, L): "Half of this is business and half is learning: every customer is also someone to "
    "learn from.",
    (B, J): "Half of the points look for customers, and half for the right job or the right "
    "person.",
    (B, V): "Half of this is business and half is being seen: one half wants customers, the other "
    "an audience.",
    (C, L): "Half of this is giving and half is taking in: knowledge comes here and travels on to "
    "others.",
    (C, J): "Half of this is helping others and half is a search for the right job or the right "
    "person, which is a kind way to search.",
    (C, V): "Half of this is generosity and half is being seen: the same post can help people and "
    "collect likes.",
    (L, J): "Half of this is learning and half is a search: the next step is being prepared with "
    "care.",
    (L, V): "Half of this is curiosity and half is being seen: one half listens, the other likes "
    "to be listened to.",
    (J, V): "Half of this is a search for the right job or the right person, and half is being "
    "seen: each helps the other.",
}

SHARED_BY_TWO = {
    (B, C): "Business and community spirit share the lead: selling and giving are hard to tell "
    "apart here.",
    (B, L): "Business and learning share the lead: finding things out matters as much as finding "
    "customers.",
    (B, J): "Business and a search share the lead: a new contact may become a customer, an "
    "employer or a colleague.",
    (B, V): "Business and being seen share the lead: attention is wanted, and so are the sales "
    "that it brings.",
    (C, L): "Community spirit and learning share the lead: as much is passed on as is picked up.",
    (C, J): "Community spirit and a search share the lead: helping people and meeting the right "
    "ones go together.",
    (C, V): "Community spirit and being seen share the lead: a post should be useful, and it "
    "should be popular.",
    (L, J): "Learning and a search share the lead: this is someone on the way to something new.",
    (L, V): "Learning and being seen share the lead: there is as much listening here as showing.",
    (J, V): "Being seen and a search share the lead: finding the right people is one half, being "
    "found by them the other.",
}

TWO_PAIRS = {
    (B, C): "Two reasons lead and two follow: selling and giving go hand in hand up front.",
    (B, L): "Two reasons lead and two follow: finding customers and finding things out come first "
    "together.",
    (B, J): "Two reasons lead and two follow: customers are wanted as much as the right job or the "
    "right person.",
    (B, V): "Two reasons lead and two follow: up front, selling and being seen pull in the same "
    "direction.",
    (C, L): "Two reasons lead and two follow: passing on knowledge and picking it up come first "
    "together.",
    (C, J): "Two reasons lead and two follow: helping others and a search go hand in hand up "
    "front.",
    (C, V): "Two reasons lead and two follow: being useful and being popular come first together.",
    (L, J): "Two reasons lead and two follow: learning and a search come first, on the way to "
    "something new.",
    (L, V): "Two reasons lead and two follow: listening and being seen come first together.",
    (J, V): "Two reasons lead and two follow: a search and being seen come first, and each helps "
    "the other.",
}

SHARED_BY_THREE = {
    (B, C, L): "Business, community spirit and learning share the lead: there is selling, sharing "
    "and studying in equal measure.",
    (B, C, J): "Business, community spirit and a search share the lead: that is three good reasons "
    "to talk to people.",
    (B, C, V): "Business, community spirit and being seen share the lead: customers, readers and "
    "admirers are all welcome.",
    (B, L, J): "Business, learning and a search share the lead: there is a lot of work going on "
    "here, and some of it is for the future.",
    (B, L, V): "Business, learning and being seen share the lead: selling well, knowing a lot and "
    "being noticed matter equally.",
    (B, J, V): "Business, a search and being seen share the lead: a known name should open more "
    "than one kind of door.",
    (C, L, J): "Community spirit, learning and a search share the lead: this is someone who gives, "
    "takes in and moves on.",
    (C, L, V): "Community spirit, learning and being seen share the lead: knowledge comes in, goes "
    "out and gets noticed.",
    (C, J, V): "Community spirit, a search and being seen share the lead: this is a helpful person "
    "who also wants to be found.",
    (L, J, V): "Learning, a search and being seen share the lead: this is someone working on their "
    "next chapter.",
}

STRENGTH = {
    (B, C): "That builds trust early, and a good word from someone who was helped is worth more "
    "than any advert.",
    (B, L): "That keeps the offer fresh, because people who listen to a market hear first what it "
    "needs.",
    (B, J): "That lets a new contact count twice: for business today, and for working together "
    "tomorrow.",
    (B, V): "That gives the offer reach, since people tend to buy from names they have seen "
    "before.",
    (C, B): "That is a strong position: when readers need to pay for help, they already know whom "
    "to ask.",
    (C, L): "That keeps the well from running dry, because there is always something new to pass "
    "on.",
    (C, J): "That leaves a good impression, and people gladly recommend someone who has helped "
    "them.",
    (C, V): "That reaches far, because useful posts from a familiar face get passed on.",
    (L, B): "That pays off in conversations with customers, who notice when someone knows their "
    "field.",
    (L, C): "That makes knowledge stick, since nothing is understood as well as what has been "
    "explained to others.",
    (L, J): "That shows in an interview, on whichever side of the table.",
    (L, V): "That gives every appearance some substance, because there is knowledge behind it.",
    (J, B): "That keeps more than one door open, which takes some pressure off the search.",
    (J, C): "That makes for a network that answers, because it has been given something first.",
    (J, L): "That turns a search into progress, even in weeks without a reply.",
    (J, V): "That helps, since nobody can choose a person they have never noticed.",
    (V, B): "That can be worth money, as long as the right people are among the audience.",
    (V, C): "That turns an audience into a community, a little at a time.",
    (V, L): "That keeps the posts interesting, because new ideas keep coming in.",
    (V, J): "That makes a name known before an application or a vacancy arrives.",
}

STRENGTH_ALONE = {
    B: "That keeps the goal clear, and still leaves room to be more than a seller.",
    C: "That makes for a presence that people are glad to see, whatever else comes of it.",
    L: "That keeps the mind open, and gives every other reason better material to work with.",
    J: "That keeps the search moving while the network stays alive in other ways.",
    V: "That is a good start: where people are already watching, many other things become "
    "possible.",
}

STRENGTH_ALL_ON_ONE = {
    B: "That focus saves time, because it is easy to decide what to read, whom to meet and what to "
    "skip.",
    C: "That is rare, and many people find their way thanks to someone like this.",
    L: "That turns LinkedIn into a library, and hardly a visit ends without something new.",
    J: "That clarity helps: profile, posts and messages can all point the same way.",
    V: "That honesty is a strength, and an audience that exists can be put to good use.",
}

BLIND_SPOT = {
    (B, C): "The blind spot is generosity: without it, every message can look like a pitch.",
    (B, L): "The blind spot is listening: it is easy to miss what customers have started to want.",
    (B, V): "The blind spot is visibility: even a good offer stays unknown if nobody ever sees it.",
    (B, J): "The blind spot is people: a perfect colleague or employer may pass by unnoticed.",
    (C, L): "The blind spot is new input: people who only give will one day repeat themselves.",
    (C, V): "The blind spot is modesty: help that nobody sees reaches only a few.",
    (C, B): "The blind spot is value: what is always free is easily taken for granted.",
    (C, J): "The blind spot is the giver's own path: while others are helped, the next step can "
    "wait too long.",
    (L, C): "The blind spot is giving back: someone who only reads stays unknown to the people who "
    "could teach them most.",
    (L, J): "The blind spot is direction: learning without a next step in mind can go on forever.",
    (L, V): "The blind spot is showing it: much of what is known here may stay a secret.",
    (L, B): "The blind spot is practice: ideas that never meet a customer remain untested.",
    (J, V): "The blind spot is visibility: the right people cannot choose someone they never come "
    "across.",
    (J, C): "The blind spot is giving: a network that only gets requests grows quiet.",
    (J, L): "The blind spot is learning: a search can take months, and the market moves on in the "
    "meantime.",
    (J, B): "The blind spot is value: it helps to say plainly what good work is worth to a "
    "business.",
    (V, C): "The blind spot is the audience: people who get nothing useful look elsewhere sooner "
    "or later.",
    (V, L): "The blind spot is listening: someone who only broadcasts may not notice that the "
    "topic has moved on.",
    (V, B): "The blind spot is purpose: attention alone pays no bills.",
    (V, J): "The blind spot is opportunity: the right employer or candidate may be in the audience "
    "and never be asked.",
}

# Which of several missing purposes is worth a sentence first, for each leading one.
FIRST_TO_MISS = {
    B: (C, L, V, J),
    C: (L, V, B, J),
    L: (C, J, V, B),
    J: (V, C, L, B),
    V: (C, L, B, J),
}

NOTHING_MISSING = {
    B: "The blind spot is focus: with points on everything, smaller things can crowd out the sale.",
    C: "The blind spot is focus: with points on everything, people who count on help may have to "
    "wait.",
    L: "The blind spot is focus: with so many reasons to log in, reading time is the first thing "
    "to go.",
    J: "The blind spot is time: a search needs steady attention, and here it has four competitors.",
    V: "The blind spot is clarity: with a bit of everything on show, people may not know what to "
    "follow for.",
}

BLIND_SPOT_ALL_ON_ONE = {
    B: "The blind spot is everything that is not a sale: people rarely stay for offers alone.",
    C: "The blind spot is the giver: without a little in return, even the most generous person "
    "runs out of energy.",
    L: "The blind spot is silence: nobody can thank, teach or hire a reader they never hear from.",
    J: "The blind spot is what comes after: a network that is only used for a search is hard to "
    "wake up for the next one.",
    V: "The blind spot is meaning: likes are counted today and forgotten tomorrow.",
}

THIS_WEEK = {
    (B, C): "This week, answer one common customer question in public, and leave out the offer.",
    (B, L): "This week, ask one customer what they are reading, and read it too.",
    (B, J): "This week, write to one person who would be good to work with, and suggest a short "
    "call.",
    (B, V): "This week, put a customer's success on show instead of your own.",
    (C, B): "This week, add one line to your profile that says what people can hire you for.",
    (C, L): "This week, share one thing that you learned, and name the person you learned it from.",
    (C, J): "This week, publicly recommend someone who deserves their next job.",
    (C, V): "This week, find your most popular post and write the follow-up that would help its "
    "readers most.",
    (L, B): "This week, try out one thing that you learned in a conversation with a customer.",
    (L, C): "This week, explain the best thing you learned lately in three sentences, where others "
    "can read it.",
    (L, J): "This week, study three profiles of people who do the job in question, and note what "
    "they have in common.",
    (L, V): "This week, post about something that you do not understand yet, and ask people to "
    "explain it.",
    (J, B): "This week, tell one business contact plainly what or whom you are looking for.",
    (J, C): "This week, introduce two people who should have met long ago.",
    (J, L): "This week, ask someone who does the job in question for one thing that no advert "
    "mentions.",
    (J, V): "This week, rewrite your headline so that it says what or whom you are looking for.",
    (V, B): "This week, end one post with a clear way to work with you.",
    (V, C): "This week, write one post that is useful even if nobody presses Like.",
    (V, L): "This week, comment on three posts by people who know more, and ask each a real "
    "question.",
    (V, J): "This week, say openly in one post that you are hiring or looking.",
}

THIS_WEEK_ALONE = {
    B: "This week, choose the one lead that matters most, and give it an hour of undivided "
    "attention.",
    C: "This week, pick one group and answer three open questions there.",
    L: "This week, unfollow five accounts that taught you nothing, and follow one that might.",
    J: "This week, ask two people you trust to read your profile, and change what they stumble "
    "over.",
    V: "This week, ask your audience what they would like to know, and answer the first reply in a "
    "post.",
}

THIS_WEEK_ALL_ON_ONE = {
    B: "This week, help one person with no chance of a sale, and see what comes of it.",
    C: "This week, ask for something in return once: a recommendation, a contact or an hour of "
    "somebody's time.",
    L: "This week, write one comment under a post that taught you something, even if it is only a "
    "thank-you.",
    J: "This week, write to one former colleague without asking for anything.",
    V: "This week, post something that helps one particular person, and tell them so.",
}


def rows():
    """The parts: slot, shape, first, second, third and missing purpose, position, text."""
    for (first, second), text in MOSTLY.items():
        yield "mix", "mostly", first, second, "", "", text
    for first, text in MOSTLY_ALONE.items():
        yield "mix", "mostly", first, "", "", "", text
    for (first, second), text in LEADS.items():
        yield "mix", "leads", first, second, "", "", text
    for first, text in LEADS_ALONE.items():
        yield "mix", "leads", first, "", "", "", text
    for first, text in ALL_ON_ONE.items():
        yield "mix", "all_on_one", first, "", "", "", text
    for (first, second), text in HALVES.items():
        yield "mix", "halves", first, second, "", "", text
    for (first, second), text in SHARED_BY_TWO.items():
        yield "mix", "shared_by_two", first, second, "", "", text
    for (first, second), text in TWO_PAIRS.items():
        yield "mix", "two_pairs", first, second, "", "", text
    for (first, second, third), text in SHARED_BY_THREE.items():
        yield "mix", "shared_by_three", first, second, third, "", text
    yield (
        *("mix", "even", "", "", "", ""),
        "Ten points in five equal parts: no single reason leads here, and none is left out.",
    )

    for (first, second), text in STRENGTH.items():
        yield "strength", "", first, second, "", "", text
    for first, text in STRENGTH_ALONE.items():
        yield "strength", "", first, "", "", "", text
    for first, text in STRENGTH_ALL_ON_ONE.items():
        yield "strength", "all_on_one", first, "", "", "", text
    yield (
        *("strength", "shared_by_three", "", "", "", ""),
        "That leaves three ways to win: if one of them has a slow month, another carries on.",
    )
    yield (
        *("strength", "even", "", "", "", ""),
        "That keeps every option open, and few people get to see as many sides of LinkedIn.",
    )

    for first, order in FIRST_TO_MISS.items():
        for missing in order:
            yield "blind_spot", "", first, "", "", missing, BLIND_SPOT[first, missing]
    for first, text in NOTHING_MISSING.items():
        yield "blind_spot", "", first, "", "", "", text
    for first, text in BLIND_SPOT_ALL_ON_ONE.items():
        yield "blind_spot", "all_on_one", first, "", "", "", text
    yield (
        *("blind_spot", "even", "", "", "", ""),
        "The blind spot is depth: with two points each, nothing gets enough time to become really "
        "good.",
    )

    for (first, second), text in THIS_WEEK.items():
        yield "this_week", "", first, second, "", "", text
    for first, text in THIS_WEEK_ALONE.items():
        yield "this_week", "", first, "", "", "", text
    for first, text in THIS_WEEK_ALL_ON_ONE.items():
        yield "this_week", "all_on_one", first, "", "", "", text
    yield (
        *("this_week", "shared_by_three", "", "", "", ""),
        "This week, choose one of the three on purpose, and let the other two rest.",
    )
    yield (
        *("this_week", "even", "", "", "", ""),
        "This week, take one point away from the reason you would miss least, and give it to "
        "another.",
    )


def load(apps, schema_editor):
    """Store the parts, each with the first version of its history."""
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    HistoricalPortraitPart = apps.get_model("purposeapp", "HistoricalPortraitPart")
    now = timezone.now()
    for number, (slot, shape, first, second, third, missing, text) in enumerate(rows(), start=1):
        without = missing and f"without {missing.partition('_')[0]}"
        purposes = (purpose.partition("_")[0] for purpose in (first, second, third))
        words = [slot, shape, *purposes, without]
        part = PortraitPart.objects.create(
            key="-".join(filter(None, words)).replace("_", "-").replace(" ", "-"),
            slot=slot,
            shape=shape,
            first=first,
            second=second,
            third=third,
            missing=missing,
            position=10 * number,
            state="published",
            text=text,
        )
        fields = {field.name: getattr(part, field.name) for field in PortraitPart._meta.fields}
        HistoricalPortraitPart.objects.create(
            **fields, history_date=now, history_type="+", history_change_reason="Initial texts"
        )


def unload(apps, schema_editor):
    """Remove all parts and their history: the tables are about to go."""
    apps.get_model("purposeapp", "HistoricalPortraitPart").objects.all().delete()
    apps.get_model("purposeapp", "PortraitPart").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0010_portrait_parts")]

    operations = [migrations.RunPython(load, unload)]
