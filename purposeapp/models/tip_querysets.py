"""Ways to ask for tips, as they are and as they were."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from simple_history.manager import HistoricalQuerySet


class DatedQuerySet(models.QuerySet[Any]):
    """Tips that may be published from a day on, whether as they are or as they were."""

    def published_on(self, day) -> Self:
        """Those that readers see on a day (UTC)."""
        return self.filter(Q(published_from=None) | Q(published_from__lte=day), state="published")


class TipHistoryQuerySet(DatedQuerySet, HistoricalQuerySet):
    """Tips as they were."""

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
