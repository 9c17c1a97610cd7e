from django.core.validators import MaxLengthValidator
from django.db import connections, models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from purposeapp.split import Purpose, Split

TIP_MAX_LENGTH = 1_000


class TipQuerySet(models.QuerySet["Tip"]):
    """Ways to ask for tips."""

    def version(self) -> str:
        """A fingerprint of all tips: it changes whenever one of them does, by whatever way.

        PostgreSQL reads every row for it, which takes milliseconds for thousands; an event
        on saving would miss what a migration or a bulk update changes.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT md5(coalesce(string_agg(tip::text, '|' ORDER BY id), ''))"
                " FROM purposeapp_tip AS tip"
            )
            return cursor.fetchone()[0]

    def for_split(self, split: Split) -> "TipQuerySet":
        """The tips on every purpose that has points in `split`."""
        return self.filter(purpose__in=split.spent)

    def in_order(self) -> "TipQuerySet":
        """As staff put them, within each purpose."""
        return self.order_by("position", "key")


class Tip(models.Model):
    """One piece of advice on a purpose. Staff own it; every change of it is kept."""

    class Audience(models.TextChoices):
        """Whom a tip is for: job seeking has two sides, and each needs other advice."""

        EVERYONE = "everyone", _("Everyone")
        CANDIDATE = "candidate", _("Candidates")
        EMPLOYER = "employer", _("Employers")

    key = models.SlugField(
        _("key"), unique=True, help_text=_("A short name that never changes, for exports.")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE
    )
    text = models.TextField(
        _("text"), max_length=TIP_MAX_LENGTH, validators=[MaxLengthValidator(TIP_MAX_LENGTH)]
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("Small numbers come first within a purpose.")
    )

    history = HistoricalRecords()
    objects = TipQuerySet.as_manager()

    class Meta:
        verbose_name = _("tip")
        verbose_name_plural = _("tips")
        ordering = ["purpose", "position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="tip_purpose_is_one_of_five"
            ),
            models.CheckConstraint(
                condition=models.Q(audience__in=["everyone", "candidate", "employer"]),
                name="tip_audience_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="tip_has_text"),
        ]

    def __str__(self) -> str:
        return self.key
