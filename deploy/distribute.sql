-- Distributes the tables of personal data by user_id, with Citus 12 or newer. Run it on the coordinator
-- after rekey.sql (which drops the foreign keys and rebuilds the primary keys), while nothing writes, as a
-- superuser, since it creates an extension:
--
--     psql --username=postgres --dbname=five_purposes --set ON_ERROR_STOP=1 --file deploy/distribute.sql
--
-- PLANNED, NOT RUN: there was no Citus to try it on. docs/scale.md says what was tried.

CREATE EXTENSION IF NOT EXISTS citus;

-- A distributed table can't have triggers. Without them, nothing limits an account's results to 10,000,
-- and only imports limit its goals.
DROP TRIGGER assessment_not_too_many ON purposeapp_assessment;
DROP TRIGGER goal_keeps_the_latest ON purposeapp_goal;

-- All rows of one person are on one node, so that a statement with a user_id goes to that node alone.
SELECT create_distributed_table('purposeapp_assessment', 'user_id');
SELECT create_distributed_table(
    'purposeapp_goal', 'user_id', colocate_with => 'purposeapp_assessment'
);
SELECT create_distributed_table(
    'purposeapp_tick', 'user_id', colocate_with => 'purposeapp_assessment'
);
SELECT create_distributed_table(
    'purposeapp_reminder', 'user_id', colocate_with => 'purposeapp_assessment'
);

-- Tips are few and read everywhere, so each node has a copy of all of them.
SELECT create_reference_table('purposeapp_tip');

-- A distributed table can have a foreign key to a reference table.
ALTER TABLE purposeapp_tick
    ADD CONSTRAINT tick_tip FOREIGN KEY (tip_id) REFERENCES purposeapp_tip (id);

-- Accounts, sessions, rate limits, talks, rooms, and all else that is looked up by a key stay on the
-- coordinator.
