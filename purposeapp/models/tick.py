from typing import Self

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg.errors import ForeignKeyViolation

from .compiled_query import CompiledQuery
from .keyset import keyset_after
from .owned_queryset import OwnedQuerySet
from .tip import Tip
from .user import User

LATEST_FIRST = ("verdict", "-ticked_at", "-id")


class TickQuerySet(OwnedQuerySet["Tick"]):
    """Queries for ticks."""

    def latest_first(self) -> Self:
        """Order by verdict, tips that are done first; within each, the newest first."""
        return self.order_by(*LATEST_FIRST)

    def after(self, tick: "Tick") -> Self:
        """Return those that come after `tick` in `latest_first` (keyset pagination)."""
        return self.filter(keyset_after(LATEST_FIRST, (tick.verdict, tick.ticked_at, tick.pk)))

    def declined(self) -> list[int]:
        """Return the ids of the tips that were marked as not for the person."""
        mine = self.filter(verdict=Tick.Verdict.NOT_FOR_ME)
        return list(mine.values_list("tip_id", flat=True))

    def by_tip(self, user: User) -> dict[int, "Tick"]:
        """Return a person's ticks by the id of the tip."""
        return {tick.tip_id: tick for tick in _of(user.pk)}

    def record(self, *, user: User, tip: Tip, verdict: str) -> None:
        """Store the verdict of `user` on a tip: an upsert, so two requests at once make one tick.

        Recording the same verdict again keeps its time. If the account or the tip has been deleted
        in the meantime, nothing is stored.
        """
        if self.for_user(user).filter(tip=tip, verdict=verdict).exists():
            return
        try:
            self.bulk_create(
                [self.model(user=user, tip=tip, verdict=verdict)],
                update_conflicts=True,
                unique_fields=["user", "tip"],
                update_fields=["verdict", "ticked_at"],
            )
        except IntegrityError as error:
            if not isinstance(error.__cause__, ForeignKeyViolation):
                raise


class Tick(models.Model):
    """A person's verdict on a tip: it's done, or it's not for them."""

    class Verdict(models.TextChoices):
        """The verdicts on a tip."""

        DONE = "done", _("Done")
        NOT_FOR_ME = "not_for_me", _("Skip")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="ticks",
        # The unique constraint's index begins with this column.
        db_index=False,
    )
    # A tip with ticks is archived instead of deleted.
    tip = models.ForeignKey(
        Tip,
        verbose_name=_("tip"),
        on_delete=models.PROTECT,
        related_name="ticks",
        # The index of a tip's verdicts begins with this column.
        db_index=False,
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    ticked_at = models.DateTimeField(_("ticked"), default=timezone.now, editable=False)

    objects = TickQuerySet.as_manager()

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        constraints = [
            models.UniqueConstraint(fields=["user", "tip"], name="tick_once_per_person_and_tip"),
            models.CheckConstraint(
                condition=Q(verdict__in=["done", "not_for_me"]),
                name="tick_verdict_is_known",
            ),
        ]
        indexes = [models.Index("tip", "verdict", name="tick_tip_verdict")]

    def __str__(self) -> str:
        return f"{self.tip_id} {self.verdict}"

    @property
    def is_done(self) -> bool:
        return self.verdict == self.Verdict.DONE


@CompiledQuery
def _of(user_id: int) -> models.QuerySet[Tick]:
    return Tick.objects.filter(user_id=user_id)
