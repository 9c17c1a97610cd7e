"""Coverage: which of the 1,001 splits have too few tips, or more than a page can show."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from purposeapp.advice.fit import Advisable, Direction, Side, Situation
from purposeapp.advice.selection import capacity
from purposeapp.split import BUDGET, Purpose, Split


def with_points(purpose: Purpose, points: int, like: Split | None = None) -> Split:
    """Return a split with `points` on `purpose`, and otherwise as similar to `like` as possible.

    The other purposes keep their points as far as there are enough, the smallest first. The
    largest of them gets what is left.
    """
    left = BUDGET - points
    others = [other for other in (like.ranked if like else Purpose) if other != purpose]
    found = {purpose: points}
    for other in reversed(others):
        found[other] = min(like[other], left) if like else 0
        left -= found[other]
    found[others[0]] += left
    return Split(*(found[purpose] for purpose in Purpose))


@dataclass(frozen=True)
class Coverage:
    """How many tips fit each split, for a reader with no history and no goal."""

    tips: Iterable[Advisable]
    side: Side = Side.BOTH

    @cached_property
    def counts(self) -> dict[Purpose, list[int]]:
        """For each purpose, the number of tips that fit if it has 0, 1, … 10 points."""
        counts = {purpose: [0] * (BUDGET + 1) for purpose in Purpose}
        situations = {
            purpose: [
                Situation(with_points(purpose, points), side=self.side)
                for points in range(BUDGET + 1)
            ]
            for purpose in Purpose
        }
        for tip in self.tips:
            purpose = Purpose(tip.purpose)
            for points, situation in enumerate(situations[purpose]):
                counts[purpose][points] += situation.fits(tip)
        return counts

    @cached_property
    def uncovered(self) -> list[Split]:
        """The splits with a purpose that has points but no tip."""
        return [
            split
            for split in Split.all()
            if not all(self.counts[purpose][split[purpose]] for purpose in split.spent)
        ]

    @cached_property
    def overfull(self) -> list[Split]:
        """The splits with a purpose for which more tips fit than a result can show."""
        return [
            split
            for split in Split.all()
            if any(
                self.counts[purpose][split[purpose]] > capacity(split[purpose])
                for purpose in Purpose
            )
        ]


def uncovered_for_some_side(tips: Iterable[Advisable]) -> set[Split]:
    """Return the splits that are uncovered for candidates, employers or people who are both."""
    tips = list(tips)
    return {split for side in Side for split in Coverage(tips, side).uncovered}


def movement(split: Split, purpose: Purpose, direction: Direction) -> Situation:
    """Return a situation with the current split `split` in which `purpose` moves in `direction`.

    Raises ValueError if that is impossible: a purpose without points can't have risen, for example.
    """
    points = split[purpose]
    earlier = {
        Direction.NEW: 0,
        # By two points if possible: a change of one point doesn't put the tip first.
        Direction.RISING: max(points - 2, 0),
        Direction.FALLING: min(points + 2, BUDGET),
        Direction.GONE: 1,
    }
    wanted = {Direction.WANTED_MORE: points + 1, Direction.WANTED_LESS: points - 1}
    situation = Situation(
        split,
        earlier=_other(split, purpose, earlier[direction]) if direction in earlier else None,
        wanted=_other(split, purpose, wanted[direction]) if direction in wanted else None,
    )
    if direction not in situation.directions(purpose):
        raise ValueError(f"{purpose} with {points} points: not {direction}")
    return situation


def _other(split: Split, purpose: Purpose, points: int) -> Split:
    return with_points(purpose, points, like=split)
