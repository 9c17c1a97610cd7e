from typing import Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

M = TypeVar("M", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[M]):
    """Row-level ownership: rows that belong to one person, in the field `owner`.

    Whatever is shown to a person begins with `for_user`, the one place where ownership is checked.
    """

    owner = "user"

    def for_user(self, user: models.Model | AnonymousUser) -> Self:
        """Those of one person, and nobody else's.

        Whoever is not signed in has none, and no question is put to PostgreSQL.
        """
        return (
            self.none() if isinstance(user, AnonymousUser) else self.filter(**{self.owner: user.pk})
        )
