"""Soft delete of tips: those that users have ticked are archived, all others are deleted."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from purposeapp.models import Tick, Tip
from purposeapp.models.table_lock import lock_table

from .publication import set_state
from .tip_coverage import warning_of_gaps


class ArchivingAdmin(admin.ModelAdmin):
    """Admin mixin for soft delete: archives ticked tips, and lists the outcomes beforehand."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Replace Django's delete action with one that reports what it archives."""
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            what = _("Delete selected tips")
            actions["delete_selected"] = (_delete_or_archive, "delete_selected", what)  # type: ignore[assignment]
        return actions

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """Return what will happen to each tip, for the confirmation page, without who ticked it."""
        ticks = _ticks_of(objs)
        outcomes = [_deletion_outcome(tip, ticks.get(tip.pk)) for tip in objs]
        missing = set() if self.has_delete_permission(request) else {Tip._meta.verbose_name}
        return outcomes, {Tip._meta.verbose_name_plural: len(outcomes)}, missing, []

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Log deleted tips, but not archived ones, in the user's recent actions."""
        ticks = _ticks_of(queryset)
        unticked = [tip for tip in queryset if tip.pk not in ticks]
        return super().log_deletions(request, unticked)  # type: ignore[arg-type]

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        if _archives_all([context["object"]]):
            context |= {"title": _("Archive"), "archives_all": True}
        return super().render_delete_form(request, context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, Tip.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete these tips, or archive those that users have ticked, under row locks."""
        lock_table(Tip)
        # A concurrent tick waits for this row lock. Ticks committed before it are counted.
        tips = list(Tip.objects.filter(pk__in=queryset.values("pk")).select_for_update())
        ticks = _ticks_of(tips)
        kept = [tip for tip in tips if tip.pk in ticks]
        with warning_of_gaps(request):
            archived = set_state(request, kept, Tip.State.ARCHIVED, "Archived, since ticked")
            for tip in tips:
                if tip.pk not in ticks:
                    tip.delete()
            self._say_archived(request, len(archived), len(kept) - len(archived))

    def _say_archived(self, request: HttpRequest, archived: int, same: int) -> None:
        if archived:
            said = ngettext(
                "%(n)d tip archived, because people marked it as done or skipped it.",
                "%(n)d tips archived, because people marked them as done or skipped them.",
                archived,
            )
            self.message_user(request, said % {"n": archived}, messages.WARNING)
        if same:
            said = ngettext(
                "%(n)d tip stays archived, because people marked it as done or skipped it.",
                "%(n)d tips stay archived, because people marked them as done or skipped them.",
                same,
            )
            self.message_user(request, said % {"n": same}, messages.WARNING)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Redirect to the list, without a "deleted" message if the tip was archived."""
        if Tip.objects.filter(pk=obj_id).exists():
            return redirect("admin:purposeapp_tip_changelist")
        return super().response_delete(request, obj_display, obj_id)


def _ticks_of(tips: Iterable[Tip]) -> dict[int, Counter[str]]:
    """Return the number of ticks by tip id and verdict, for those of the tips that have any."""
    ticks = Tick.objects.filter(tip__in=[tip.pk for tip in tips]).order_by()
    found: dict[int, Counter[str]] = {}
    for tip_id, verdict, count in ticks.values_list("tip", "verdict").annotate(Count("pk")):
        found.setdefault(tip_id, Counter())[verdict] = count
    return found


def _archives_all(tips: Iterable[Tip]) -> bool:
    """Return whether deleting these tips will archive all of them."""
    ids = {tip.pk for tip in tips}
    return ids == set(Tick.objects.filter(tip__in=ids).values_list("tip", flat=True).distinct())


def _deletion_outcome(tip: Tip, ticks: Counter[str] | None) -> str:
    """Return a text that says what deleting a tip with these ticks will do."""
    if not ticks:
        return _("“%(tip)s”: deleted") % {"tip": tip}
    outcome = _(
        "“%(tip)s”: archived instead of deleted, because people marked it "
        "(done: %(done)d, skipped: %(skipped)d)"
    )
    done, skipped = ticks[Tick.Verdict.DONE], ticks[Tick.Verdict.NOT_FOR_ME]
    return outcome % {"tip": tip, "done": done, "skipped": skipped}


@admin.action(permissions=["delete"])
def _delete_or_archive(
    model_admin: Any, request: HttpRequest, tips: QuerySet[Tip]
) -> HttpResponse | None:
    """Ask for confirmation, then delete or archive the tips and report the outcome."""
    if not request.POST.get("post"):
        page: Any = delete_selected(model_admin, request, tips)
        archives_all = _archives_all(tips)
        title = _("Archive tips") if archives_all else _("Delete tips")
        page.context_data |= {"title": title, "archives_all": archives_all}
        return page
    ids = list(tips.values_list("pk", flat=True))
    model_admin.log_deletions(request, tips)
    model_admin.delete_queryset(request, Tip.objects.filter(pk__in=ids))
    gone = len(ids) - Tip.objects.filter(pk__in=ids).count()
    if gone:
        said = ngettext("%(n)d tip deleted.", "%(n)d tips deleted.", gone)
        model_admin.message_user(request, said % {"n": gone}, messages.SUCCESS)
    return None
