"""Memoization of what there is to say: a finite value is put into words once for each language."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from django.utils.translation import get_language

F = TypeVar("F", bound=Callable[..., Any])

MAX_KEPT = 10_000
"""How many answers of a function a worker keeps. The least recently used give way."""


def per_language(function: F) -> F:
    """Decorate a function of its arguments and of the language that is active, of nothing else."""

    @lru_cache(maxsize=MAX_KEPT)
    def known(_language: str | None, *args: Hashable) -> Any:
        return function(*args)

    @wraps(function)
    def wrapper(*args: Hashable) -> Any:
        return known(get_language(), *args)

    return cast(F, wrapper)
