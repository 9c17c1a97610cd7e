"""Hold what was there before against the rules of 0005 and 0006.

Apart from them, since validating a rule locks nobody out only in a transaction of its own. Clocks
of two machines differ a little, so a few assessments may be stored as taken just after they were
recorded.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0007_tips_for_change")]

    operations = [
        migrations.RunSQL(
            "UPDATE purposeapp_assessment SET taken_at = recorded_at WHERE taken_at > recorded_at",
            migrations.RunSQL.noop,
        ),
        *(
            ValidateConstraint("assessment", name)
            for name in (
                "assessment_not_taken_in_the_future",
                "assessment_event_is_known",
                "assessment_event_has_own_words_if_it_is_another",
            )
        ),
        ValidateConstraint("user", "user_seeks_as_is_known"),
    ]
