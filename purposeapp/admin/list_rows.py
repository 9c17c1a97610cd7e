"""Validation of the rows in a submitted list of tips, before Django's formset reads them."""

import re

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import ngettext

from purposeapp.models import Tip
from purposeapp.web.ids import is_id

MAX_ROWS = 1_000
ROW = re.compile("(?:initial-)?form-([0-9]+)-.+")


def leave_out_deleted_rows(request: HttpRequest) -> None:
    """Remove rows of tips deleted in the meantime from the submitted data, and say so.

    Otherwise Django's formset, which looks up each row, would fail on every retry. Raises
    BadRequest if the list's hidden data is missing or malformed: the number of rows, their ids,
    and the original values.
    """
    sent = request.POST
    count = sent.get("form-TOTAL_FORMS", "")
    if not is_id(count) or int(count) > MAX_ROWS or sent.get("form-INITIAL_FORMS") != count:
        raise BadRequest("not the number of rows that a list has")
    ids = [sent.get(f"form-{row}-id", "") for row in range(int(count))]
    if not all(map(is_id, ids)) or len(set(ids)) < len(ids):
        raise BadRequest("not the id of a row")
    if any(f"initial-form-{row}-position" not in sent for row in range(int(count))):
        raise BadRequest("a row without the value that was shown")
    there = set(Tip.objects.filter(pk__in=ids).values_list("pk", flat=True))
    left = [row for row, id in enumerate(ids) if int(id) in there]
    if len(left) == len(ids):
        return
    data = sent.copy()
    for name in sent:
        if ROW.fullmatch(name):
            del data[name]
    for new, old in enumerate(left):
        data[f"form-{new}-id"] = ids[old]
        data[f"form-{new}-position"] = sent.get(f"form-{old}-position", "")
        data[f"initial-form-{new}-position"] = sent[f"initial-form-{old}-position"]
    data["form-TOTAL_FORMS"] = data["form-INITIAL_FORMS"] = str(len(left))
    request.POST = data  # type: ignore[assignment]
    gone = len(ids) - len(left)
    said = ngettext(
        "%(n)d tip in this list was deleted in the meantime.",
        "%(n)d tips in this list were deleted in the meantime.",
        gone,
    )
    messages.warning(request, said % {"n": gone})
