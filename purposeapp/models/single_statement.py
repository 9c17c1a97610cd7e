from contextlib import AbstractContextManager, nullcontext

from django.db import IntegrityError, connection, transaction


def savepoint_in_transaction() -> AbstractContextManager[None]:
    """A savepoint within a transaction; outside of one nothing: one statement is atomic by itself.

    Around an INSERT that may meet a unique constraint. `transaction.atomic()` alone would send a
    BEGIN and a COMMIT with each.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def violates(error: IntegrityError, constraint: str) -> bool:
    """Whether it is this constraint that PostgreSQL names."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == constraint
