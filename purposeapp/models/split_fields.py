from functools import reduce
from operator import add, attrgetter

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from purposeapp.split import BUDGET, NOT_A_WHOLE_NUMBER, Purpose, Split, budget_error

POINTS = attrgetter(*Purpose.values)
"""The five numbers of whatever has them. `Purpose.values` is a list made anew each time."""


class SplitFields(models.Model):
    """The five columns of a split, for whatever is stored with one.

    PostgreSQL holds each of them between 0 and 10, and their sum at ten. Whoever inherits and
    has constraints of its own begins them with `*SplitFields.Meta.constraints`.
    """

    business_driven = models.SmallIntegerField(Purpose.BUSINESS_DRIVEN.label)
    community_spirit = models.SmallIntegerField(Purpose.COMMUNITY_SPIRIT.label)
    learning_sponge = models.SmallIntegerField(Purpose.LEARNING_SPONGE.label)
    job_seeking = models.SmallIntegerField(Purpose.JOB_SEEKING.label)
    vanity_project = models.SmallIntegerField(Purpose.VANITY_PROJECT.label)

    class Meta:
        abstract = True
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q((f"{purpose.value}__gte", 0), (f"{purpose.value}__lte", BUDGET)),
                    name=f"%(class)s_{purpose.value}_0_to_10",
                    violation_error_message=NOT_A_WHOLE_NUMBER,
                )
                for purpose in Purpose
            ),
            models.CheckConstraint(
                condition=Exact(reduce(add, map(F, Purpose.values)), BUDGET),
                name="%(class)s_spends_ten_points",
                violation_error_message=_("The points must add up to 10."),
            ),
        ]

    def validate_constraints(self, exclude=None) -> None:
        """As Django does it, but say of a wrong sum by how much it is off, and what to do."""
        points = POINTS(self)
        if all(0 <= value <= BUDGET for value in points) and (error := budget_error(sum(points))):
            raise ValidationError(error, code="budget")
        super().validate_constraints(exclude)

    @property
    def split(self) -> Split:
        """How the ten points are spent."""
        return Split(*POINTS(self))
