"""Extract the text of pages."""

import re
from datetime import date
from html import unescape

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """Return the text of the page's main element, without markup."""
    main = re.search("<main[^>]*>(.*)</main>", response.content.decode(), re.DOTALL)[1]
    return " ".join(re.sub("<[^>]+>", " ", main).split())


def words_of(response: HttpResponse) -> str:
    """Return `text_of` as people read it: HTML unescaped, no space before a period or comma."""
    return re.sub(r" ([.,])", r"\1", unescape(text_of(response)))


def in_words(day: date) -> str:
    """Return a day as English pages show it, such as 1 November 2026."""
    return f"{day.day} {day:%B %Y}"


def said(response: HttpResponse) -> list[str]:
    """Return the messages on the page."""
    return [str(message) for message in response.context["messages"]]
