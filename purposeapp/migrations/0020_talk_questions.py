import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import purposeapp.models.versioned


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0019_talks"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalTalkQuestion",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.SlugField(
                        help_text="A short name that never changes.",
                        max_length=80,
                        verbose_name="key",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("nows_differ", "Past: where they differ most today"),
                            ("guest_moves", "Future: the guest's largest move"),
                            ("guest_stays", "Future: the guest wants no change"),
                            ("both_grow", "Future: both want more of it"),
                            ("guest_drops", "Future: the guest wants less of it, the inviter more"),
                            ("guest_grows", "Future: the guest wants more of it, the inviter less"),
                            ("path", "Future: the guest's path to community spirit"),
                            ("inviter_guessed", "Present: the inviter's guess was off"),
                            ("guest_guessed", "Present: the guest's guess was off"),
                            ("alike", "Present: both spend their points alike"),
                        ],
                        max_length=20,
                        verbose_name="topic",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("business_driven", "Business driven"),
                            ("community_spirit", "Community spirit"),
                            ("learning_sponge", "Learning sponge"),
                            ("job_seeking", "Job seeking"),
                            ("vanity_project", "Vanity project"),
                        ],
                        default="",
                        help_text="Only for this purpose, and then before the others. Empty: for all five.",
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="What the guest is asked. {name} is the inviter, {purpose} the purpose it is about.",
                        max_length=240,
                        validators=[django.core.validators.MaxLengthValidator(240)],
                        verbose_name="text",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=10000,
                        help_text="If two fit equally well, the smaller number is used.",
                        verbose_name="position",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical talk question",
                "verbose_name_plural": "historical talk questions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="TalkQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.SlugField(
                        help_text="A short name that never changes.",
                        max_length=80,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("nows_differ", "Past: where they differ most today"),
                            ("guest_moves", "Future: the guest's largest move"),
                            ("guest_stays", "Future: the guest wants no change"),
                            ("both_grow", "Future: both want more of it"),
                            ("guest_drops", "Future: the guest wants less of it, the inviter more"),
                            ("guest_grows", "Future: the guest wants more of it, the inviter less"),
                            ("path", "Future: the guest's path to community spirit"),
                            ("inviter_guessed", "Present: the inviter's guess was off"),
                            ("guest_guessed", "Present: the guest's guess was off"),
                            ("alike", "Present: both spend their points alike"),
                        ],
                        max_length=20,
                        verbose_name="topic",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("business_driven", "Business driven"),
                            ("community_spirit", "Community spirit"),
                            ("learning_sponge", "Learning sponge"),
                            ("job_seeking", "Job seeking"),
                            ("vanity_project", "Vanity project"),
                        ],
                        default="",
                        help_text="Only for this purpose, and then before the others. Empty: for all five.",
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="What the guest is asked. {name} is the inviter, {purpose} the purpose it is about.",
                        max_length=240,
                        validators=[django.core.validators.MaxLengthValidator(240)],
                        verbose_name="text",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=10000,
                        help_text="If two fit equally well, the smaller number is used.",
                        verbose_name="position",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
            ],
            options={
                "verbose_name": "talk question",
                "verbose_name_plural": "talk questions",
                "ordering": ["position", "key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "topic__in",
                                [
                                    "nows_differ",
                                    "guest_moves",
                                    "guest_stays",
                                    "both_grow",
                                    "guest_drops",
                                    "guest_grows",
                                    "path",
                                    "inviter_guessed",
                                    "guest_guessed",
                                    "alike",
                                ],
                            )
                        ),
                        name="talkquestion_topic_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    "",
                                    "business_driven",
                                    "community_spirit",
                                    "learning_sponge",
                                    "job_seeking",
                                    "vanity_project",
                                ],
                            )
                        ),
                        name="talkquestion_purpose_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="talkquestion_has_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published"])),
                        name="talkquestion_state_is_known",
                    ),
                ],
            },
            bases=(purposeapp.models.versioned.Versioned, models.Model),
        ),
    ]
