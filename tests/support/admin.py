"""Addresses and the text of pages in the admin."""

import re
from html import unescape

from django.utils.formats import date_format
from django.utils.timezone import localtime

from purposeapp.models import Tip

TIPS = "/admin/purposeapp/tip/"


def page_of_tip(tip: Tip, page: str = "change") -> str:
    return f"{TIPS}{tip.pk}/{page}/"


def by_position(purpose: str = "business_driven") -> list[str]:
    """Return the keys of the tips of a purpose in their order."""
    return list(Tip.objects.filter(purpose=purpose).by_position().values_list("key", flat=True))


def text_of(response) -> str:
    """Return the text of the whole page, without markup."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", response.content.decode())).split())


def listed(response) -> list[str]:
    """Return the keys of the rows in a change list."""
    return [row.key for row in response.context["cl"].result_list]


def changed_by(row, email: str = "editor@example.org") -> dict[str, str]:
    """Return the words with which messages name the latest change of a row."""
    date = date_format(localtime(row.history.first().history_date), "DATETIME_FORMAT")
    return {"name": email, "date": date}
