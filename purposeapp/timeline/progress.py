"""Progress towards a goal: a split compared with the wanted one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from purposeapp import sentences
from purposeapp.split import Move, Purpose, Split


class WantedSplit(Protocol):
    """The fields of a goal that its progress depends on."""

    @property
    def split(self) -> Split: ...

    wanted_by: date | None
    set_at: datetime


@dataclass(frozen=True)
class Row:
    """A purpose in the table that compares both splits."""

    purpose: Purpose
    now: int | None
    wanted: int
    difference: str


@dataclass(frozen=True)
class Progress:
    """A goal compared with a split: the latest result, or one that the user tries out."""

    goal: WantedSplit
    now: Split | None
    """None if nothing has been recorded yet."""
    today: date
    is_imagined: bool = False
    """Whether `now` is only tried out."""

    @property
    def wanted(self) -> Split:
        return self.goal.split

    @property
    def moves(self) -> list[Move]:
        """The fewest moves to the goal."""
        return self.now.moves_to(self.wanted) if self.now else []

    @property
    def way(self) -> list[str]:
        """The moves in words."""
        return [sentences.step(move) for move in self.moves]

    @property
    def way_left(self) -> str:
        if not self.now:
            return ""
        return sentences.way_left(self.moves, is_imagined=self.is_imagined)

    @property
    def time_left(self) -> str:
        """How much of an hour the moves are, as a sentence."""
        return sentences.time_to_move(self.moves)

    def since(self, then: Split) -> str:
        """Return how much closer the goal is than it was from `then`; empty without a `now`."""
        if not self.now:
            return ""
        return sentences.moved_since(
            sum(move.points for move in then.moves_to(self.wanted)),
            sum(move.points for move in self.moves),
        )

    @property
    def is_there(self) -> bool:
        return self.now == self.wanted

    @property
    def by_when(self) -> str:
        """A sentence on the target date; empty if there is none, or `now` is only tried out."""
        if self.is_imagined:
            return ""
        return sentences.wanted_by(self.goal.wanted_by, today=self.today, is_there=self.is_there)

    @property
    def rows(self) -> list[Row]:
        """All five purposes in their fixed order; without a `now`, the differences are empty."""
        now, wanted = self.now, self.wanted
        return [
            Row(
                purpose,
                now[purpose] if now else None,
                wanted[purpose],
                sentences.signed(wanted[purpose] - now[purpose]) if now else "",
            )
            for purpose in Purpose
        ]
