from typing import NamedTuple, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.community import (
    FIRST,
    GROUPS,
    MIN_CELL,
    MIN_CHANGED,
    MIN_PEOPLE,
    Counts,
    Group,
    changed_between,
    group_of,
    mean_share,
    share,
    suppress,
    tally,
)
from purposeapp.split import BUDGET, Purpose, Split

from .assessment import Assessment
from .table_lock import lock_table

CELLS = {"first": len(FIRST), "nothing": len(Purpose), "alike": len(GROUPS)}
"""The fields with lists of numbers of people, and the length of each list."""

PARTITIONS = ("first", "alike")
"""Those of them that count each person once."""


class Refresh(NamedTuple):
    """The outcome of an attempt to release a new picture."""

    people: int
    changed: int

    @property
    def is_released(self) -> bool:
        return self.people >= MIN_PEOPLE and self.changed >= MIN_CHANGED


class CommunityPictureQuerySet(models.QuerySet["CommunityPicture"]):
    """Queries for the picture."""

    def without_counts(self) -> Self:
        """Defer `counts`, which readers don't need: it's only compared with the next release."""
        return self.defer("counts")

    def refresh(self) -> Refresh:
        """Count everyone again, and replace the last release if the rules of release allow it."""
        with transaction.atomic():
            lock_table(self.model)  # only one process refreshes at a time; readers don't wait
            last = self.first()
            counts = Assessment.objects.latest_by_split()
            found = tally(counts)
            refresh = Refresh(found.people, changed_between(last.histogram if last else {}, counts))
            if refresh.is_released:
                self.update_or_create(
                    pk=1,
                    defaults={
                        "released_at": timezone.now(),
                        "people": found.people,
                        "changed": refresh.changed,
                        "points": found.points,
                        **suppress(found)._asdict(),
                        "counts": {str(split): people for split, people in counts.items()},
                    },
                )
        return refresh


def _rule(name: str, sql: str) -> models.CheckConstraint:
    condition = RawSQL(sql, (), output_field=BooleanField())  # noqa: S611 (nothing given is in it)
    return models.CheckConstraint(condition=condition, name=f"communitypicture_{name}")


def _hides_enough(name: str) -> models.CheckConstraint:
    """Return the rule that what a partition hides totals nothing or enough people."""
    shown = " + ".join(f'COALESCE("{name}"[{n}], 0)' for n in range(1, CELLS[name] + 1))
    return _rule(
        f"{name}_hides_enough_people",
        f'CASE WHEN num_nulls(VARIADIC "{name}") = 0 THEN people = {shown}'
        f" ELSE people - ({shown}) >= {MIN_CELL} END",
    )


def _leaves_enough(name: str, difference: str) -> models.CheckConstraint:
    """Return the rule that, for each purpose, a difference of two numbers is enough people.

    If one of them is hidden, the difference is null, and the rule holds.
    """
    sql = (
        f"{difference.format(n=n, group=GROUPS.index((purpose,)) + 1)} >= {MIN_CELL}"
        for n, purpose in enumerate(Purpose, 1)
    )
    return _rule(name, " AND ".join(sql))


class CommunityPicture(models.Model):
    """The last release of statistics of everyone's latest results: one row, or none before that.

    PostgreSQL enforces the rules of release. Suppressed numbers are not in the row, except in
    `counts`, which is never shown. It has the number of people with each split, not who they are.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    released_at = models.DateTimeField(_("released"), default=timezone.now, editable=False)
    people = models.IntegerField(_("people"))
    changed = models.IntegerField(_("changed since the last release"))
    points = ArrayField(models.IntegerField())
    first = ArrayField(models.IntegerField(null=True))
    nothing = ArrayField(models.IntegerField(null=True))
    alike = ArrayField(models.IntegerField(null=True))
    counts = models.JSONField(
        help_text=_("How many people have each split: what the next release is compared with.")
    )

    objects = CommunityPictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of the community")
        verbose_name_plural = _("pictures of the community")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="communitypicture_is_the_only_one"),
            models.CheckConstraint(
                condition=Q(people__gte=MIN_PEOPLE), name="communitypicture_has_enough_people"
            ),
            models.CheckConstraint(
                condition=Q(changed__gte=MIN_CHANGED), name="communitypicture_differs_by_enough"
            ),
            _rule(
                "spends_ten_points_each",
                f"cardinality(points) = {len(Purpose)} AND 0 <= ALL (points) AND "
                f"{' + '.join(f'points[{n}]' for n in range(1, len(Purpose) + 1))}"
                f" = {BUDGET} * people",
            ),
            *(
                _rule(
                    f"{name}_only_of_enough_people",
                    f'cardinality("{name}") = {size} AND {MIN_CELL} <= ALL ("{name}")'
                    f' AND people - {MIN_CELL} >= ALL ("{name}")',
                )
                for name, size in CELLS.items()
            ),
            *(
                _rule(f"{name}_hides_no_number_alone", f'num_nulls(VARIADIC "{name}") <> 1')
                for name in CELLS
            ),
            *map(_hides_enough, PARTITIONS),
            _leaves_enough(
                "between_first_and_nothing_enough", "people - first[{n}] - nothing[{n}]"
            ),
            _leaves_enough("first_but_not_alike_enough", "first[{n}] - alike[{group}]"),
        ]

    def __str__(self) -> str:
        return f"{self.people} ({self.released_at:%Y-%m-%d})"

    @property
    def histogram(self) -> Counts:
        """The number of people with each split, which must never be shown."""
        return {Split.parse(name): people for name, people in self.counts.items()}

    @property
    def people_at_least(self) -> int:
        """The number of people in it, rounded down to tens."""
        return self.people // 10 * 10

    @property
    def rows(self) -> list["Row"]:
        """The numbers about each purpose."""
        means = [mean_share(points, self.people) for points in self.points]
        return [
            Row(purpose, sum(means[:place]), means[place], self._share(first), self._share(nothing))
            for place, (purpose, first, nothing) in enumerate(
                zip(Purpose, self.first[: len(Purpose)], self.nothing, strict=True)
            )
        ]

    @property
    def sum_of_means(self) -> int:
        """The sum of the rounded means, about 100."""
        return sum(row.mean for row in self.rows)

    @property
    def several_first(self) -> int | None:
        """The share of people for whom several purposes share the lead; None if suppressed."""
        return self._share(self.first[FIRST.index(None)])

    def alike_to(self, split: Split) -> "Alike | None":
        """Return the group of splits that are like `split`; None if its share is suppressed."""
        group = group_of(split)
        known = self._share(self.alike[GROUPS.index(group)])
        return None if known is None else Alike(group, known)

    def _share(self, count: int | None) -> int | None:
        return None if count is None else share(count, self.people)


class Row(NamedTuple):
    """A purpose in the picture. Numbers are in percent, and None if suppressed."""

    purpose: Purpose
    start: int
    """The sum of the means of the purposes before it: where it begins in a bar."""
    mean: int
    first: int | None
    nothing: int | None


class Alike(NamedTuple):
    """A group of similar splits, with its share of people in percent."""

    group: Group
    share: int
