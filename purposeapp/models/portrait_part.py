from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from purposeapp.advice.portrait import Shape, Slot
from purposeapp.split import Purpose

from .versioned import DraftableQuerySet, DraftState, Versioned

PART_MAX_LENGTH = 240

PART_FIELDS = [
    "text",
    "slot",
    "shape",
    "first",
    "second",
    "third",
    "missing",
    "position",
    "state",
]
"""All fields that can change, in the order in which they're shown."""


class PortraitPart(Versioned, models.Model):
    """A sentence for portraits, with conditions on the splits it's true for. Staff write it.

    An empty condition is always met. purposeapp/advice/portrait.py chooses a sentence.
    """

    CHANGING_FIELDS = PART_FIELDS
    State = DraftState

    key = models.SlugField(
        _("key"), max_length=80, unique=True, help_text=_("A short name that never changes.")
    )
    slot = models.CharField(_("sentence"), max_length=10, choices=Slot.choices)
    shape = models.CharField(
        _("shape"),
        blank=True,
        default="",
        max_length=15,
        choices=Shape.choices,
        help_text=_("How the points are spread. Leave it empty for any shape."),
    )
    first = models.CharField(
        _("first purpose"), blank=True, default="", max_length=20, choices=Purpose.choices
    )
    second = models.CharField(
        _("second purpose"),
        blank=True,
        default="",
        max_length=20,
        choices=Purpose.choices,
        help_text=_("The only one in second place, or the next one that shares the lead."),
    )
    third = models.CharField(
        _("third purpose"),
        blank=True,
        default="",
        max_length=20,
        choices=Purpose.choices,
        help_text=_("Only where three share the lead."),
    )
    missing = models.CharField(
        _("purpose without points"),
        blank=True,
        default="",
        max_length=20,
        choices=Purpose.choices,
    )
    text = models.TextField(
        _("text"),
        max_length=PART_MAX_LENGTH,
        validators=[MaxLengthValidator(PART_MAX_LENGTH)],
        help_text=_("One sentence. It must be true for every split it's for."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"),
        default=10_000,
        help_text=_("If two fit equally well, we use the one with the smaller number."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)

    history = HistoricalRecords()
    objects = DraftableQuerySet.as_manager()

    class Meta:
        verbose_name = _("portrait sentence")
        verbose_name_plural = _("portrait sentences")
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(slot__in=Slot.values), name="portraitpart_slot_is_known"
            ),
            models.CheckConstraint(
                condition=Q(shape__in=["", *Shape.values]), name="portraitpart_shape_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    first__in=["", *Purpose.values],
                    second__in=["", *Purpose.values],
                    third__in=["", *Purpose.values],
                    missing__in=["", *Purpose.values],
                ),
                name="portraitpart_purposes_are_known",
            ),
            models.CheckConstraint(
                condition=(Q(second="") | (~Q(first="") & ~Q(second=F("first"))))
                & (Q(third="") | (~Q(second="") & ~Q(third=F("second")) & ~Q(third=F("first")))),
                name="portraitpart_purposes_are_in_order",
                violation_error_message=_(
                    "Name the first purpose before the second, the second before the third, and "
                    "each only once."
                ),
            ),
            models.CheckConstraint(
                condition=Q(missing="")
                | (~Q(missing=F("first")) & ~Q(missing=F("second")) & ~Q(missing=F("third"))),
                name="portraitpart_missing_purpose_does_not_lead",
                violation_error_message=_("A purpose without points cannot lead or follow."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="portraitpart_has_text"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), PART_MAX_LENGTH),
                name="portraitpart_text_is_not_too_long",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DraftState.values), name="portraitpart_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.beginning
