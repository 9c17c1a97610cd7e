from typing import Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

M = TypeVar("M", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[M]):
    """Row-level ownership: rows belong to the person in the field named by `owner`.

    Everything that is shown to a person begins with `for_user`, or with a compiled query that takes
    the person. Nothing else checks ownership.
    """

    owner = "user"

    def for_user(self, user: models.Model | AnonymousUser) -> Self:
        """Return the rows of one person; none, and without a query, for an anonymous user."""
        return (
            self.none() if isinstance(user, AnonymousUser) else self.filter(**{self.owner: user.pk})
        )
