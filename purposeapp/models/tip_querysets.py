"""Queries that tips and their historical versions share."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from simple_history.manager import HistoricalQuerySet


class DatedQuerySet(models.QuerySet[Any]):
    """Tips with an optional publication date, or historical versions of them."""

    def published_on(self, day) -> Self:
        """Return those that readers see on a day (UTC)."""
        return self.filter(Q(published_from=None) | Q(published_from__lte=day), state="published")


class TipHistoryQuerySet(DatedQuerySet, HistoricalQuerySet):
    """Historical versions of tips."""

    def as_readers_saw_them(self, timestamp: datetime) -> Self:
        """Return a snapshot of the tips that were published at a timestamp.

        Each is the newest version at that time; of versions with the same time, the later row.
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
