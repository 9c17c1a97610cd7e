from django.db import migrations

# A statement asks once a person. The one that holds is kept, however long ago it was set.
MAKE = """
CREATE FUNCTION purposeapp_forget_oldest_goals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM purposeapp_goal WHERE id IN (
    SELECT oldest.id
    FROM (SELECT DISTINCT user_id FROM added) AS person
    CROSS JOIN LATERAL (
      SELECT id FROM purposeapp_goal
      WHERE user_id = person.user_id
      ORDER BY ended_at IS NOT NULL, set_at DESC, id DESC OFFSET 10000
    ) AS oldest
  );
  RETURN NULL;
END $$;

CREATE TRIGGER goal_keeps_the_latest AFTER INSERT ON purposeapp_goal
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION purposeapp_forget_oldest_goals();
"""

DROP = """
DROP TRIGGER goal_keeps_the_latest ON purposeapp_goal;
DROP FUNCTION purposeapp_forget_oldest_goals();
"""


class Migration(migrations.Migration):
    """Let an account keep its latest 10,000 goals; those of an account that sets none stay."""

    dependencies = [("purposeapp", "0029_a_label_for_each_talk")]

    operations = [migrations.RunSQL(MAKE, DROP)]
