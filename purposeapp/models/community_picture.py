from typing import NamedTuple, Self

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
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

CELLS = {"first": len(FIRST), "nothing": len(Purpose), "alike": len(GROUPS)}
"""The lists of numbers about people, by how many there are in each."""


class Refresh(NamedTuple):
    """What came of trying to release a new picture."""

    people: int
    changed: int

    @property
    def is_released(self) -> bool:
        return self.people >= MIN_PEOPLE and self.changed >= MIN_CHANGED


class CommunityPictureQuerySet(models.QuerySet["CommunityPicture"]):
    """Ways to ask for the picture."""

    def without_counts(self) -> Self:
        """As readers need it: what is only there to be compared with stays in the database."""
        return self.defer("counts")

    def refresh(self) -> Refresh:
        """Count everybody anew, and release that in place of the last release, if it may be."""
        with transaction.atomic():
            self._lock_table()
            last = self.first()
            counts = Assessment.objects.latest_by_split()
            found = tally(counts)
            refresh = Refresh(found.people, changed_between(last.histogram if last else {}, counts))
            if refresh.is_released:
                cells = {name: suppress(getattr(found, name), found.people) for name in CELLS}
                self.update_or_create(
                    pk=1,
                    defaults={
                        "released_at": timezone.now(),
                        "people": found.people,
                        "changed": refresh.changed,
                        "points": found.points,
                        **cells,
                        "counts": {str(split): people for split, people in counts.items()},
                    },
                )
        return refresh

    def _lock_table(self) -> None:
        """Take a table lock: of two who refresh at once, one waits. Everybody can read."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def _rule(name: str, sql: str) -> models.CheckConstraint:
    condition = RawSQL(sql, (), output_field=BooleanField())  # noqa: S611 (nothing given is in it)
    return models.CheckConstraint(condition=condition, name=f"communitypicture_{name}")


class CommunityPicture(models.Model):
    """What was released last of everybody's latest results: one row, or none before the first.

    PostgreSQL holds the rules of release. A number that is not shown is not in the row at all, but
    for `counts`, which nobody is shown. It says how many people have each split, not who.
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
        ]

    def __str__(self) -> str:
        return f"{self.people} ({self.released_at:%Y-%m-%d})"

    @property
    def histogram(self) -> Counts:
        """How many people had each split: never shown to anybody."""
        return {Split.parse(name): people for name, people in self.counts.items()}

    @property
    def people_at_least(self) -> int:
        """So many people are in it, rounded down to tens."""
        return self.people // 10 * 10

    @property
    def rows(self) -> list["Row"]:
        """What it says of each purpose."""
        means = [mean_share(points, self.people) for points in self.points]
        return [
            Row(purpose, sum(means[:place]), means[place], self._share(first), self._share(nothing))
            for place, (purpose, first, nothing) in enumerate(
                zip(Purpose, self.first[: len(Purpose)], self.nothing, strict=True)
            )
        ]

    @property
    def sum_of_means(self) -> int:
        """About 100: each of them is rounded."""
        return sum(row.mean for row in self.rows)

    @property
    def several_first(self) -> int | None:
        """The share of those with whom several purposes come first; None where it is hidden."""
        return self._share(self.first[FIRST.index(None)])

    def alike_to(self, split: Split) -> "Alike":
        """What it says of those who spend like `split`."""
        group = group_of(split)
        return Alike(group, self._share(self.alike[GROUPS.index(group)]))

    def _share(self, count: int | None) -> int | None:
        return None if count is None else share(count, self.people)


class Row(NamedTuple):
    """One purpose in the picture; each number in per cent, None where it is hidden."""

    purpose: Purpose
    start: int
    """The means of the purposes before it, added up: where it begins in a bar."""
    mean: int
    first: int | None
    nothing: int | None


class Alike(NamedTuple):
    """Those who spend alike: their share in per cent, None where it is hidden."""

    group: Group
    share: int | None
