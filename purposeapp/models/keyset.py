from collections.abc import Sequence

from django.db.models import Q


def keyset_after(ordering: Sequence[str], key: Sequence[object]) -> Q:
    """Keyset pagination: the condition for rows that come after `key` in an ordering.

    `ordering` names columns as `order_by` does, and `key` has a value for each; the last column is
    unique, so that no row is left out or comes twice. PostgreSQL reads the first condition off an
    index that begins like the ordering, however far down the page is.
    """
    name, value = ordering[0].lstrip("-"), key[0]
    beyond = "lt" if ordering[0].startswith("-") else "gt"
    if len(ordering) == 1:
        return Q((f"{name}__{beyond}", value))
    return Q((f"{name}__{beyond}e", value)) & ~(
        Q((name, value)) & ~keyset_after(ordering[1:], key[1:])
    )
