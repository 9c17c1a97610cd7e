from functools import reduce
from operator import add, attrgetter

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from purposeapp.split import BUDGET, NOT_A_WHOLE_NUMBER, Purpose, Split, budget_error

POINTS = attrgetter(*Purpose.values)
"""Gets the five numbers of an object. A constant, since `Purpose.values` makes a new list."""


class SplitFields(models.Model):
    """An abstract model with the five columns of a split.

    PostgreSQL checks that each is between 0 and 10 and that their sum is ten. A subclass with its
    own constraints must begin them with `*SplitFields.Meta.constraints`.
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
        """Validate constraints like Django, but with an error that says how far a sum is off."""
        points = POINTS(self)
        if all(0 <= value <= BUDGET for value in points) and (error := budget_error(sum(points))):
            raise ValidationError(error, code="budget")
        super().validate_constraints(exclude)

    @property
    def split(self) -> Split:
        """The split of the ten points."""
        return Split(*POINTS(self))
