"""Only tips about job seeking are for candidates or for employers alone.

Others that were became tips for everyone: who had named no side saw them already.
"""

from django.db import migrations, models
from django.utils import timezone

REASON = "For everyone"


def widen(apps, schema_editor):
    """Store the new audience, with a version of its history."""
    tips = apps.get_model("purposeapp", "Tip").objects
    for tip in tips.exclude(purpose="job_seeking").exclude(audience="everyone"):
        tip.audience = "everyone"
        tip.save()
        # Models in a migration keep no history of their own.
        apps.get_model("purposeapp", "HistoricalTip").objects.create(
            **{field.name: getattr(tip, field.name) for field in tip._meta.fields},
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0037_plainer_talk_question")]

    operations = [
        migrations.RunPython(widen, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="tip",
            constraint=models.CheckConstraint(
                condition=models.Q(audience="everyone") | models.Q(purpose="job_seeking"),
                name="tip_for_one_side_is_for_job_seeking",
                violation_error_message=(
                    "Only tips for job seeking can be for candidates or employers. "
                    "Choose “Everyone”."
                ),
            ),
        ),
    ]
