"""Whom and what a tip is for, whether it is published, and what people said of it.

Tips that are there already are published, and so is what they were before; new ones begin as
drafts.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import purposeapp.advice.markdown


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0005_events_goals_and_reminders")]

    operations = [
        migrations.CreateModel(
            name="Tick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("done", "Done"), ("not_for_me", "Not for me")],
                        max_length=10,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "ticked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="ticked"
                    ),
                ),
            ],
            options={
                "verbose_name": "tick",
                "verbose_name_plural": "ticks",
            },
        ),
        migrations.AddField(
            model_name="historicaltip",
            name="direction",
            field=models.CharField(
                choices=[
                    ("any", "Any"),
                    ("new", "New"),
                    ("rising", "Rising"),
                    ("falling", "Falling"),
                    ("gone", "Gone to zero"),
                    ("wanted_more", "Wanted more"),
                    ("wanted_less", "Wanted less"),
                ],
                default="any",
                max_length=12,
                verbose_name="direction",
            ),
        ),
        migrations.AddField(
            model_name="historicaltip",
            name="points_from",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="The fewest points that it is for, 0 to 10.",
                verbose_name="points from",
            ),
        ),
        migrations.AddField(
            model_name="historicaltip",
            name="points_to",
            field=models.PositiveSmallIntegerField(
                default=10,
                help_text="The most points that it is for, 0 to 10.",
                verbose_name="points to",
            ),
        ),
        migrations.AddField(
            model_name="historicaltip",
            name="published_from",
            field=models.DateField(
                blank=True,
                help_text="A published tip shows from this day on (UTC); empty: at once.",
                null=True,
                verbose_name="published from",
            ),
        ),
        migrations.AddField(
            model_name="historicaltip",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                default="published",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="tip",
            name="direction",
            field=models.CharField(
                choices=[
                    ("any", "Any"),
                    ("new", "New"),
                    ("rising", "Rising"),
                    ("falling", "Falling"),
                    ("gone", "Gone to zero"),
                    ("wanted_more", "Wanted more"),
                    ("wanted_less", "Wanted less"),
                ],
                default="any",
                max_length=12,
                verbose_name="direction",
            ),
        ),
        migrations.AddField(
            model_name="tip",
            name="points_from",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="The fewest points that it is for, 0 to 10.",
                verbose_name="points from",
            ),
        ),
        migrations.AddField(
            model_name="tip",
            name="points_to",
            field=models.PositiveSmallIntegerField(
                default=10,
                help_text="The most points that it is for, 0 to 10.",
                verbose_name="points to",
            ),
        ),
        migrations.AddField(
            model_name="tip",
            name="published_from",
            field=models.DateField(
                blank=True,
                help_text="A published tip shows from this day on (UTC); empty: at once.",
                null=True,
                verbose_name="published from",
            ),
        ),
        migrations.AddField(
            model_name="tip",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                default="published",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="seeks_as",
            field=models.CharField(
                blank=True,
                choices=[
                    ("candidate", "I look for a job"),
                    ("employer", "I look for people"),
                    ("both", "Both"),
                ],
                default="",
                db_default="",
                help_text="Which tips on job seeking are for this person; empty until they say.",
                max_length=10,
                verbose_name="side of job seeking",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltip",
            name="text",
            field=models.TextField(
                help_text="Markdown: *emphasis*, **strong**, [a link](https://…), lists. No HTML.",
                max_length=1000,
                validators=[
                    django.core.validators.MaxLengthValidator(1000),
                    purposeapp.advice.markdown.validate_markdown,
                ],
                verbose_name="text",
            ),
        ),
        migrations.AlterField(
            model_name="tip",
            name="text",
            field=models.TextField(
                help_text="Markdown: *emphasis*, **strong**, [a link](https://…), lists. No HTML.",
                max_length=1000,
                validators=[
                    django.core.validators.MaxLengthValidator(1000),
                    purposeapp.advice.markdown.validate_markdown,
                ],
                verbose_name="text",
            ),
        ),
        migrations.AddConstraint(
            model_name="tip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("points_from__lte", models.F("points_to")), ("points_to__lte", 10)
                ),
                name="tip_points_from_is_not_above_points_to",
                violation_error_message="“Points from” must not be above “points to”, and both are 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "direction__in",
                        ["any", "new", "rising", "falling", "gone", "wanted_more", "wanted_less"],
                    )
                ),
                name="tip_direction_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="tip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "gone"), _negated=True),
                    ("points_from", 0),
                    _connector="OR",
                ),
                name="tip_for_gone_begins_at_zero",
                violation_error_message="A purpose that is gone to zero has no points: let “points from” be 0.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction__in", ["new", "rising"]), _negated=True),
                    ("points_to__gte", 1),
                    _connector="OR",
                ),
                name="tip_for_rising_has_points",
                violation_error_message="A purpose that has risen has points: let “points to” be 1 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tip",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "published", "archived"])),
                name="tip_state_is_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("seeks_as__in", ["", "candidate", "employer", "both"])),
                name="user_seeks_as_is_known",
            ),
        ),
        migrations.AddField(
            model_name="tick",
            name="tip",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ticks",
                to="purposeapp.tip",
                verbose_name="tip",
            ),
        ),
        migrations.AddField(
            model_name="tick",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ticks",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="tick",
            constraint=models.UniqueConstraint(
                fields=("user", "tip"), name="tick_once_per_person_and_tip"
            ),
        ),
        migrations.AddConstraint(
            model_name="tick",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["done", "not_for_me"])),
                name="tick_verdict_is_known",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltip",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="tip",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
