"""Fragment caching: a template that renders the same for the same values is rendered only once.

Examples are a row of a form with its points, a tip without a tick, the footer of all pages, and a
whole page with a blank form. There are a limited number of each, and they are used all the time.

Values of one person or one request (a CSRF token, an email address) are *late*: the fragment has
placeholders for them, which are filled in after it's read from the cache. So different people share
a fragment, and the cache contains nothing personal.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

MAX_FRAGMENTS = 2_000
"""The number of fragments that a worker caches (LRU)."""
TOKEN = secrets.token_hex(8)
"""A random part of placeholders, so that no text by people or staff can look like one."""
MAX_LENGTH = 2_000
"""The most characters of a value in a cached fragment. Typed values can be of any length."""

Context = Mapping[str, Any]


class _Uncompared:
    """An argument of a cached function that is not part of the cache key: all are equal.

    The cache keeps its arguments. The value may refer to a person, so `take` removes it.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def take(self) -> Any:
        value, self._value = self._value, None
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Uncompared)

    def __hash__(self) -> int:
        return 0


def fragment(
    template_name: str,
    *,
    late: Mapping[str, Any] | None = None,
    context: Callable[[Context], Context] = dict,
    **values: Hashable,
) -> SafeString:
    """Return a template rendered with these values and nothing else, from the cache if possible.

    The result depends only on the values and the active language. Values that are equal must render
    the same, so a name must always have a value of the same type.

    `late` values may be used as `{{ name }}` in text or in a quoted attribute, but not with filters
    or in tags: the template gets only placeholders. If it needs unhashable values, such as a form,
    `context` must return the template's context from the values and the placeholders alone.
    """
    late = late or {}
    too_long = any(isinstance(each, str) and len(each) > MAX_LENGTH for each in values.values())
    render = _render.__wrapped__ if settings.DEBUG or too_long else _render
    key = tuple(values.items()), tuple(late)
    parts = render(template_name, get_language(), *key, _Uncompared(context))
    if len(parts) == 1:
        return parts[0]
    filled = [conditional_escape(late[part]) if i % 2 else part for i, part in enumerate(parts)]
    return mark_safe("".join(filled))  # noqa: S308 (each part is rendered or escaped)


@lru_cache(maxsize=MAX_FRAGMENTS)
def _render(
    template_name: str,
    _language: str | None,
    values: tuple[tuple[str, Hashable], ...],
    late: tuple[str, ...],
    context: _Uncompared,
) -> list[SafeString]:
    """Return the parts of the rendered template, alternating with the names of late values."""
    given = dict(values) | {name: f"late-{name}-{TOKEN}" for name in late}
    html = render_to_string(template_name, dict(context.take()(given)))
    if not late:
        return [html]
    places = f"late-({'|'.join(late)})-{TOKEN}"
    return [mark_safe(part) for part in re.split(places, html)]  # noqa: S308
