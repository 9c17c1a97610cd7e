"""What pages say."""

import re

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """The words of the page's main part, without their markup."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", main).split())
