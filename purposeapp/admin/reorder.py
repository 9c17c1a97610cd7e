"""Reordering of tips: swaps a tip with its neighbor."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from purposeapp.forms.tip import POSITION_STEP
from purposeapp.models import Tip

MOVED = "Moved in the list"
"""The change reason in the history of a tip whose position has changed."""


@transaction.atomic
def move(request: HttpRequest, tip_id: int, *, down: bool) -> None:
    """Swap a tip with the one before or after it, skipping archived ones.

    Does nothing if the tip has been deleted in the meantime.
    """
    Tip.lock_table()
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
    else:
        changed = _swap(tips, place, other)
        bulk_update_with_history(
            changed,
            Tip,
            ["position"],
            default_user=request.user,
            default_change_reason=MOVED,
        )
        messages.success(request, _("“%(tip)s” moved.") % {"tip": tip})


def _swap(tips: list[Tip], place: int, other: int) -> list[Tip]:
    """Swap two neighbors in the list, and return the tips whose position number has changed.

    They swap their numbers, unless one of these is also another tip's: then all get new ones.
    """
    numbers = [tip.position for tip in tips]
    tips[place], tips[other] = tips[other], tips[place]
    if any(numbers.count(numbers[index]) > 1 for index in (place, other)):
        step = POSITION_STEP if len(tips) < 3_000 else 1
        numbers = [step * index for index in range(1, len(tips) + 1)]
    changed = []
    for tip, number in zip(tips, numbers, strict=True):
        if tip.position != number:
            tip.position = number
            changed.append(tip)
    return changed
