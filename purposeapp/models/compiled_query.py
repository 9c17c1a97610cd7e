"""Compiled queries: Django compiles a queryset to SQL once, to run it with different parameters.

Two thirds of the time of a short query is Django's compilation to SQL, which gives the same SQL
each time. This is for the few queries that nearly every page of a person needs.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from inspect import signature
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models

M = TypeVar("M", bound=models.Model)

SAMPLES: dict[type, Callable[[int], Any]] = {
    int: lambda number: 1_000_000_000 + number,
    str: lambda number: f"parameter {number}",
    datetime: lambda number: datetime(1, 1, 1, microsecond=number, tzinfo=UTC),
    UUID: lambda number: UUID(int=number),
}
"""Sample values to compile with, by type. They're recognized among the parameters of the SQL."""


class _Part(NamedTuple):
    """The columns of a row that belong to one model."""

    model: type[models.Model]
    columns: slice
    names: list[str]
    attach: Callable[[Any, Any], None] | None
    """Sets the instance on the one that it was joined to; None for the first model."""


class _Compiled(NamedTuple):
    sql: str
    parameters: list[tuple[bool, Any]]
    """Pairs: (True, index of an argument) or (False, constant)."""
    parts: list[_Part]
    annotations: dict[str, int]
    """The names of annotations, and their columns."""


class CompiledQuery(Generic[M]):
    """Decorator for a function that builds a queryset: calling it runs the compiled query.

    Arguments must be annotated as int, str, datetime or UUID, and may only be used in comparisons.
    The queryset may use `select_related`, and `annotate` with values that need no conversion, but
    must not defer or depend on anything but the arguments.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]]) -> None:
        self._build = build

    def __call__(self, *arguments: Any) -> list[M]:
        """Run the query and return the rows as instances of the model."""
        compiled = self._compiled
        parameters = [arguments[it] if is_given else it for is_given, it in compiled.parameters]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, parameters)
            return [self._instance(compiled, row) for row in cursor.fetchall()]

    def first(self, *arguments: Any) -> M | None:
        """Run the query and return the first row as an instance, or None."""
        return next(iter(self(*arguments)), None)

    def _instance(self, compiled: _Compiled, row: tuple) -> M:
        first: Any = None
        for part in compiled.parts:
            values = row[part.columns]
            # If an outer join found no row, all values are NULL.
            is_there = part.attach is None or any(value is not None for value in values)
            instance = (
                part.model.from_db(DEFAULT_DB_ALIAS, part.names, values) if is_there else None
            )
            if part.attach:
                part.attach(first, instance)
            else:
                first = instance
        for name, column in compiled.annotations.items():
            setattr(first, name, row[column])
        return cast(M, first)

    @cached_property
    def _compiled(self) -> _Compiled:
        given = signature(self._build, eval_str=True).parameters.values()
        samples = [SAMPLES[each.annotation](number) for number, each in enumerate(given, 1)]
        compiler = self._build(*samples).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        assert set(samples) <= set(parameters), "an argument is not in the SQL"  # noqa: S101
        places = [
            (each in samples, samples.index(each) if each in samples else each)
            for each in parameters
        ]
        info = compiler.klass_info
        parts = []
        for each in (info, *info.get("related_klass_infos", [])):
            begin, end = each["select_fields"][0], each["select_fields"][-1] + 1
            names = [column[0].target.attname for column in compiler.select[begin:end]]
            parts.append(_Part(each["model"], slice(begin, end), names, each.get("local_setter")))
        return _Compiled(sql, places, parts, dict(compiler.annotation_col_map))
