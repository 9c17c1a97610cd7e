"""Which tips fit a reader, by their split, previous split, goal and side of job seeking.

This module doesn't use the database. A tip is any object with the fields of `Advisable`.
"""

from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from purposeapp.split import Purpose, Split


class Audience(TextChoices):
    """Whom a tip is for. Job seeking has two sides that need different advice."""

    EVERYONE = "everyone", _("Everyone")
    CANDIDATE = "candidate", _("Candidates")
    EMPLOYER = "employer", _("Employers")


class Side(TextChoices):
    """The side of job seeking that a person is on."""

    CANDIDATE = "candidate", _("I'm looking for a job")
    EMPLOYER = "employer", _("I'm hiring")
    BOTH = "both", _("Both")

    @property
    def audiences(self) -> frozenset[Audience]:
        """The audiences of the tips that are for a person on this side."""
        return AUDIENCES[self]


AUDIENCES = {
    Side.CANDIDATE: frozenset({Audience.EVERYONE, Audience.CANDIDATE}),
    Side.EMPLOYER: frozenset({Audience.EVERYONE, Audience.EMPLOYER}),
    Side.BOTH: frozenset(Audience),
}


class Direction(TextChoices):
    """The movement of a purpose that a tip is for.

    New, rising, falling and gone compare with the previous split; wanted more and wanted less
    compare with the goal. A purpose that is new is also rising, and one that is gone has also
    fallen.
    """

    ANY = "any", _("Any")
    NEW = "new", _("New")
    RISING = "rising", _("Rising")
    FALLING = "falling", _("Falling")
    GONE = "gone", _("Dropped to zero")
    WANTED_MORE = "wanted_more", _("Goal is higher")
    WANTED_LESS = "wanted_less", _("Goal is lower")


WHEN = {
    Direction.NEW: _("if this is new for you"),
    Direction.RISING: _("if this has risen"),
    Direction.FALLING: _("if this has fallen"),
    Direction.GONE: _("if this has dropped to zero"),
    Direction.WANTED_MORE: _("if you want more of this"),
    Direction.WANTED_LESS: _("if you want less of this"),
}
"""The movement that a tip is for, in words for readers whose movements aren't known."""

BECAUSE = {
    Direction.NEW: _("because %(purpose)s is new for you"),
    Direction.RISING: _("because %(purpose)s rose by %(by)d"),
    Direction.FALLING: _("because %(purpose)s fell by %(by)d"),
    Direction.GONE: _("because %(purpose)s dropped from %(by)d to zero"),
}
"""The movement that a reader's points made, as the reason for a tip."""

BECAUSE_IT_WOULD = {
    Direction.NEW: _("because %(purpose)s would be new for you"),
    Direction.RISING: _("because %(purpose)s would rise by %(by)d"),
    Direction.FALLING: _("because %(purpose)s would fall by %(by)d"),
    Direction.GONE: _("because %(purpose)s would drop from %(by)d to zero"),
}
"""The same for points that the reader only tries out."""


class Advisable(Protocol):
    """The fields of a tip that decide whether it fits."""

    purpose: str
    audience: str
    points_from: int
    points_to: int
    direction: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about the reader of a result; at least the split."""

    split: Split
    earlier: Split | None = None
    """The previous split."""
    wanted: Split | None = None
    """The split of the goal."""
    side: Side = Side.BOTH
    is_imagined: bool = False
    """Whether the reader only tries the split out."""

    def directions(self, purpose: Purpose) -> frozenset[Direction]:
        """Return the movements that `purpose` makes and that tips may be for, including `ANY`.

        A movement that the goal would undo is left out, except for a new purpose: its first steps
        are needed whatever the goal is.
        """
        points = self.split[purpose]
        wanted = points if self.wanted is None else self.wanted[purpose]
        found = {Direction.ANY}
        if self.earlier is not None:
            before = self.earlier[purpose]
            if before == 0 < points:
                found.add(Direction.NEW)
            if before < points <= wanted:
                found.add(Direction.RISING)
            if before > points >= wanted:
                found |= {Direction.FALLING} | ({Direction.GONE} if points == 0 else set())
        if wanted != points:
            found.add(Direction.WANTED_MORE if wanted > points else Direction.WANTED_LESS)
        return frozenset(found)

    def fits(self, tip: Advisable) -> bool:
        """Return whether a tip fits: its range of points, its audience and its direction."""
        purpose = Purpose(tip.purpose)
        return (
            tip.points_from <= self.split[purpose] <= tip.points_to
            and tip.audience in self.side.audiences
            # Most tips are for any movement, so that is checked first.
            and (tip.direction == Direction.ANY or tip.direction in self.directions(purpose))
        )

    def goes_first(self, tip: Advisable) -> bool:
        """Return whether a fitting tip is shown before those that are for any movement.

        A change of one point is too small for that, unless the purpose is new or gone.
        """
        if self.earlier is None or tip.direction not in (Direction.RISING, Direction.FALLING):
            return tip.direction != Direction.ANY
        purpose = Purpose(tip.purpose)
        before, points = self.earlier[purpose], self.split[purpose]
        return abs(points - before) > 1 or 0 in (before, points)

    def why(self, tip: Advisable) -> str:
        """Return why a tip is shown, such as "because Job seeking rose by 6"; empty if obvious."""
        purpose = Purpose(tip.purpose)
        points = self.split[purpose]
        if self.earlier is not None:
            by = abs(points - self.earlier[purpose])
            reasons = BECAUSE_IT_WOULD if self.is_imagined else BECAUSE
            if reason := reasons.get(Direction(tip.direction)):
                return reason % {"purpose": purpose.label, "by": by}
        if tip.direction in (Direction.WANTED_MORE, Direction.WANTED_LESS):
            return self.why_wanted(purpose)
        return ""

    def why_wanted(self, purpose: Purpose) -> str:
        """Return how the goal differs from the points, as a reason; empty if it doesn't."""
        by = 0 if self.wanted is None else self.wanted[purpose] - self.split[purpose]
        if by > 0:
            return ngettext(
                "because your goal is %(by)d point higher",
                "because your goal is %(by)d points higher",
                by,
            ) % {"by": by}
        if by < 0:
            return ngettext(
                "because your goal is %(by)d point lower",
                "because your goal is %(by)d points lower",
                -by,
            ) % {"by": -by}
        return ""
