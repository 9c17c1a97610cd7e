"""Keyset pagination: a page of rows, and the row that the next page begins behind."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows of an ordered queryset, and the first one after them, if there are more."""

    rows: list[M]
    following: M | None

    @classmethod
    def of(cls, rows: QuerySet[M, Any] | list[M], size: int) -> "Page[M]":
        """The first `size` rows; one more is asked for, which tells if there is a next page."""
        found = list(rows[: size + 1])
        return cls(found[:size], found[size] if len(found) > size else None)

    @property
    def cursor(self) -> M | None:
        """The row that the next page begins behind; None on the last page."""
        return self.rows[-1] if self.following else None
