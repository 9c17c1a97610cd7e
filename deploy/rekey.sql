-- Makes (user_id, id) the primary key of the tables of personal data, and removes what would prevent
-- their distribution by user_id. Run it once, on the tables as migrated, while nothing writes, as the
-- role that owns the tables (the one in DATABASE_URL) or as a superuser:
--
--     psql "$DATABASE_URL" --single-transaction --set ON_ERROR_STOP=1 --file deploy/rekey.sql
--
-- The site works the same on the changed tables, as tests/test_statements_of_one_person.py checks.
-- docs/scale.md says what changes: no foreign key refers to the account any more.

-- These tables are distributed and the table of accounts is not, so no foreign key can lead from one to
-- the other. distribute.sql recreates the one from ticks to tips.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS owner, conname
        FROM pg_constraint
        WHERE contype = 'f'
          AND conrelid IN (
              'purposeapp_assessment'::regclass, 'purposeapp_goal'::regclass,
              'purposeapp_tick'::regclass, 'purposeapp_reminder'::regclass
          )
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.owner, found.conname);
    END LOOP;
END
$$;

-- Every unique index of a distributed table must include user_id.
ALTER TABLE purposeapp_assessment
    DROP CONSTRAINT purposeapp_assessment_pkey,
    ADD PRIMARY KEY (user_id, id);
ALTER TABLE purposeapp_goal
    DROP CONSTRAINT purposeapp_goal_pkey,
    ADD PRIMARY KEY (user_id, id);
ALTER TABLE purposeapp_tick
    DROP CONSTRAINT purposeapp_tick_pkey,
    ADD PRIMARY KEY (user_id, id);

-- 122 random bits are unique without a constraint. The link in a mail looks up a reminder by its key
-- alone, so an index remains.
ALTER TABLE purposeapp_reminder
    DROP CONSTRAINT purposeapp_reminder_stop_key_key;
CREATE INDEX reminder_stop_key ON purposeapp_reminder (stop_key);

-- Citus refuses tables with an identity column; a sequence that the column owns does the same. It must
-- have the table's owner, who isn't the superuser that may run this.
DO $$
DECLARE
    name text;
    following bigint;
BEGIN
    FOREACH name IN ARRAY ARRAY['purposeapp_goal', 'purposeapp_tick', 'purposeapp_tip'] LOOP
        EXECUTE format('SELECT COALESCE(MAX(id), 0) + 1 FROM %I', name) INTO following;
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id DROP IDENTITY', name);
        EXECUTE format('CREATE SEQUENCE %I START %s', name || '_number', following);
        EXECUTE format(
            'ALTER SEQUENCE %I OWNER TO %I', name || '_number',
            (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = name::regclass)
        );
        EXECUTE format(
            'ALTER TABLE %I ALTER COLUMN id SET DEFAULT nextval(%L)', name, name || '_number'
        );
        EXECUTE format('ALTER SEQUENCE %I OWNED BY %I.id', name || '_number', name);
    END LOOP;
END
$$;
