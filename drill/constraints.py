"""Re-check every constraint against every row, instead of trusting PostgreSQL's catalog."""

import psycopg

RULES = """
SELECT conrelid::regclass::text, conname, contype, convalidated, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
ORDER BY 1, 2
"""


def rules(connection: psycopg.Connection) -> list[tuple]:
    """Return all constraints: table, name, type, whether it is validated, and its definition."""
    return connection.execute(RULES).fetchall()


def broken_rules(connection: psycopg.Connection) -> list[str]:
    """Return a message for each constraint that some row violates.

    Check constraints are queried, foreign keys added again, and indexes read by amcheck.
    """
    found = []
    for table, name, kind, is_validated, text in rules(connection):
        if not is_validated:
            found.append(f"{name} was never validated")
        if kind == "c":
            condition = text.removeprefix("CHECK ")
            [count] = connection.execute(
                f"SELECT count(*) FROM {table} WHERE NOT ({condition})"
            ).fetchone()
            if count:
                found.append(f"{count} rows of {table} violate {name}")
        if kind == "f":
            # Adding the same foreign key again checks every row.
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT drill_again {text}")
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT drill_again")
    connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    # Each row is in each index, and a unique index has no value twice.
    connection.execute(
        "SELECT bt_index_check(c.oid, true, i.indisunique) FROM pg_index i JOIN pg_class c"
        " ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree'"
        " AND c.relnamespace = 'public'::regnamespace"
    )
    connection.execute("DROP EXTENSION amcheck")
    return found
