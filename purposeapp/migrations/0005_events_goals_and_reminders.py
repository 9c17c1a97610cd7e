"""What happened in between, where a person wants to be, and when they want to be asked again.

What holds for assessments from now on is checked for those that are there in 0008, which locks
nobody out meanwhile.
"""

import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0004_sessions_know_their_user")]

    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("business_driven", models.SmallIntegerField(verbose_name="Business driven")),
                ("community_spirit", models.SmallIntegerField(verbose_name="Community spirit")),
                ("learning_sponge", models.SmallIntegerField(verbose_name="Learning sponge")),
                ("job_seeking", models.SmallIntegerField(verbose_name="Job seeking")),
                ("vanity_project", models.SmallIntegerField(verbose_name="Vanity project")),
                ("wanted_by", models.DateField(blank=True, null=True, verbose_name="wanted by")),
                (
                    "set_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="set"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When another one took its place, or it was given up.",
                        null=True,
                        verbose_name="ended",
                    ),
                ),
            ],
            options={
                "verbose_name": "goal",
                "verbose_name_plural": "goals",
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reminder",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("off", "Not at all"),
                            ("every_3_months", "Every 3 months"),
                            ("every_6_months", "Every 6 months"),
                            ("every_12_months", "Every 12 months"),
                            ("on_date", "Once, on a date"),
                            ("on_change", "When I tell you that something changed"),
                        ],
                        default="off",
                        max_length=20,
                        verbose_name="rhythm",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="When the next mail is sent (UTC).",
                        null=True,
                        verbose_name="due on",
                    ),
                ),
                (
                    "chosen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        help_text="When its person chose, told or stopped something last.",
                        verbose_name="chosen",
                    ),
                ),
                (
                    "last_sent_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="last sent"
                    ),
                ),
                (
                    "stop_key",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                        verbose_name="key to stop it",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
            },
        ),
        migrations.AddField(
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
                default="",
                db_default="",
                help_text="What happened since the assessment before.",
                max_length=20,
                verbose_name="life event",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="event_words",
            field=models.CharField(
                blank=True,
                default="",
                db_default="",
                max_length=80,
                validators=[django.core.validators.ProhibitNullCharactersValidator()],
                verbose_name="life event, in own words",
            ),
        ),
        AddConstraintNotValid(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    models.F("taken_at"), models.F("recorded_at")
                ),
                name="assessment_not_taken_in_the_future",
                violation_error_message="This is in the future.",
            ),
        ),
        AddConstraintNotValid(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event__in",
                        [
                            "",
                            "new_job",
                            "redundancy",
                            "promotion",
                            "own_business",
                            "study",
                            "parental_leave",
                            "retirement",
                            "other",
                        ],
                    )
                ),
                name="assessment_event_is_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("event", "other"), ("event_words", ""), _connector="XOR"),
                name="assessment_event_has_own_words_if_it_is_another",
                violation_error_message="Say in a few words what happened.",
            ),
        ),
        migrations.AddField(
            model_name="goal",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="goals",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                models.F("due_on"),
                models.F("user"),
                condition=models.Q(("due_on__isnull", False)),
                name="reminder_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rhythm__in",
                        [
                            "off",
                            "every_3_months",
                            "every_6_months",
                            "every_12_months",
                            "on_date",
                            "on_change",
                        ],
                    )
                ),
                name="reminder_rhythm_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rhythm", "off"), _negated=True), ("due_on", None), _connector="OR"
                ),
                name="reminder_off_is_never_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rhythm__in", ["off", "on_change"]),
                    ("due_on__isnull", False),
                    _connector="OR",
                ),
                name="reminder_rhythm_has_its_date",
            ),
        ),
        migrations.AddIndex(
            model_name="goal",
            index=models.Index(
                models.F("user"), models.F("set_at"), models.F("id"), name="goal_user_set_at"
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(("business_driven__gte", 0), ("business_driven__lte", 10)),
                name="goal_business_driven_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(("community_spirit__gte", 0), ("community_spirit__lte", 10)),
                name="goal_community_spirit_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(("learning_sponge__gte", 0), ("learning_sponge__lte", 10)),
                name="goal_learning_sponge_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(("job_seeking__gte", 0), ("job_seeking__lte", 10)),
                name="goal_job_seeking_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(("vanity_project__gte", 0), ("vanity_project__lte", 10)),
                name="goal_vanity_project_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    django.db.models.expressions.CombinedExpression(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("business_driven"), "+", models.F("community_spirit")
                                ),
                                "+",
                                models.F("learning_sponge"),
                            ),
                            "+",
                            models.F("job_seeking"),
                        ),
                        "+",
                        models.F("vanity_project"),
                    ),
                    10,
                ),
                name="goal_spends_ten_points",
                violation_error_message="The points must add up to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("user",), name="goal_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None), ("ended_at__gte", models.F("set_at")), _connector="OR"
                ),
                name="goal_ends_after_it_was_set",
            ),
        ),
    ]
