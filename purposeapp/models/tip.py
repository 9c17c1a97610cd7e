from typing import Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from purposeapp.advice.fit import Audience, Direction
from purposeapp.advice.markdown import plain_text, render_markdown, validate_markdown
from purposeapp.dates import site_today
from purposeapp.split import BUDGET, Purpose

from .tip_querysets import DatedQuerySet, TipHistoryQuerySet
from .versioned import Versioned

TIP_MAX_LENGTH = 1_000
MAX_POSITION = 32_767
"""The largest number that fits into the column."""

TIP_FIELDS = [
    "text",
    "purpose",
    "audience",
    "points_from",
    "points_to",
    "direction",
    "position",
    "state",
    "published_from",
]
"""All fields that can change, in the order in which they're shown. The key never changes."""

PURPOSES_IN_ORDER = Case(
    *[When(purpose=purpose, then=Value(place)) for place, purpose in enumerate(Purpose)]
)
"""The place of a tip's purpose among the five; the alphabet has another order."""


class TipQuerySet(DatedQuerySet):
    """Queries for tips."""

    def published(self) -> Self:
        """Return the tips that readers see today (UTC)."""
        return self.published_on(site_today())

    def once_published(self) -> Self:
        """Return the tips that readers see, or may have seen in results that they kept."""
        history = Tip.history.filter(id=OuterRef("id"), state=Tip.State.PUBLISHED)
        return self.filter(~Q(state=Tip.State.DRAFT) | Exists(history))

    def whatever_before(self, points: int) -> Self:
        """Return the tips for a purpose with these points, for readers with no history or goal."""
        return self.filter(points_from__lte=points, points_to__gte=points, direction=Direction.ANY)

    def by_position(self) -> Self:
        """Order by the position that staff chose; positions count within a purpose."""
        return self.order_by("position", "key")

    def for_everyone_first(self) -> Self:
        """Order by audience, tips for everyone first, and then by position."""
        places = [When(audience=audience, then=Value(i)) for i, audience in enumerate(Audience)]
        return self.order_by(Case(*places), "position", "key")

    def by_purpose(self) -> Self:
        """Order by purpose, in the fixed order, and then by position."""
        return self.order_by(PURPOSES_IN_ORDER, "position", "key")

    def drafts(self) -> Self:
        """Return the tips that aren't published yet."""
        return self.filter(state=Tip.State.DRAFT)

    def starting_later(self) -> Self:
        """Return the published tips whose publication date is in the future (UTC)."""
        return self.filter(state=Tip.State.PUBLISHED, published_from__gt=site_today())


class Tip(Versioned, models.Model):
    """A piece of advice on a purpose. Staff write tips; `history` is their audit trail."""

    CHANGING_FIELDS = TIP_FIELDS
    can_be_ticked = True
    """Unlike a version in `history` whose tip has been deleted since."""

    class State(models.TextChoices):
        """Whether readers can see a tip. Archiving is a soft delete."""

        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    key = models.SlugField(
        _("key"), unique=True, help_text=_("A short name that never changes, for exports.")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE
    )
    points_from = models.PositiveSmallIntegerField(
        _("points from"), default=1, help_text=_("The fewest points it's for, 0 to 10.")
    )
    points_to = models.PositiveSmallIntegerField(
        _("points to"), default=BUDGET, help_text=_("The most points it's for, 0 to 10.")
    )
    direction = models.CharField(
        _("direction"), max_length=12, choices=Direction.choices, default=Direction.ANY
    )
    text = models.TextField(
        _("text"),
        max_length=TIP_MAX_LENGTH,
        validators=[MaxLengthValidator(TIP_MAX_LENGTH), validate_markdown],
        help_text=_("Markdown: *emphasis*, **strong**, [a link](https://…), lists. No HTML."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("Small numbers come first within a purpose.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    published_from = models.DateField(
        _("published from"),
        blank=True,
        null=True,
        help_text=_(
            "A published tip appears from this day on (UTC). Leave it empty to show it now."
        ),
    )

    history = HistoricalRecords(historical_queryset=TipHistoryQuerySet)
    objects = TipQuerySet.as_manager()

    class Meta:
        verbose_name = _("tip")
        verbose_name_plural = _("tips")
        ordering = ["purpose", "position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="tip_purpose_is_one_of_five"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values),
                name="tip_audience_is_known",
            ),
            models.CheckConstraint(
                condition=Q(audience="everyone") | Q(purpose="job_seeking"),
                name="tip_for_one_side_is_for_job_seeking",
                violation_error_message=_(
                    "Only tips for job seeking can be for candidates or employers. "
                    "Choose “Everyone”."
                ),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="tip_has_text"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TIP_MAX_LENGTH),
                name="tip_text_is_not_too_long",
            ),
            models.CheckConstraint(
                condition=Q(points_from__lte=F("points_to"), points_to__lte=BUDGET),
                name="tip_points_from_is_not_above_points_to",
                violation_error_message=_(
                    "“Points from” must not be above “points to”, and both are 0 to 10."
                ),
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="tip_direction_is_known"
            ),
            # A purpose that is gone has no points; one that is new or has risen has points.
            models.CheckConstraint(
                condition=~Q(direction="gone") | Q(points_from=0),
                name="tip_for_gone_begins_at_zero",
                violation_error_message=_(
                    "A purpose that dropped to zero has no points. Set “points from” to 0."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(direction__in=["new", "rising"]) | Q(points_to__gte=1),
                name="tip_for_rising_has_points",
                violation_error_message=_(
                    "A purpose that rose has points. Set “points to” to 1 or more."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "archived"]),
                name="tip_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.beginning

    @property
    def plain(self) -> str:
        """The text without Markdown, in one line."""
        return plain_text(self.text)

    @property
    def html(self) -> SafeString:
        """The text as sanitized HTML."""
        return render_markdown(self.text)

    def audience_error(self) -> tuple[str, str] | None:
        """Validate whom the tip is for without a query: audience, range of points and direction.

        Return the field to correct and the error message of the violated constraint, or None.
        PostgreSQL has the same constraints, and the last word.
        """
        rises = self.direction in (Direction.NEW, Direction.RISING)
        wrong = {
            "tip_for_one_side_is_for_job_seeking": (
                "audience",
                self.audience != Audience.EVERYONE and self.purpose != Purpose.JOB_SEEKING,
            ),
            "tip_points_from_is_not_above_points_to": (
                "points_to" if self.points_to > BUDGET else "points_from",
                not self.points_from <= self.points_to <= BUDGET,
            ),
            "tip_for_gone_begins_at_zero": (
                "points_from",
                self.direction == Direction.GONE and self.points_from > 0,
            ),
            "tip_for_rising_has_points": ("points_to", rises and self.points_to == 0),
        }
        for constraint in self._meta.constraints:
            field, is_violated = wrong.get(constraint.name, ("", False))
            if is_violated:
                return field, str(constraint.violation_error_message)
        return None

    @property
    def starts_later(self) -> bool:
        """Whether it's published, with a publication date in the future (UTC)."""
        return (
            self.state == Tip.State.PUBLISHED
            and self.published_from is not None
            and self.published_from > site_today()
        )
