from django.db import migrations

# A statement asks once a person, and reads no more of the index than the limit. Of two that
# commit at the same moment neither sees the other: the limit is against floods, not a count.
MAKE = """
CREATE FUNCTION purposeapp_refuse_too_many_assessments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT user_id FROM added) AS person WHERE EXISTS (
      SELECT FROM purposeapp_assessment assessment
      WHERE assessment.user_id = person.user_id OFFSET 10000
    )
  ) THEN
    RAISE EXCEPTION 'an account holds 10000 assessments'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_not_too_many';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER assessment_not_too_many AFTER INSERT ON purposeapp_assessment
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION purposeapp_refuse_too_many_assessments();
"""

DROP = """
DROP TRIGGER assessment_not_too_many ON purposeapp_assessment;
DROP FUNCTION purposeapp_refuse_too_many_assessments();
"""


class Migration(migrations.Migration):
    """Let an account hold 10,000 assessments; those that are there already stay."""

    dependencies = [("purposeapp", "0023_outgoing_mail")]

    operations = [migrations.RunSQL(MAKE, DROP)]
