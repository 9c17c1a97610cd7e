"""Reordering of tips: swaps a tip with its neighbor."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from purposeapp.forms.tip import POSITION_STEP
from purposeapp.models import Tip


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
        tips[place], tips[other] = tips[other], tips[place]
        changed = _renumber(tips)
        bulk_update_with_history(changed, Tip, ["position"], default_user=request.user)
        messages.success(request, _("“%(tip)s” moved.") % {"tip": tip})


def _renumber(tips: list[Tip]) -> list[Tip]:
    """Assign the tips' existing position numbers in this order, and return the changed tips.

    If two have the same number, all get new ones.
    """
    numbers = sorted({tip.position for tip in tips})
    if len(numbers) < len(tips):
        step = POSITION_STEP if len(tips) < 3_000 else 1
        numbers = [step * place for place in range(1, len(tips) + 1)]
    changed = []
    for tip, number in zip(tips, numbers, strict=True):
        if tip.position != number:
            tip.position = number
            changed.append(tip)
    return changed
