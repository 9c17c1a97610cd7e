"""Fragment caching: what is the same for the same values is rendered once, and kept as a string.

A row of a form with its points, a tip that nobody has ticked, the foot of every page, and a whole
page before anybody has typed into it: there are finitely many of each, and they repeat all day.

What is of one person or one moment (a CSRF token, an email address) is *late*: it has a place in
the fragment, and is filled in after. So pages of people share a fragment, and none keeps a person.
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
"""How many a worker keeps. The least recently used give way."""
TOKEN = secrets.token_hex(8)
"""Unguessable, so that nothing that people or staff write looks like the place of a late value."""
MAX_LENGTH = 2_000
"""Characters of a value that is kept: what somebody typed may be of any length."""

Context = Mapping[str, Any]


class _Uncompared:
    """Something that comes along with a key of the cache, and is no part of it.

    The cache keeps the key. What comes along may hold a person, so it is taken out when it is used.
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
    """Render a template that is given these values and nothing else, from the cache if it can.

    It is a function of the values and of the language. Values that are equal must render equally:
    each name always holds the same type.

    `late` values stand in the template as `{{ name }}`, in text or in a quoted attribute, and can
    be neither filtered nor tested. Where it needs what has no hash, such as a form, `context` makes
    that of the values and of what stands for the late ones, and depends on nothing else.
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
    """What was rendered, and between its parts the names of what is late."""
    given = dict(values) | {name: f"late-{name}-{TOKEN}" for name in late}
    html = render_to_string(template_name, dict(context.take()(given)))
    if not late:
        return [html]
    places = f"late-({'|'.join(late)})-{TOKEN}"
    return [mark_safe(part) for part in re.split(places, html)]  # noqa: S308
