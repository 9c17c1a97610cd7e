"""Extract the text of pages."""

import re
from html import unescape

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """Return the text of the page's main element, without markup."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", main).split())


def words_of(response: HttpResponse) -> str:
    """Return `text_of` as people read it: HTML unescaped, no space before a period or comma."""
    return re.sub(r" ([.,])", r"\1", unescape(text_of(response)))
