"""What pages say."""

import re
from html import unescape

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """The words of the page's main part, without their markup."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", main).split())


def words_of(response: HttpResponse) -> str:
    """The same, as somebody reads it: without the escapes of HTML, and no space before a stop."""
    return re.sub(r" ([.,])", r"\1", unescape(text_of(response)))
