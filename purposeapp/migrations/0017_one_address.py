from django.db import migrations

# The address that the account shows is the one that staff may have changed.
MEND = """
DELETE FROM account_emailaddress address USING purposeapp_user person
WHERE person.id = address.user_id AND lower(address.email) <> lower(person.email)
  AND (address.verified OR address.primary)
"""

MAKE = """
CREATE FUNCTION purposeapp_forget_other_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM account_emailaddress
  WHERE user_id = NEW.id AND lower(email) <> lower(NEW.email);
  RETURN NULL;
END $$;

CREATE TRIGGER user_has_one_address AFTER UPDATE OF email ON purposeapp_user
FOR EACH ROW WHEN (lower(OLD.email) <> lower(NEW.email))
EXECUTE FUNCTION purposeapp_forget_other_addresses();

CREATE FUNCTION purposeapp_follow_primary_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE purposeapp_user SET email = NEW.email
  WHERE id = NEW.user_id AND lower(email) <> lower(NEW.email);
  RETURN NULL;
END $$;

CREATE TRIGGER user_has_the_primary_address
AFTER INSERT OR UPDATE OF email, "primary" ON account_emailaddress
FOR EACH ROW WHEN (NEW.primary)
EXECUTE FUNCTION purposeapp_follow_primary_address();
"""

DROP = """
DROP TRIGGER user_has_the_primary_address ON account_emailaddress;
DROP FUNCTION purposeapp_follow_primary_address();
DROP TRIGGER user_has_one_address ON purposeapp_user;
DROP FUNCTION purposeapp_forget_other_addresses();
"""


class Migration(migrations.Migration):
    """Let the account's address and allauth's table never disagree, whoever changes either."""

    dependencies = [
        ("purposeapp", "0016_everyones_day"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        # Rows that were just deleted leave checks behind, which a table's new trigger waits for.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(MAKE, DROP),
    ]
