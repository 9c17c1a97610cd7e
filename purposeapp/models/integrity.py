"""Integrity errors: continue a transaction after one, and find out which constraint failed."""

from contextlib import AbstractContextManager, nullcontext

from django.db import IntegrityError, connection, transaction


def savepoint_in_transaction() -> AbstractContextManager[None]:
    """Return a savepoint for an INSERT that may violate a constraint.

    Outside a transaction it does nothing: a single statement is atomic anyway, and
    `transaction.atomic()` would add a BEGIN and a COMMIT.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def violates(error: IntegrityError, constraint: str) -> bool:
    """Return whether this constraint caused the error, by the name that PostgreSQL reports."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == constraint
