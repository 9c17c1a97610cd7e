import datetime
import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0018_truer_portraits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Talk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.ProhibitNullCharactersValidator(),
                            django.core.validators.RegexValidator(
                                "(?i)(://|www\\.|@)",
                                "Enter just a name, without a web or email address.",
                                inverse_match=True,
                            ),
                        ],
                        verbose_name="your name",
                    ),
                ),
                ("invite_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "guest_hash",
                    models.CharField(editable=False, max_length=64, null=True, unique=True),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("started_at", models.DateTimeField(editable=False, null=True)),
                ("inviter_agreed_at", models.DateTimeField(editable=False, null=True)),
                ("guest_agreed_at", models.DateTimeField(editable=False, null=True)),
                ("inviter_withdrew_at", models.DateTimeField(editable=False, null=True)),
                ("guest_withdrew_at", models.DateTimeField(editable=False, null=True)),
                (
                    "guest",
                    models.ForeignKey(
                        help_text="Empty for a guest without an account.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="talks_as_guest",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="guest",
                    ),
                ),
                (
                    "inviter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="talks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="inviter",
                    ),
                ),
            ],
            options={
                "verbose_name": "talk",
                "verbose_name_plural": "talks",
            },
        ),
        migrations.CreateModel(
            name="TalkAnswer",
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
                (
                    "side",
                    models.CharField(
                        choices=[("inviter", "inviter"), ("guest", "guest")], max_length=10
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("now", "now"), ("future", "future"), ("guess", "guess")],
                        max_length=10,
                    ),
                ),
                (
                    "talk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="purposeapp.talk",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer in a talk",
                "verbose_name_plural": "answers in talks",
            },
        ),
        migrations.CreateModel(
            name="TalkNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("inviter", "inviter"), ("guest", "guest")], max_length=10
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        max_length=2000,
                        validators=[
                            django.core.validators.MaxLengthValidator(2000),
                            django.core.validators.ProhibitNullCharactersValidator(),
                        ],
                        verbose_name="note",
                    ),
                ),
                (
                    "talk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="purposeapp.talk",
                    ),
                ),
            ],
            options={
                "verbose_name": "note in a talk",
                "verbose_name_plural": "notes in talks",
            },
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(("inviter_withdrew_at", None), ("name", ""), _connector="XOR"),
                name="talk_has_a_name_until_the_inviter_withdraws",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__iregex", "(://|www\\.|@)"), _negated=True),
                name="talk_name_holds_no_address",
                violation_error_message="Enter just a name, without a web or email address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("invite_hash__regex", "^[0-9a-f]{64}$"),
                    models.Q(
                        ("guest_hash", None),
                        ("guest_hash__regex", "^[0-9a-f]{64}$"),
                        _connector="OR",
                    ),
                ),
                name="talk_keys_are_stored_as_hashes",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("guest_hash", None), ("started_at", None)),
                    models.Q(("guest_hash__isnull", False), ("started_at__isnull", False)),
                    _connector="OR",
                ),
                name="talk_starts_with_a_key_for_the_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("started_at", None),
                    models.Q(
                        ("started_at__gte", models.F("made_at")),
                        (
                            "started_at__lt",
                            django.db.models.expressions.CombinedExpression(
                                models.F("made_at"), "+", models.Value(datetime.timedelta(days=14))
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="talk_starts_while_its_invitation_holds",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("started_at__isnull", False),
                    models.Q(
                        ("guest", None),
                        ("guest_agreed_at", None),
                        ("guest_withdrew_at", None),
                        ("inviter_agreed_at", None),
                    ),
                    _connector="OR",
                ),
                name="talk_is_answered_once_it_started",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("guest", None),
                    ("inviter", None),
                    models.Q(("guest", models.F("inviter")), _negated=True),
                    _connector="OR",
                ),
                name="talk_is_between_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("inviter__isnull", False),
                    ("inviter_withdrew_at__isnull", False),
                    _connector="OR",
                ),
                name="talk_without_inviter_is_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("business_driven__gte", 0), ("business_driven__lte", 10)),
                name="talkanswer_business_driven_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("community_spirit__gte", 0), ("community_spirit__lte", 10)),
                name="talkanswer_community_spirit_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("learning_sponge__gte", 0), ("learning_sponge__lte", 10)),
                name="talkanswer_learning_sponge_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("job_seeking__gte", 0), ("job_seeking__lte", 10)),
                name="talkanswer_job_seeking_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("vanity_project__gte", 0), ("vanity_project__lte", 10)),
                name="talkanswer_vanity_project_0_to_10",
                violation_error_message="Enter a whole number from 0 to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
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
                name="talkanswer_spends_ten_points",
                violation_error_message="The points must add up to 10.",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.UniqueConstraint(
                fields=("talk", "side", "kind"), name="talkanswer_once_for_a_side_and_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["inviter", "guest"])),
                name="talkanswer_side_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["now", "future", "guess"])),
                name="talkanswer_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="talknote",
            constraint=models.UniqueConstraint(
                fields=("talk", "side"), name="talknote_once_for_a_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="talknote",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["inviter", "guest"])),
                name="talknote_side_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="talknote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="talknote_has_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="talknote",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("text"), 2000
                ),
                name="talknote_not_too_long",
            ),
        ),
    ]
