"""The portrait of a split: a few sentences on what it's like, composed of parts that staff write.

A pure function of the split and the parts. A portrait has a sentence for each `Slot`: the most
specific part that is true for the split. So about 180 parts are enough for 1,001 portraits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purposeapp.split import BUDGET, Purpose, Split


class Slot(TextChoices):
    """The sentences of a portrait, in their order."""

    MIX = "mix", _("What the mix is like")
    STRENGTH = "strength", _("Its strength")
    BLIND_SPOT = "blind_spot", _("Its blind spot")
    THIS_WEEK = "this_week", _("One thing to do this week")


class Shape(TextChoices):
    """How the ten points are spread, on whichever purposes. Each split has exactly one shape."""

    ALL_ON_ONE = "all_on_one", _("All ten on one")
    HALVES = "halves", _("Half and half")
    EVEN = "even", _("Two on each of the five")
    TWO_PAIRS = "two_pairs", _("Two share the lead, two share second place")
    SHARED_BY_TWO = "shared_by_two", _("Two share the lead, otherwise")
    SHARED_BY_THREE = "shared_by_three", _("Three share the lead")
    MOSTLY = "mostly", _("One has more than half")
    LEADS = "leads", _("One leads with half or less")

    @classmethod
    def of(cls, split: Split) -> "Shape":
        """Return the shape of a split."""
        points = sorted(split, reverse=True)
        leaders = points.count(points[0])
        if leaders == 1:
            if points[0] == BUDGET:
                return cls.ALL_ON_ONE
            return cls.MOSTLY if points[0] > BUDGET // 2 else cls.LEADS
        if leaders == 2:
            if points[0] == BUDGET // 2:
                return cls.HALVES
            return cls.TWO_PAIRS if points[2] == points[3] else cls.SHARED_BY_TWO
        return cls.SHARED_BY_THREE if leaders == 3 else cls.EVEN


class WrittenPart(Protocol):
    """A sentence, and conditions on the splits it's true for. An empty condition is always met."""

    key: str
    slot: str
    shape: str
    first: str
    second: str
    third: str
    missing: str
    position: int
    text: str


@dataclass(frozen=True)
class Mix:
    """The properties of a split that parts have conditions on: shape, leaders, missing purposes.

    If several purposes share the lead, they are first, second and third in the fixed order of
    purposes. If one leads, the next one is second, unless several follow with the same points;
    there is no third. An even spread has no leaders.
    """

    split: Split

    @cached_property
    def shape(self) -> Shape:
        return Shape.of(self.split)

    @cached_property
    def leading(self) -> tuple[str | None, str | None, str | None]:
        """The purposes that are first, second and third; None for each that there isn't."""
        leaders = self.split.standouts
        if len(leaders) == 1:
            behind = self.split.spent[1:]
            most = max((self.split[purpose] for purpose in behind), default=0)
            followers = [purpose for purpose in behind if self.split[purpose] == most]
            leaders = leaders + (followers if len(followers) == 1 else [])
        elif self.shape is Shape.EVEN:
            leaders = []
        first, second, third, *_ = *(purpose.value for purpose in leaders), None, None, None
        return first, second, third

    @cached_property
    def missing(self) -> frozenset[str]:
        """The purposes that have no points."""
        return frozenset(purpose.value for purpose in Purpose if not self.split[purpose])

    def meets(self, part: WrittenPart) -> bool:
        """Return whether this split meets all conditions of a part."""
        first, second, third = self.leading
        return (
            part.shape in ("", self.shape)
            and part.first in ("", first)
            and part.second in ("", second)
            and part.third in ("", third)
            and (not part.missing or part.missing in self.missing)
        )


def _precedence(part: WrittenPart) -> tuple[bool, int, int, str]:
    """Sort key, most specific first: parts with a shape, then parts with more purposes."""
    purposes = (part.first, part.second, part.third, part.missing)
    return not part.shape, -sum(map(bool, purposes)), part.position, part.key


@dataclass(frozen=True)
class Portrait:
    """A sentence for each slot; None if no part fits the split."""

    mix: str | None
    strength: str | None
    blind_spot: str | None
    this_week: str | None

    @property
    def sentences(self) -> list[str]:
        """The sentences that aren't None, in their order."""
        slots = (self.mix, self.strength, self.blind_spot, self.this_week)
        return [sentence for sentence in slots if sentence]


def chosen(split: Split, parts: Iterable[WrittenPart]) -> dict[Slot, WrittenPart]:
    """Return the most specific part for each slot.

    If two are equally specific, the one with the smaller position is chosen.
    """
    mix = Mix(split)
    best: dict[Slot, WrittenPart] = {}
    for part in sorted(filter(mix.meets, parts), key=_precedence):
        best.setdefault(Slot(part.slot), part)
    return best


def compose(split: Split, parts: Iterable[WrittenPart]) -> Portrait:
    """Return the portrait of a split."""
    best = chosen(split, parts)
    texts = {slot.value: best[slot].text if slot in best else None for slot in Slot}
    return Portrait(**texts)


def without_text(parts: Iterable[WrittenPart]) -> dict[Slot, list[Split]]:
    """Return the splits that no part fits, for each slot that has any."""
    by_slot: dict[Slot, list[WrittenPart]] = {slot: [] for slot in Slot}
    for part in sorted(parts, key=_precedence, reverse=True):  # parts that fit most splits first
        by_slot[Slot(part.slot)].append(part)
    found: dict[Slot, list[Split]] = {}
    for mix in map(Mix, Split.all()):
        for slot, written in by_slot.items():
            if not any(map(mix.meets, written)):
                found.setdefault(slot, []).append(mix.split)
    return found
