"""Keyset pagination: a page of rows, with the cursor of the next page."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """A page of an ordered queryset, and the first row of the next page, if there is one."""

    rows: list[M]
    following: M | None

    @classmethod
    def of(cls, rows: QuerySet[M, Any] | list[M], size: int) -> "Page[M]":
        """Return the first `size` rows. Fetches one more to see if there is a next page."""
        found = list(rows[: size + 1])
        return cls(found[:size], found[size] if len(found) > size else None)

    @property
    def cursor(self) -> M | None:
        """The row after which the next page begins; None on the last page."""
        return self.rows[-1] if self.following else None
