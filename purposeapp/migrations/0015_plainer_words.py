"""Says some sentences of the first portraits in plainer words, and adds one.

Only sentences that nobody has changed since they were loaded are said anew: staff keep theirs.
"""

import uuid

import django.core.validators
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

REWORDED = {
    ("The blind spot is new input: people who only give will one day repeat themselves."): (
        "The blind spot is new input: without it, even good advice starts to repeat itself."
    ),
    ("The blind spot is value: what is always free is easily taken for granted."): (
        "The blind spot is value: people easily take free help for granted."
    ),
    (
        "The blind spot is the giver's own path: while others are helped, the next step can "
        "wait too long."
    ): (
        "The blind spot is the giver's own path: helping others can leave too little time for "
        "the next step."
    ),
    ("The blind spot is giving: a network that only gets requests grows quiet."): (
        "The blind spot is giving: a network that only gets requests goes quiet."
    ),
    (
        "The blind spot is giving back: someone who only reads stays unknown to the people who "
        "could teach them most."
    ): (
        "The blind spot is giving back: someone who reads but never shares stays unknown to the"
        " people who could teach them most."
    ),
    ("The blind spot is practice: ideas that never meet a customer remain untested."): (
        "The blind spot is practice: ideas that never meet a customer are never really tested."
    ),
    ("The blind spot is purpose: attention alone pays no bills."): (
        "The blind spot is purpose: attention alone doesn't pay the bills."
    ),
    ("Half of the points look for customers, and half for the right job or the right person."): (
        "Half of the points go into finding customers, and half into finding the right job or "
        "the right person."
    ),
    (
        "Sharing what one knows fills most of the time, and the rest is split evenly among "
        "other reasons."
    ): (
        "Sharing knowledge fills most of the time, and the rest is split evenly among other "
        "reasons."
    ),
    (
        "Community spirit leads and learning comes next: this is someone who gives a lot and "
        "keeps refilling."
    ): (
        "Community spirit leads and learning comes next: this is someone who gives a lot and "
        "keeps learning."
    ),
    (
        "Half of this is giving and half is taking in: knowledge comes here and travels on to "
        "others."
    ): (
        "Half of this is giving and half is learning: knowledge comes in and is passed on to "
        "others."
    ),
    (
        "Most of this is a search for the right job or the right person, and some of it is "
        "making sure to be noticed."
    ): (
        "Most of this is a search for the right job or the right person, and some of it is "
        "about getting noticed."
    ),
    (
        "Finding the right job or the right person comes first by a distance, and the rest is "
        "shared out evenly."
    ): (
        "Finding the right job or the right person comes first by a wide margin, and the rest "
        "is shared out evenly."
    ),
    (
        "A search for the right job or the right person leads, and being seen comes next: to be"
        " found, one has to be visible."
    ): (
        "A search for the right job or the right person leads, and being seen comes next: only "
        "visible people get found."
    ),
    (
        "Being seen and a search share the lead: finding the right people is one half, being "
        "found by them the other."
    ): (
        "Being seen and a search share the lead: one is about finding the right people, the "
        "other about being found by them."
    ),
    (
        "Being seen leads and community spirit comes next: the stage is also used to hand out "
        "something useful."
    ): (
        "Being seen leads and community spirit comes next: the audience also gets something useful."
    ),
    ("That keeps the well from running dry, because there is always something new to pass on."): (
        "That keeps the ideas coming, because there is always something new to pass on."
    ),
    ("That makes for a presence that people are glad to see, whatever else comes of it."): (
        "That earns goodwill, because people remember who helped them."
    ),
    ("That makes for a network that answers, because it has been given something first."): (
        "That builds a network that answers, because people remember being helped."
    ),
    (
        "That makes knowledge stick, since nothing is understood as well as what has been "
        "explained to others."
    ): (
        "That makes knowledge stick, since explaining something is one of the best ways to "
        "understand it."
    ),
    ("That shows in an interview, on whichever side of the table."): (
        "That shows in an interview, for candidates and interviewers alike."
    ),
    ("That gives every appearance some substance, because there is knowledge behind it."): (
        "That gives every post some substance, because there is knowledge behind it."
    ),
    ("That turns LinkedIn into a library, and hardly a visit ends without something new."): (
        "That turns LinkedIn into a library, and almost every visit brings something new."
    ),
    ("This week, answer one common customer question in public, and leave out the offer."): (
        "This week, answer one common customer question in public, without making an offer."
    ),
    ("This week, put a customer's success on show instead of your own."): (
        "This week, post about a customer's success instead of your own."
    ),
    (
        "This week, ask for something in return once: a recommendation, a contact or an hour of"
        " somebody's time."
    ): (
        "This week, ask for something in return once: a recommendation, a contact or an hour of"
        " someone's time."
    ),
}

NEW_KEY = "blind-spot-learning-community-without-vanity"
NEW_TEXT = "The blind spot is reach: a good explanation helps more people when more of them see it."


def reword(apps, schema_editor):
    """Store the new sentences, each with a version of its history."""
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    for part in PortraitPart.objects.filter(text__in=REWORDED).order_by("id"):
        part.text = REWORDED[part.text]
        part.save()
        remember(apps, part, "~")
    if PortraitPart.objects.filter(key=NEW_KEY).exists():
        return
    # Somebody who explains a lot keeps nothing secret, as the sentence for any learner has it.
    part = PortraitPart.objects.create(
        key=NEW_KEY,
        slot="blind_spot",
        first="learning_sponge",
        second="community_spirit",
        missing="vanity_project",
        position=5,
        state="published",
        text=NEW_TEXT,
    )
    remember(apps, part, "+")


def remember(apps, part, kind):
    """Record a version: models in a migration keep no history of their own."""
    fields = {field.name: getattr(part, field.name) for field in part._meta.fields}
    apps.get_model("purposeapp", "HistoricalPortraitPart").objects.create(
        **fields,
        history_date=timezone.now(),
        history_type=kind,
        history_change_reason="Plain words",
    )


def unword(apps, schema_editor):
    """Say the sentences that nobody changed since as they were, and remove the new one."""
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    HistoricalPortraitPart = apps.get_model("purposeapp", "HistoricalPortraitPart")
    before = {new: old for old, new in REWORDED.items()}
    for part in PortraitPart.objects.filter(text__in=before):
        part.text = before[part.text]
        part.save()
    PortraitPart.objects.filter(key=NEW_KEY).delete()
    HistoricalPortraitPart.objects.filter(
        Q(key=NEW_KEY) | Q(history_change_reason="Plain words")
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0014_plain_words"),
    ]

    operations = [
        migrations.RunPython(reword, unword),
        migrations.AlterField(
            model_name="assessment",
            name="event",
            field=models.CharField(
                blank=True,
                choices=[
                    ("new_job", "New job"),
                    ("redundancy", "Redundancy"),
                    ("promotion", "Promotion"),
                    ("own_business", "Own business"),
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
            model_name="assessment",
            name="taken_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                help_text="The day and time the person gave.",
                verbose_name="taken",
            ),
        ),
        migrations.AlterField(
            model_name="goal",
            name="ended_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When another goal replaced it, or it was removed.",
                null=True,
                verbose_name="ended",
            ),
        ),
        migrations.AlterField(
            model_name="goal",
            name="wanted_by",
            field=models.DateField(blank=True, null=True, verbose_name="target date"),
        ),
        migrations.AlterField(
            model_name="historicalportraitpart",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10000,
                help_text="If two fit equally well, the smaller number is used.",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="historicalportraitpart",
            name="second",
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
                help_text="The only one in second place, or the next one that shares the lead.",
                max_length=20,
                verbose_name="second purpose",
            ),
        ),
        migrations.AlterField(
            model_name="historicalportraitpart",
            name="shape",
            field=models.CharField(
                blank=True,
                choices=[
                    ("all_on_one", "All ten on one"),
                    ("halves", "Half and half"),
                    ("even", "Two on each of the five"),
                    ("two_pairs", "Two share the lead, two share second place"),
                    ("shared_by_two", "Two share the lead, otherwise"),
                    ("shared_by_three", "Three share the lead"),
                    ("mostly", "One has more than half"),
                    ("leads", "One leads with half or less"),
                ],
                default="",
                help_text="How the points are spread. Leave it empty for any shape.",
                max_length=15,
                verbose_name="shape",
            ),
        ),
        migrations.AlterField(
            model_name="historicalportraitpart",
            name="text",
            field=models.TextField(
                help_text="One sentence. It must be true for every split it's for.",
                max_length=240,
                validators=[django.core.validators.MaxLengthValidator(240)],
                verbose_name="text",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltip",
            name="direction",
            field=models.CharField(
                choices=[
                    ("any", "Any"),
                    ("new", "New"),
                    ("rising", "Rising"),
                    ("falling", "Falling"),
                    ("gone", "Dropped to zero"),
                    ("wanted_more", "Goal is higher"),
                    ("wanted_less", "Goal is lower"),
                ],
                default="any",
                max_length=12,
                verbose_name="direction",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltip",
            name="points_from",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="The fewest points it's for, 0 to 10.",
                verbose_name="points from",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltip",
            name="points_to",
            field=models.PositiveSmallIntegerField(
                default=10, help_text="The most points it's for, 0 to 10.", verbose_name="points to"
            ),
        ),
        migrations.AlterField(
            model_name="historicaltip",
            name="published_from",
            field=models.DateField(
                blank=True,
                help_text="A published tip appears from this day on (UTC). Leave it empty to show it now.",
                null=True,
                verbose_name="published from",
            ),
        ),
        migrations.AlterField(
            model_name="portraitpart",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10000,
                help_text="If two fit equally well, the smaller number is used.",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="portraitpart",
            name="second",
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
                help_text="The only one in second place, or the next one that shares the lead.",
                max_length=20,
                verbose_name="second purpose",
            ),
        ),
        migrations.AlterField(
            model_name="portraitpart",
            name="shape",
            field=models.CharField(
                blank=True,
                choices=[
                    ("all_on_one", "All ten on one"),
                    ("halves", "Half and half"),
                    ("even", "Two on each of the five"),
                    ("two_pairs", "Two share the lead, two share second place"),
                    ("shared_by_two", "Two share the lead, otherwise"),
                    ("shared_by_three", "Three share the lead"),
                    ("mostly", "One has more than half"),
                    ("leads", "One leads with half or less"),
                ],
                default="",
                help_text="How the points are spread. Leave it empty for any shape.",
                max_length=15,
                verbose_name="shape",
            ),
        ),
        migrations.AlterField(
            model_name="portraitpart",
            name="text",
            field=models.TextField(
                help_text="One sentence. It must be true for every split it's for.",
                max_length=240,
                validators=[django.core.validators.MaxLengthValidator(240)],
                verbose_name="text",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="chosen_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="When the person last changed anything about it.",
                verbose_name="chosen",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="stop_key",
            field=models.UUIDField(
                default=uuid.uuid4, editable=False, unique=True, verbose_name="unsubscribe key"
            ),
        ),
        migrations.AlterField(
            model_name="tip",
            name="direction",
            field=models.CharField(
                choices=[
                    ("any", "Any"),
                    ("new", "New"),
                    ("rising", "Rising"),
                    ("falling", "Falling"),
                    ("gone", "Dropped to zero"),
                    ("wanted_more", "Goal is higher"),
                    ("wanted_less", "Goal is lower"),
                ],
                default="any",
                max_length=12,
                verbose_name="direction",
            ),
        ),
        migrations.AlterField(
            model_name="tip",
            name="points_from",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="The fewest points it's for, 0 to 10.",
                verbose_name="points from",
            ),
        ),
        migrations.AlterField(
            model_name="tip",
            name="points_to",
            field=models.PositiveSmallIntegerField(
                default=10, help_text="The most points it's for, 0 to 10.", verbose_name="points to"
            ),
        ),
        migrations.AlterField(
            model_name="tip",
            name="published_from",
            field=models.DateField(
                blank=True,
                help_text="A published tip appears from this day on (UTC). Leave it empty to show it now.",
                null=True,
                verbose_name="published from",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="side",
            field=models.CharField(
                blank=True,
                choices=[
                    ("candidate", "I'm looking for a job"),
                    ("employer", "I'm hiring"),
                    ("both", "Both"),
                ],
                db_column="seeks_as",
                db_default="",
                default="",
                help_text="Which job seeking tips this person sees. Empty until they choose.",
                max_length=10,
                verbose_name="side of job seeking",
            ),
        ),
        migrations.AlterConstraint(
            model_name="tip",
            name="tip_for_gone_begins_at_zero",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "gone"), _negated=True),
                    ("points_from", 0),
                    _connector="OR",
                ),
                name="tip_for_gone_begins_at_zero",
                violation_error_message="A purpose that dropped to zero has no points. Set “points from” to 0.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="tip",
            name="tip_for_rising_has_points",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction__in", ["new", "rising"]), _negated=True),
                    ("points_to__gte", 1),
                    _connector="OR",
                ),
                name="tip_for_rising_has_points",
                violation_error_message="A purpose that rose has points. Set “points to” to 1 or more.",
            ),
        ),
    ]
