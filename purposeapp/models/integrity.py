"""Integrity errors: to go on after one, and to tell which constraint it was."""

from contextlib import AbstractContextManager, nullcontext

from django.db import IntegrityError, connection, transaction


def savepoint_in_transaction() -> AbstractContextManager[None]:
    """A savepoint around an INSERT that may meet a unique constraint.

    Outside of a transaction it is nothing, since one statement is atomic by itself, and
    `transaction.atomic()` would send a BEGIN and a COMMIT with it.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def violates(error: IntegrityError, constraint: str) -> bool:
    """Whether it is this constraint that PostgreSQL names."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == constraint
