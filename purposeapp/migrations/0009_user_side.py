from django.db import migrations, models


class Migration(migrations.Migration):
    """Call the side of job seeking by one word in the code. The column keeps its name."""

    dependencies = [("purposeapp", "0008_validate_constraints")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("user", "user_seeks_as_is_known"),
                migrations.RenameField("user", "seeks_as", "side"),
                migrations.AlterField(
                    "user",
                    "side",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("candidate", "I look for a job"),
                            ("employer", "I look for people"),
                            ("both", "Both"),
                        ],
                        db_column="seeks_as",
                        db_default="",
                        default="",
                        help_text="Which tips on job seeking are for this person; empty until they say.",
                        max_length=10,
                        verbose_name="side of job seeking",
                    ),
                ),
                migrations.AddConstraint(
                    "user",
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["", "candidate", "employer", "both"])),
                        name="user_seeks_as_is_known",
                    ),
                ),
            ]
        )
    ]
