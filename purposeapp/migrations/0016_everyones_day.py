"""Time zones of people, the day of what was done on paper, and reminders that keep their day."""

import datetime

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0015_plainer_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="taken_on",
            field=models.DateField(
                blank=True,
                help_text="The day that was entered for a result done on paper; empty for any other.",
                null=True,
                verbose_name="day on paper",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="day_of_month",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="On which a periodic one comes back after a month that is too short for it.",
                null=True,
                verbose_name="day of the month",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="sequence",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="How often it has changed, by which calendars know the newer one (RFC 5545).",
                verbose_name="sequence",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="browser_time_zone",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What the browser said last; empty until it does.",
                max_length=64,
                verbose_name="time zone of the browser",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The one that was chosen, such as Pacific/Auckland; empty: the browser's.",
                max_length=64,
                verbose_name="time zone",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="due_on",
            field=models.DateField(
                blank=True,
                help_text="The day of the next mail, where its person is.",
                null=True,
                verbose_name="due on",
            ),
        ),
        # What was entered from paper until now is what stands at exactly midday, where no clock
        # that counts microseconds ever stood by chance.
        migrations.RunSQL(
            "UPDATE purposeapp_assessment SET taken_on = timezone('UTC', taken_at)::date"
            " WHERE timezone('UTC', taken_at)::time = '12:00' AND taken_at < recorded_at",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_on", None),
                    models.Q(
                        (
                            "taken_on__gt",
                            django.db.models.expressions.CombinedExpression(
                                models.Func(
                                    models.Value("UTC"),
                                    models.F("taken_at"),
                                    function="timezone",
                                    output_field=models.DateTimeField(),
                                ),
                                "-",
                                models.Value(datetime.timedelta(days=1, seconds=43200)),
                            ),
                        ),
                        (
                            "taken_on__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.Func(
                                    models.Value("UTC"),
                                    models.F("taken_at"),
                                    function="timezone",
                                    output_field=models.DateTimeField(),
                                ),
                                "+",
                                models.Value(datetime.timedelta(seconds=50400)),
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="assessment_day_on_paper_fits_its_time",
                violation_error_message="This date is in the future.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("day_of_month", None), ("day_of_month__range", (1, 31)), _connector="OR"
                ),
                name="reminder_day_of_month_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("browser_time_zone__regex", "^([A-Za-z][A-Za-z0-9_+/-]*)?$"),
                    ("time_zone__regex", "^([A-Za-z][A-Za-z0-9_+/-]*)?$"),
                ),
                name="user_time_zones_look_like_names",
            ),
        ),
    ]
