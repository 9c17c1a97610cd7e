"""Asking PostgreSQL for the tips that decide what a result shows, and for no others."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, Q, Value, When, Window
from django.db.models.functions import RowNumber
from simple_history.manager import HistoricalQuerySet

from purposeapp.advice.fit import Direction, Situation
from purposeapp.advice.selection import MAX_NEEDED
from purposeapp.split import Purpose


def fits(situation: Situation) -> Q:
    """What `Situation.fits` says, as a condition on the columns of a tip."""
    condition = Q()
    for purpose in Purpose:
        points = situation.split[purpose]
        condition |= Q(
            purpose=purpose,
            points_from__lte=points,
            points_to__gte=points,
            direction__in=situation.directions(purpose),
        )
    return condition & Q(audience__in=situation.side.audiences)


class FittingQuerySet(models.QuerySet[Any]):
    """Ways to ask for tips that fit, whether as they are or as they were."""

    def published_on(self, day) -> Self:
        """Those that readers see on a day (UTC)."""
        return self.filter(Q(published_from=None) | Q(published_from__lte=day), state="published")

    def fitting(self, situation: Situation, declined: Collection[int] = ()) -> Self:
        """Those that `advice.choose` needs for a situation, however many there are in all.

        It takes the first few of a purpose, for some order in which those of one audience stand
        like here, and declined ones apart: so as many of each are enough.
        """
        movement_first = Case(When(direction=Direction.ANY, then=Value(1)), default=Value(0))
        groups: list = ["purpose", "audience", *([Q(id__in=declined)] if declined else [])]
        place = Window(
            RowNumber(),
            partition_by=groups,
            order_by=[movement_first, "position", "key"],
        )
        best = self.filter(fits(situation)).alias(place=place).filter(place__lte=MAX_NEEDED)
        return best.order_by()


class TipHistoryQuerySet(FittingQuerySet, HistoricalQuerySet):
    """Ways to ask for tips as they were."""

    def as_readers_saw_them(self, timestamp: datetime) -> Self:
        """Snapshot of the tips that were published at a timestamp.

        Each is the newest version by then; of two with the same timestamp the later one counts.
        """
        newest = (
            self.filter(history_date__lte=timestamp)
            .order_by("id", "-history_date", "-history_id")
            .distinct("id")
            .values("history_id")
        )
        return (
            self.filter(history_id__in=newest)
            .exclude(history_type="-")
            .published_on(timestamp.date())
        )
