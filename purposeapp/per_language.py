"""Memoization of translated texts: each value is put into words once for each language."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from django.utils.translation import get_language

F = TypeVar("F", bound=Callable[..., Any])

MAX_KEPT = 10_000
"""The number of results that a worker caches for each function (LRU)."""


def per_language(function: F) -> F:
    """Decorator that caches a function's results for each active language.

    The result may depend only on the arguments, which must be hashable, and on the language.
    """

    @lru_cache(maxsize=MAX_KEPT)
    def known(_language: str | None, *args: Hashable) -> Any:
        return function(*args)

    @wraps(function)
    def wrapper(*args: Hashable) -> Any:
        return known(get_language(), *args)

    return cast(F, wrapper)
