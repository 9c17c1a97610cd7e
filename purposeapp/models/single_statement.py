from contextlib import AbstractContextManager, nullcontext

from django.db import connection, transaction


def savepoint_in_transaction() -> AbstractContextManager[None]:
    """A savepoint within a transaction; outside of one nothing: one statement is atomic by itself.

    Around an INSERT that may meet a unique constraint. `transaction.atomic()` alone would send a
    BEGIN and a COMMIT with each.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
