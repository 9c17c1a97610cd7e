"""The published content, read once for each version and cached in a worker's memory."""

from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from django.db import OperationalError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from purposeapp.advice.fit import Situation
from purposeapp.advice.portrait import Mix
from purposeapp.advice.selection import WrittenTip
from purposeapp.advice.tip_index import TipIndex
from purposeapp.models import CommunityPicture, PortraitPart, TalkQuestion, Tip
from purposeapp.split import Purpose, Split

from .latest_version import latest_version

HISTORICAL_FIELDS = (
    "id", "key", "purpose", "audience", "points_from", "points_to", "direction", "text", "position",
    "published_from",
)  # fmt: skip


MAX_INDEXES = 8
"""The number of earlier versions of all tips for which a worker caches an index (LRU)."""
MOMENT = timedelta(microseconds=1)


class Published:
    """The tips, portrait sentences, talk questions and the community's picture that readers see.

    Read-only, since requests share it.
    """

    def __init__(self) -> None:
        tips = list(Tip.objects.published().for_everyone_first())
        self.tips = TipIndex(tips)
        self._tips_on = {
            purpose: [tip for tip in tips if tip.purpose == purpose] for purpose in Purpose
        }
        self._parts = list(PortraitPart.objects.published())
        self._parts_for: dict[Split, list[PortraitPart]] = {}
        self._index_until = lru_cache(MAX_INDEXES)(_index_until)

    def tips_on(self, purpose: Purpose) -> list[Tip]:
        """Return all tips on a purpose, those for everyone first."""
        return self._tips_on[purpose]

    def parts_for(self, split: Split) -> list[PortraitPart]:
        """Return the sentences that are true for a split, from which its portrait is composed."""
        if split not in self._parts_for:
            self._parts_for[split] = list(filter(Mix(split).meets, self._parts))
        return self._parts_for[split]

    def tips_as_seen(
        self, timestamp: datetime, situation: Situation, declined: Collection[int]
    ) -> list[WrittenTip]:
        """Return the tips that fit, as readers saw them at a timestamp.

        Each has `can_be_ticked`, which is false if it has been deleted since. All timestamps
        between two changes of tips share a cached index.
        """
        following = bisect_right(self._changes, timestamp)
        until = self._changes[following] - MOMENT if following < len(self._changes) else None
        return list(self._index_until(until).fitting(situation, declined, on=timestamp.date()))

    @cached_property
    def questions(self) -> list[TalkQuestion]:
        """The published questions for talks."""
        return list(TalkQuestion.objects.published())

    @cached_property
    def community(self) -> CommunityPicture | None:
        """The picture of the community; None before the first release."""
        return CommunityPicture.objects.without_counts().first()

    @cached_property
    def _changes(self) -> list[datetime]:
        """The times of all changes of tips, in order."""
        return list(Tip.history.order_by("history_date").values_list("history_date", flat=True))


def _index_until(timestamp: datetime | None) -> TipIndex:
    """Return an index of the tips as readers saw them at a timestamp; None means now."""
    still_there = Exists(Tip.objects.filter(id=OuterRef("id")))
    tips = Tip.history.as_readers_saw_them(timestamp or timezone.now())
    return TipIndex(tips.annotate(can_be_ticked=still_there).only(*HISTORICAL_FIELDS))


_newest: tuple[str | None, Published | None] = (None, None)


def published() -> Published:
    """Return the published content, at most PUBLIC_PAGE_SECONDS old like public pages.

    While the database is unavailable, return the content that was read last. If there is none,
    raise OperationalError at once.
    """
    global _newest
    version = latest_version.get()
    known_version, known = _newest
    if known and version and version == known_version:
        return known
    if latest_version.is_away:
        raise OperationalError("PostgreSQL did not answer a moment ago")
    read = Published()
    if version:
        _newest = version, read
    return read


def forget_published() -> None:
    """Clear the cache, as in a new worker."""
    global _newest
    _newest = None, None
