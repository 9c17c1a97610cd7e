"""The core value object: a `Split` of ten points over five purposes.

Nobody is on a professional network for one reason alone. So a person takes ten points and
spreads *all* of them over five purposes, any number on each, zero included. The outcome is
a `Split`. Points times ten are percentages, and points times six are the minutes of an hour.

There are exactly C(14, 4) = 1,001 ways to spread ten whole points over five purposes. That
is why a split is a plain value that can be named in a URL, enumerated and cached.

This module doesn't use the database.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

BUDGET = 10
"""The number of points to spend. All of them must be spent."""

PERCENT_PER_POINT = 100 // BUDGET
MINUTES_PER_POINT = 60 // BUDGET

NONE_SPENT = _("You haven't spent any points yet. Spend all ten.")
TOO_FEW = _("You have used %(used)d of 10 points. Add %(rest)d more.")
TOO_MANY = _("You have used %(used)d of 10 points. Take %(rest)d away.")
NOT_A_WHOLE_NUMBER = _("Enter a whole number from 0 to 10.")


class Purpose(TextChoices):
    """The five purposes that a person can be on LinkedIn for, in their fixed order.

    The value is the name of the form field, of the database column and of the key in
    exports. The label is the name that people see.
    """

    BUSINESS_DRIVEN = "business_driven", _("Business driven")
    COMMUNITY_SPIRIT = "community_spirit", _("Community spirit")
    LEARNING_SPONGE = "learning_sponge", _("Learning sponge")
    JOB_SEEKING = "job_seeking", _("Job seeking")
    VANITY_PROJECT = "vanity_project", _("Vanity project")

    @classmethod
    def from_slug(cls, slug: str) -> "Purpose":
        """Return the purpose with this slug. Raises ValueError if there is none."""
        return cls(slug.replace("-", "_"))

    @property
    def slug(self) -> str:
        """The name in a URL, such as business-driven."""
        return self.value.replace("_", "-")

    @property
    def phrase(self) -> "Lazy":
        """The name as it reads after "mainly"."""
        return TEXTS[self].phrase

    @property
    def description(self) -> "Lazy":
        """One sentence on what the purpose is."""
        return TEXTS[self].description

    @property
    def about(self) -> "Lazy":
        """More about the purpose, in a few sentences."""
        return TEXTS[self].about

    @property
    def path(self) -> "Path | None":
        """The path to another purpose, or None."""
        return PATHS.get(self)


class Texts(NamedTuple):
    """The texts about a purpose, other than its name."""

    phrase: "Lazy"
    description: "Lazy"
    about: "Lazy"


TEXTS = {
    Purpose.BUSINESS_DRIVEN: Texts(
        _("business driven"),
        _("Find leads and nurture them until they become customers."),
        _(
            "It's usually a long, soft sell: people get to know you, and one day they buy. At its"
            " worst, it's endless spam. If you build a business on LinkedIn, people will notice."
        ),
    ),
    Purpose.COMMUNITY_SPIRIT: Texts(
        _("community spirit"),
        _("Share what you know with as many people as you can, for nothing in return."),
        _(
            "You expect nothing back. Pro bono work belongs here, and so does honest support for "
            "others."
        ),
    ),
    Purpose.LEARNING_SPONGE: Texts(
        _("learning sponge"),
        _("Come to learn: how-tos, research, other people's experience."),
        _(
            "With about 9 billion impressions a week (Kinsta, 2020), LinkedIn is one of the big "
            "places to look things up, like Google and YouTube."
        ),
    ),
    Purpose.JOB_SEEKING: Texts(
        _("job seeking"),
        _("Find the right job, or the right person for one."),
        _(
            "It goes both ways. Employers look for good candidates, a wider reach or rare skills."
            " Candidates show what they can do, whether they're searching or just open to offers."
        ),
    ),
    Purpose.VANITY_PROJECT: Texts(
        _("vanity project"),
        _("Be seen. Followers and likes are the point."),
        _(
            "It's about appearances, follower counts and likes. How good the discussion is "
            "doesn't matter."
        ),
    ),
}


class Path(NamedTuple):
    """A path from one purpose to another."""

    to: Purpose
    how: "Lazy"


PATHS = {
    Purpose.LEARNING_SPONGE: Path(
        Purpose.COMMUNITY_SPIRIT,
        _("Whatever you've learned, someone else is looking for it. Pass it on."),
    ),
    Purpose.VANITY_PROJECT: Path(
        Purpose.COMMUNITY_SPIRIT,
        _("People are already watching. Show them something useful."),
    ),
}
"""The two paths, keyed by the purpose that they start from."""


def budget_error(used: int) -> str | None:
    """Return an error message for a sum of `used` points, or None if it is ten."""
    if not used:
        return str(NONE_SPENT)
    if used < BUDGET:
        return TOO_FEW % {"used": used, "rest": BUDGET - used}
    if used > BUDGET:
        return TOO_MANY % {"used": used, "rest": used - BUDGET}
    return None


class Move(NamedTuple):
    """A number of points that move from one purpose to another."""

    points: int
    source: Purpose
    target: Purpose


@dataclass(frozen=True, slots=True)
class Split:
    """Ten whole points, spread over the five purposes.

    Raises ValueError for anything that is not one of the 1,001 splits: points outside 0 to
    10, or a sum other than ten. Its message can be shown to the user.

    >>> split = Split.parse("6-2-2-0-0")
    >>> split[Purpose.BUSINESS_DRIVEN], split.percentage(Purpose.BUSINESS_DRIVEN)
    (6, 60)
    """

    business_driven: int
    community_spirit: int
    learning_sponge: int
    job_seeking: int
    vanity_project: int

    def __post_init__(self) -> None:
        for points in self:
            # bool is a subclass of int, but True is not a number of points.
            if type(points) is not int or not 0 <= points <= BUDGET:
                raise ValueError(str(NOT_A_WHOLE_NUMBER))
        if error := budget_error(sum(self)):
            raise ValueError(error)

    @classmethod
    def parse(cls, text: str) -> "Split":
        """Parse the name of a split: five numbers in the order of the purposes.

        Each split has exactly one name: no leading zeros, no signs, no spaces, and only the
        digits 0 to 9. Raises ValueError for anything else.
        """
        number = "(10|[0-9])"
        match = re.fullmatch("-".join([number] * len(Purpose)), text)
        if match is None:
            raise ValueError(f"not the name of a split: {text[:40]!r}")
        return cls(*map(int, match.groups()))

    @classmethod
    def all(cls) -> Iterator["Split"]:
        """Yield each of the 1,001 splits once ("stars and bars").

        Put ten points and four bars in a line: the bars divide the points into five groups,
        and each choice of four places out of fourteen is a different split.
        """
        places = BUDGET + len(Purpose) - 1
        for bars in combinations(range(places), len(Purpose) - 1):
            edges = (-1, *bars, places)
            yield cls(*(right - left - 1 for left, right in pairwise(edges)))

    def __str__(self) -> str:
        """Return the name of the split as it is in URLs, such as 6-2-2-0-0."""
        return "-".join(map(str, self))

    def __iter__(self) -> Iterator[int]:
        """Yield the points, in the order of the purposes."""
        # Not dataclasses.astuple, which makes deep copies: a long history has thousands of splits.
        return iter(
            (
                self.business_driven,
                self.community_spirit,
                self.learning_sponge,
                self.job_seeking,
                self.vanity_project,
            )
        )

    def __getitem__(self, purpose: Purpose) -> int:
        """Return the points on `purpose`, 0 to 10."""
        # Not `purpose.value`, a descriptor that is slower: histories call this thousands of times.
        return getattr(self, purpose._value_)

    def as_dict(self) -> dict[str, int]:
        """Return the points by field name, as used in forms, columns and exports."""
        return {purpose.value: self[purpose] for purpose in Purpose}

    def percentage(self, purpose: Purpose) -> int:
        """Return the share of `purpose` in percent, 0 to 100."""
        return self[purpose] * PERCENT_PER_POINT

    def minutes(self, purpose: Purpose) -> int:
        """Return the share of `purpose` in an hour, in minutes, 0 to 60."""
        return self[purpose] * MINUTES_PER_POINT

    @property
    def cells(self) -> tuple[Purpose, ...]:
        """The purpose of each of the ten points, in the fixed order of purposes."""
        return tuple(purpose for purpose in Purpose for _ in range(self[purpose]))

    @property
    def ranked_cells(self) -> tuple[Purpose, ...]:
        """The purpose of each of the ten points, the largest purpose first."""
        return tuple(purpose for purpose in self.spent for _ in range(self[purpose]))

    @property
    def ranked(self) -> list[Purpose]:
        """All five purposes, the one with the most points first; ties keep the fixed order."""
        return sorted(Purpose, key=lambda purpose: -self[purpose])

    @property
    def spent(self) -> list[Purpose]:
        """The purposes that have points, the largest first."""
        return [purpose for purpose in self.ranked if self[purpose]]

    @property
    def standouts(self) -> list[Purpose]:
        """The purposes with most points: one that stands out, or several that share the lead."""
        most = max(self)
        return [purpose for purpose in Purpose if self[purpose] == most]

    def difference(self, earlier: "Split") -> dict[Purpose, int]:
        """Return the points gained or lost since `earlier`, for each purpose that changed.

        The biggest change comes first, a gain before a loss of the same size. The values add
        up to zero, since what one purpose gains, another one loses.
        """
        changes = {purpose: self[purpose] - earlier[purpose] for purpose in Purpose}
        order = sorted(Purpose, key=lambda purpose: (-abs(changes[purpose]), -changes[purpose]))
        return {purpose: changes[purpose] for purpose in order if changes[purpose]}

    def points_moved(self, earlier: "Split") -> int:
        """Return how many points moved to another purpose since `earlier`, 0 to 10."""
        # Gains equal losses, so this is half of all changes. It must be fast: a long history
        # calls it hundreds of times.
        return sum(map(abs, map(sub, self, earlier))) // 2

    def moves_to(self, wanted: "Split") -> list[Move]:
        """Return the fewest moves that turn this split into `wanted`, the largest first."""
        return fewest_moves(wanted.difference(self))


def fewest_moves(change: Mapping[Purpose, int]) -> list[Move]:
    """Return the fewest moves that make a change, the largest first.

    `change` holds the points that each purpose gains or loses. Points only move from a purpose
    that loses some to one that gains some, larger changes first. A gain and a loss of the same
    size are one move. If there is no such pair, a move completes one of its two purposes.

    With five purposes no fewer moves are possible: to save one, the remaining changes would have
    to divide into two groups that each add up to zero, and one of these would be such a pair.

    If gains and losses don't add up to zero, the excess is ignored.
    """
    ordered = sorted(change.items(), key=lambda each: (-abs(each[1]), -each[1]))
    gains = {purpose: by for purpose, by in ordered if by > 0}
    losses = {purpose: -by for purpose, by in ordered if by < 0}
    moves = []
    while gains and losses:
        pairs = ((source, target) for source in losses for target in gains)
        equal = (pair for pair in pairs if losses[pair[0]] == gains[pair[1]])
        source, target = next(equal, (next(iter(losses)), next(iter(gains))))
        points = min(losses[source], gains[target])
        moves.append(Move(points, source, target))
        for side, purpose in ((losses, source), (gains, target)):
            side[purpose] -= points
            if not side[purpose]:
                del side[purpose]
    return sorted(moves, key=lambda move: -move.points)


EVEN_SPLIT = Split(2, 2, 2, 2, 2)
"""The default split, for forms and previews that have no other split to start from."""
