"""What is published, read once for each of its versions and kept in a worker's memory."""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property

from django.db import OperationalError
from django.db.models import Exists, Max, OuterRef
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


class Published:
    """The tips, portrait sentences, talk questions and the community's picture that readers see.

    Requests share it: read-only.
    """

    def __init__(self) -> None:
        tips = list(Tip.objects.published().for_everyone_first())
        self.tips = TipIndex(tips)
        self._tips_on = {
            purpose: [tip for tip in tips if tip.purpose == purpose] for purpose in Purpose
        }
        self._parts = list(PortraitPart.objects.published())
        self._parts_for: dict[Split, list[PortraitPart]] = {}

    def tips_on(self, purpose: Purpose) -> list[Tip]:
        """All of a purpose, those for everyone first."""
        return self._tips_on[purpose]

    def parts_for(self, split: Split) -> list[PortraitPart]:
        """The sentences that the portrait of a split can be composed of."""
        if split not in self._parts_for:
            self._parts_for[split] = list(filter(Mix(split).meets, self._parts))
        return self._parts_for[split]

    def tips_as_seen(
        self, timestamp: datetime, situation: Situation, declined: Collection[int]
    ) -> list[WrittenTip]:
        """The tips that fit, as readers saw them at a timestamp.

        Each has `can_be_ticked`: one that was deleted since can't. Where nothing has changed since
        then, which is so for most, they come from memory.
        """
        if timestamp >= self._changed_at:
            return list(self._on_record.fitting(situation, declined, on=timestamp.date()))
        return list(_on_record_at(timestamp).fitting(situation, declined))

    @cached_property
    def questions(self) -> list[TalkQuestion]:
        """The questions that talks are given."""
        return list(TalkQuestion.objects.published())

    @cached_property
    def community(self) -> CommunityPicture | None:
        """The picture of the community; None before the first is released."""
        return CommunityPicture.objects.without_counts().first()

    @cached_property
    def _changed_at(self) -> datetime:
        newest = Tip.history.aggregate(newest=Max("history_date"))["newest"]
        return newest or datetime.min.replace(tzinfo=timezone.get_fixed_timezone(0))

    @cached_property
    def _on_record(self) -> TipIndex:
        return TipIndex(_on_record_at(timezone.now()))


def _on_record_at(timestamp: datetime):
    still_there = Exists(Tip.objects.filter(id=OuterRef("id")))
    tips = Tip.history.as_readers_saw_them(timestamp)
    return tips.annotate(can_be_ticked=still_there).only(*HISTORICAL_FIELDS)


_newest: tuple[str | None, Published | None] = (None, None)


def published() -> Published:
    """What is published now: at most PUBLIC_PAGE_SECONDS old, as public pages are.

    While the database does not answer, it is what was read last, else an outage at once.
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
    """Read it anew, as a new worker does."""
    global _newest
    _newest = None, None
