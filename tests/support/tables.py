"""Count the rows of all tables, and copy them out and in again."""

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model


def rows_of_all_tables() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
    }


def copy_out(*models: type[Model]) -> dict[str, bytes]:
    """Return the rows of each non-empty table (or of these models' tables), as COPY writes them."""
    rows = {}
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        for table in tables or connection.introspection.django_table_names(only_existing=True):
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                if written := b"".join(copy):
                    rows[table] = written
    return rows


def copy_in(rows: dict[str, bytes]) -> None:
    """Refill the tables that are empty; the others still have their rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, written in rows.items():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if not cursor.fetchone()[0]:
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(written)
