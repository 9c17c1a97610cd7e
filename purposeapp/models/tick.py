from contextlib import suppress
from typing import Self

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .compiled_query import CompiledQuery
from .keyset import keyset_after
from .owned_queryset import OwnedQuerySet
from .tip import Tip
from .user import User

LATEST_FIRST = ("verdict", "-ticked_at", "-id")


class TickQuerySet(OwnedQuerySet["Tick"]):
    """Ways to ask for ticks."""

    def latest_first(self) -> Self:
        """What is done before what is not for them; of each, what was said last comes first."""
        return self.order_by(*LATEST_FIRST)

    def after(self, tick: "Tick") -> Self:
        """Those that come after `tick` in `latest_first` (keyset)."""
        return self.filter(keyset_after(LATEST_FIRST, (tick.verdict, tick.ticked_at, tick.pk)))

    def declined(self) -> list[int]:
        """The ids of the tips that are not for them."""
        mine = self.filter(verdict=Tick.Verdict.NOT_FOR_ME)
        return list(mine.values_list("tip_id", flat=True))

    def by_tip(self, user: User) -> dict[int, "Tick"]:
        """What a person said, by the id of the tip."""
        return {tick.tip_id: tick for tick in _of(user.pk)}

    def record(self, *, user: User, tip: Tip, verdict: str) -> None:
        """Upsert what `user` says of a tip, so that two at once make one tick.

        The same said again keeps its moment.
        Nothing is stored for an account or of a tip that is gone meanwhile.
        """
        if self.for_user(user).filter(tip=tip, verdict=verdict).exists():
            return
        with suppress(IntegrityError):
            self.bulk_create(
                [self.model(user=user, tip=tip, verdict=verdict)],
                update_conflicts=True,
                unique_fields=["user", "tip"],
                update_fields=["verdict", "ticked_at"],
            )


class Tick(models.Model):
    """What a person said of a tip: that it is done, or that it is not for them."""

    class Verdict(models.TextChoices):
        """What can be said of a tip."""

        DONE = "done", _("Done")
        NOT_FOR_ME = "not_for_me", _("Skip")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="ticks",
        # The unique constraint begins with it already.
        db_index=False,
    )
    # A tip that somebody ticked is archived rather than deleted.
    tip = models.ForeignKey(
        Tip, verbose_name=_("tip"), on_delete=models.PROTECT, related_name="ticks"
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

    def __str__(self) -> str:
        return f"{self.tip_id} {self.verdict}"

    @property
    def is_done(self) -> bool:
        return self.verdict == self.Verdict.DONE


@CompiledQuery
def _of(user_id: int) -> models.QuerySet[Tick]:
    return Tick.objects.filter(user_id=user_id)
