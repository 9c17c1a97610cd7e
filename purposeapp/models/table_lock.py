from django.db import connection, models


def lock_table(model: type[models.Model]) -> None:
    """Take a table lock: until this transaction ends, others can read rows but not change them.

    Call it before reading rows whose changes depend on what was read.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
