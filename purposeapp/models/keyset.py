from collections.abc import Sequence

from django.db.models import Q


def keyset_after(ordering: Sequence[str], key: Sequence[object]) -> Q:
    """Return the condition of keyset pagination: rows that come after `key` in an ordering.

    `ordering` names columns as `order_by` does, and `key` has a value for each of them. The last
    column must be unique, so that no row is skipped or repeated. For the first condition,
    PostgreSQL can use an index that begins like the ordering, however deep the page is.
    """
    name, value = ordering[0].lstrip("-"), key[0]
    beyond = "lt" if ordering[0].startswith("-") else "gt"
    if len(ordering) == 1:
        return Q((f"{name}__{beyond}", value))
    return Q((f"{name}__{beyond}e", value)) & ~(
        Q((name, value)) & ~keyset_after(ordering[1:], key[1:])
    )
