from django.db import migrations, models


class Migration(migrations.Migration):
    """Index assessments by their whole sort key, which ends with the time of entry and the id."""

    dependencies = [("purposeapp", "0040_goals_limit_once")]

    operations = [
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                models.F("user"),
                models.F("taken_at"),
                models.F("recorded_at"),
                models.F("id"),
                name="assessment_user_key",
            ),
        ),
        migrations.RemoveIndex(model_name="assessment", name="assessment_user_taken_at"),
    ]
