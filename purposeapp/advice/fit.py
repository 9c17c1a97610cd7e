"""Which advice fits: the split, how it changed, where it should go, and the side of job seeking.

Nothing in this module knows a database; a tip is whatever has the fields of one.
"""

from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Purpose, Split


class Audience(TextChoices):
    """Whom a tip is for: job seeking has two sides, and each needs other advice."""

    EVERYONE = "everyone", _("Everyone")
    CANDIDATE = "candidate", _("Candidates")
    EMPLOYER = "employer", _("Employers")


class Side(TextChoices):
    """On which side of job seeking a person is."""

    CANDIDATE = "candidate", _("I'm looking for a job")
    EMPLOYER = "employer", _("I'm hiring")
    BOTH = "both", _("Both")

    @property
    def audiences(self) -> frozenset[Audience]:
        """Whose tips are for somebody on this side."""
        return AUDIENCES[self]


AUDIENCES = {
    Side.CANDIDATE: frozenset({Audience.EVERYONE, Audience.CANDIDATE}),
    Side.EMPLOYER: frozenset({Audience.EVERYONE, Audience.EMPLOYER}),
    Side.BOTH: frozenset(Audience),
}


class Direction(TextChoices):
    """Which movement of a purpose a tip is for.

    New and rising, gone and falling look back to the split before; wanted more and wanted
    less look ahead to the goal. What is new rises too, and what is gone has fallen.
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
"""For which movement a tip is, said where nobody's points are known."""


class Advisable(Protocol):
    """What of a tip decides whether it fits."""

    purpose: str
    audience: str
    points_from: int
    points_to: int
    direction: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the reader of a result; of an unknown one, the split alone."""

    split: Split
    earlier: Split | None = None
    """The split before this one."""
    wanted: Split | None = None
    """The split of the goal."""
    side: Side = Side.BOTH

    def directions(self, purpose: Purpose) -> frozenset[Direction]:
        """The movements that `purpose` is in; `ANY` always is one of them.

        One that the goal is to undo is not advised on. Only what is new needs its first steps,
        whatever the goal.
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
        """Whether a tip is for this situation: its band, its direction and its audience."""
        purpose = Purpose(tip.purpose)
        return (
            tip.points_from <= self.split[purpose] <= tip.points_to
            and tip.audience in self.side.audiences
            # Most tips are for any movement, so that is asked first.
            and (tip.direction == Direction.ANY or tip.direction in self.directions(purpose))
        )

    def goes_first(self, tip: Advisable) -> bool:
        """Whether a tip that fits is shown before those for any movement.

        A single point more or less is too little for that, unless the purpose is new or gone.
        """
        if self.earlier is None or tip.direction not in (Direction.RISING, Direction.FALLING):
            return tip.direction != Direction.ANY
        purpose = Purpose(tip.purpose)
        before, points = self.earlier[purpose], self.split[purpose]
        return abs(points - before) > 1 or 0 in (before, points)

    def why(self, tip: Advisable) -> str:
        """Why a tip is shown, where that is not obvious: "because Job seeking rose by 6"."""
        purpose = Purpose(tip.purpose)
        words = {"purpose": purpose.label}
        points = self.split[purpose]
        if self.earlier is not None:
            by = abs(points - self.earlier[purpose])
            match tip.direction:
                case Direction.NEW:
                    return gettext("because %(purpose)s is new for you") % words
                case Direction.RISING:
                    return gettext("because %(purpose)s rose by %(by)d") % {**words, "by": by}
                case Direction.FALLING:
                    return gettext("because %(purpose)s fell by %(by)d") % {**words, "by": by}
                case Direction.GONE:
                    return gettext("because %(purpose)s dropped from %(by)d to zero") % {
                        **words,
                        "by": by,
                    }
        if self.wanted is not None:
            by = abs(self.wanted[purpose] - points)
            match tip.direction:
                case Direction.WANTED_MORE:
                    return ngettext(
                        "because your goal is %(by)d point higher",
                        "because your goal is %(by)d points higher",
                        by,
                    ) % {"by": by}
                case Direction.WANTED_LESS:
                    return ngettext(
                        "because your goal is %(by)d point lower",
                        "because your goal is %(by)d points lower",
                        by,
                    ) % {"by": by}
        return ""
