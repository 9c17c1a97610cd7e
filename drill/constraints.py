"""Hold every rule of the tables against every row anew, whatever PostgreSQL believes."""

import psycopg

RULES = """
SELECT conrelid::regclass::text, conname, contype, convalidated, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
ORDER BY 1, 2
"""


def rules(connection: psycopg.Connection) -> list[tuple]:
    """All constraints: table, name, kind, whether it was validated, and what it says."""
    return connection.execute(RULES).fetchall()


def broken_rules(connection: psycopg.Connection) -> list[str]:
    """The rules that some row breaks, in words. Check constraints are asked for, indexes read."""
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
                found.append(f"{count} rows of {table} break {name}")
        if kind == "f":
            # Added anew beside the old one, it looks at every row.
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT drill_again {text}")
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT drill_again")
    connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    # Each row stands in each index, and a unique one holds no value twice.
    connection.execute(
        "SELECT bt_index_check(c.oid, true, i.indisunique) FROM pg_index i JOIN pg_class c"
        " ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree'"
        " AND c.relnamespace = 'public'::regnamespace"
    )
    connection.execute("DROP EXTENSION amcheck")
    return found
