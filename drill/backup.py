"""Check that a backup made under load restores every row, constraint and index elsewhere."""

import re
from hashlib import md5

import psycopg
from psycopg import sql

from .cluster import Cluster
from .constraints import broken_rules, rules
from .site import Site

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2
"""
ROWS = "SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {} t"


LEFT_OUT = "the table purposeapp_roomanswer"
NOTHING = (0, md5(b"", usedforsecurity=False).hexdigest())


def compare_backup(cluster: Cluster, site: Site) -> list[str]:
    """Dump the server while it serves and restore it into an empty one; return what differs."""
    file = cluster.log.with_name("backup.dump")
    file.unlink(missing_ok=True)
    elsewhere = Cluster(cluster.log.with_name("restored"))
    try:
        with cluster.connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone()
            site.manage("backup", str(file), "--snapshot", snapshot, DATABASE_URL=cluster.url)
            was = contents(connection)
        elsewhere.create()
        site.manage("restore", str(file), DATABASE_URL=elsewhere.url)
        with elsewhere.connect() as connection:
            found = contents(connection)
            wrong = broken_rules(connection) + lagging(connection)
        # Backups leave out the answers in rooms.
        was[LEFT_OUT] = NOTHING
        return wrong + [
            f"after the restore, {name} differs: {difference(was[name], found.get(name))}"
            for name in was
            if was[name] != found.get(name)
        ]
    finally:
        elsewhere.stop()
        elsewhere.remove()


def difference(was: object, found: object) -> str:
    """Return what only the original has, and what only the restored database has."""
    if isinstance(was, list) and isinstance(found, list):
        return f"{[row for row in was if row not in found]} {[r for r in found if r not in was]}"
    return f"{was} {found}"


def contents(connection: psycopg.Connection) -> dict[str, object]:
    """Return each table's row count and checksum, with all constraints, indexes and columns."""
    found: dict[str, object] = {
        "the constraints": [(*rule[:-1], _meaning(rule[-1])) for rule in rules(connection)],
        "the indexes": connection.execute(INDEXES).fetchall(),
        "the columns": connection.execute(COLUMNS).fetchall(),
    }
    for (table,) in connection.execute(TABLES).fetchall():
        query = sql.SQL(ROWS).format(sql.Identifier(table))
        found[f"the table {table}"] = connection.execute(query).fetchone()
    return found


def _meaning(rule: str) -> str:
    """Strip text casts from a constraint: PostgreSQL moves them when it re-reads its own output."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", rule)


def lagging(connection: psycopg.Connection) -> list[str]:
    """Return the identity columns whose sequence would yield a number that is taken."""
    found = []
    columns = [row for row in connection.execute(COLUMNS).fetchall() if row[5] == "YES"]
    for table, column, *_ in columns:
        query = sql.SQL(
            "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass), 0)"
            " < coalesce(max({}), 0) FROM {}"
        ).format(sql.Identifier(column), sql.Identifier(table))
        [is_behind] = connection.execute(query, [f'"{table}"', column]).fetchone()
        if is_behind:
            found.append(f"after the restore, the sequence of {table} starts again")
    return found
