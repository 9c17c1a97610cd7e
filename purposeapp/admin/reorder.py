"""Reordering of tips: swaps a tip with its neighbor."""

from collections.abc import Iterator

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from simple_history.utils import bulk_update_with_history

from purposeapp.forms.tip import POSITION_STEP
from purposeapp.models import Tip
from purposeapp.models.table_lock import lock_table
from purposeapp.models.tip import MAX_POSITION

MOVED = "Moved in the list"
"""The change reason in the history of a tip that has another place in the list."""

RENUMBERED = "Renumbered"
"""The change reason of a tip that only makes room for the position number of another."""


def anchor_of(way: str, tip_id: int) -> str:
    """Return the id of the button that moves a tip up or down. A move leads back to it."""
    return f"{way}-{tip_id}"


@transaction.atomic
def move(request: HttpRequest, tip_id: int, *, down: bool) -> None:
    """Swap a tip with the one before or after it, skipping archived ones.

    Does nothing if the tip has been deleted in the meantime.
    """
    lock_table(Tip)
    tip = Tip.objects.filter(pk=tip_id).first()
    if tip is None:
        return
    tips = list(
        Tip.objects.filter(purpose=tip.purpose).exclude(state=Tip.State.ARCHIVED).by_position()
    )
    places = [other.pk for other in tips]
    place = places.index(tip.pk) if tip.pk in places else None
    other = None if place is None else place + (1 if down else -1)
    if place is None or other is None or not 0 <= other < len(tips):
        messages.info(request, _("“%(tip)s” can't be moved any further.") % {"tip": tip})
        return
    changed = list(_swap(tips, place, other))
    bulk_update_with_history(
        changed,
        Tip,
        ["position"],
        default_user=request.user,
        default_change_reason=MOVED,
    )
    said = ngettext(
        "“%(tip)s” is now number %(place)d of %(count)d tip for %(purpose)s.",
        "“%(tip)s” is now number %(place)d of %(count)d tips for %(purpose)s.",
        len(tips),
    )
    words = {"tip": tip, "place": other + 1, "purpose": tip.get_purpose_display()}
    messages.success(request, said % {**words, "count": len(tips)})


def _swap(tips: list[Tip], place: int, other: int) -> Iterator[Tip]:
    """Swap two neighbors in the list, and yield the tips whose position number has changed.

    They swap their numbers. A number that isn't larger than the one before it becomes so, and the
    tips after it too as far as needed.
    """
    first = min(place, other)
    numbers = [tip.position for tip in tips]
    before = numbers[first - 1] if first else -1
    tips[place], tips[other] = tips[other], tips[place]
    for index in range(first, len(tips)):
        if index > first + 1 and numbers[index] > before:
            break
        numbers[index] = before = max(numbers[index], before + 1)
    if before > MAX_POSITION:
        step = POSITION_STEP if len(tips) < 3_000 else 1
        numbers = [step * index for index in range(1, len(tips) + 1)]
    for index, (tip, number) in enumerate(zip(tips, numbers, strict=True)):
        if tip.position != number:
            tip.position = number
            if index not in (place, other):
                tip._change_reason = RENUMBERED  # type: ignore[attr-defined]
            yield tip
