-- Distributes what one person owns by user_id, with Citus 12 or newer. Run it on the coordinator,
-- after rekey.sql (which drops the foreign keys and makes the keys anew), while nothing writes:
--
--     psql --set ON_ERROR_STOP=1 --file deploy/distribute.sql
--
-- PLANNED, NOT RUN: there was no Citus to try it on. docs/scale.md says what was tried.

CREATE EXTENSION IF NOT EXISTS citus;

-- No trigger can be on a distributed table. That of 10,000 results an account then holds for an
-- import alone, which counts by itself.
DROP TRIGGER assessment_not_too_many ON purposeapp_assessment;

-- All rows of one person lie on one node, so that a statement that names the person goes there.
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

-- Tips are few, and read everywhere: each node has all of them.
SELECT create_reference_table('purposeapp_tip');

-- From a distributed table to a reference table a foreign key can lead.
ALTER TABLE purposeapp_tick
    ADD CONSTRAINT tick_tip FOREIGN KEY (tip_id) REFERENCES purposeapp_tip (id);

-- Accounts, sessions, limits, talks, rooms, and whatever is looked up by a key stay on the coordinator.
