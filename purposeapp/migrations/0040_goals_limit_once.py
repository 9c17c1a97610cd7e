from importlib import import_module

from django.db import migrations

# Not IN (SELECT …): where the statistics are of a small table, PostgreSQL reads and sorts a person's
# goals again for each of them, which took minutes. An ARRAY is computed once, whatever they say.
REPLACE = """
CREATE OR REPLACE FUNCTION purposeapp_forget_oldest_goals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM purposeapp_goal WHERE id = ANY (ARRAY(
    SELECT oldest.id
    FROM (SELECT DISTINCT user_id FROM added) AS person
    CROSS JOIN LATERAL (
      SELECT id FROM purposeapp_goal
      WHERE user_id = person.user_id
      ORDER BY ended_at IS NOT NULL, set_at DESC, id DESC OFFSET 10000
    ) AS oldest
  ));
  RETURN NULL;
END $$;
"""

before = import_module("purposeapp.migrations.0030_goals_limit")
RESTORE = before.DROP + before.MAKE


class Migration(migrations.Migration):
    """Find the goals beyond the limit once for each statement."""

    dependencies = [("purposeapp", "0039_more_and_fewer_points")]

    operations = [migrations.RunSQL(REPLACE, RESTORE)]
