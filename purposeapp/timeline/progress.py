"""How far somebody is on the way to their goal: now beside wanted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from purposeapp import sentences
from purposeapp.split import Move, Purpose, Split


class WantedSplit(Protocol):
    """What of a goal its progress is worked out from."""

    @property
    def split(self) -> Split: ...

    wanted_by: date | None
    set_at: datetime


@dataclass(frozen=True)
class Row:
    """One purpose in the table of both."""

    purpose: Purpose
    now: int | None
    wanted: int
    difference: str


@dataclass(frozen=True)
class Progress:
    """A goal, held against a split: the last one, or one that is played with."""

    goal: WantedSplit
    now: Split | None
    """None where nothing was recorded yet."""
    today: date

    @property
    def wanted(self) -> Split:
        return self.goal.split

    @property
    def moves(self) -> list[Move]:
        """The fewest moves that lead there."""
        return self.now.moves_to(self.wanted) if self.now else []

    @property
    def way(self) -> list[str]:
        """The same in words."""
        return [sentences.step(move) for move in self.moves]

    @property
    def way_left(self) -> str:
        return sentences.way_left(self.moves) if self.now else ""

    def since(self, then: Split) -> str:
        """How much nearer it is than it was from `then`, in words; empty before a `now`."""
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
        """What the day of the goal means today; empty where it has none."""
        return sentences.wanted_by(self.goal.wanted_by, today=self.today, is_there=self.is_there)

    @property
    def rows(self) -> list[Row]:
        """All five purposes in their order; without a `now`, there is no difference either."""
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
