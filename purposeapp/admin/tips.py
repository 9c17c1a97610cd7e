"""The admin of tips: changelist and form."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.forms import ModelForm, modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from purposeapp.forms import PositionForm, TipForm
from purposeapp.forms.tip import MOVED_MEANWHILE
from purposeapp.models import Tick, Tip
from purposeapp.models.tip import PURPOSES_IN_ORDER
from purposeapp.split import Purpose

from . import import_export, reorder
from .archive import ArchivingAdmin
from .deleted_tips import DELETED_MEANWHILE, deleted_tips, is_gone
from .list_rows import leave_out_deleted_rows
from .publication import set_state
from .resumable import resumable
from .tip_coverage import tip_coverage, warning_of_gaps
from .tip_preview import tip_preview
from .versioned import VersionedAdmin

MAX_TICKS = 1_000
"""Maximum number of a tip's ticks that each column counts. From there on, it shows "1000+"."""

PUBLISHED = ngettext_lazy("%(n)d tip published.", "%(n)d tips published.", "n")
PUBLISHED_ALREADY = ngettext_lazy(
    "%(n)d tip was published already.", "%(n)d tips were published already.", "n"
)
SHOW_LATER = ngettext_lazy(
    "%(n)d tip shows from its day on.", "%(n)d tips show from their day on.", "n"
)
NOW_DRAFTS = ngettext_lazy("%(n)d tip is now a draft.", "%(n)d tips are now drafts.", "n")
DRAFTS_ALREADY = ngettext_lazy(
    "%(n)d tip was a draft already.", "%(n)d tips were drafts already.", "n"
)

ARROW = re.compile(r"(?P<way>up|down) (?P<tip_id>[0-9]{1,18})")
"""The value of `_save` if a move button (an arrow) in the list was pressed."""

AUDIENCE_FIELDS = ["purpose", "audience", ("points_from", "points_to"), "direction"]
PUBLICATION_FIELDS = ["state", "published_from", "position"]


def _counted(ticks: int) -> str:
    return f"{MAX_TICKS}+" if ticks == MAX_TICKS else str(ticks)


class StateFilter(admin.SimpleListFilter):
    """Filter by state. By default, archived tips are hidden."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Tip.State.choices, ("later", _("Scheduled")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        own, *others = super().choices(changelist)
        yield {**own, "display": _("All but archived")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        state = self.value()
        if state == Tip.State.PUBLISHED:
            return queryset.published()
        if state in Tip.State.values:
            return queryset.filter(state=state)
        if state == "later":
            return queryset.starting_later()
        return queryset if state == "all" else queryset.exclude(state=Tip.State.ARCHIVED)


@admin.register(Tip)
class TipAdmin(VersionedAdmin, ArchivingAdmin):
    """Tips, by purpose and position, with soft delete, audit trail and optimistic lock."""

    form = TipForm
    allowed_lookups = {
        "state",
        "purpose__exact",
        "audience__exact",
        "audience__in",
        "direction__exact",
        "points_from__lte",
        "points_to__gte",
    }
    list_display = [
        "words",
        "position",
        "shown",
        "of_purpose",
        "audience",
        "band",
        "direction",
        "done",
        "skipped",
    ]
    list_editable = ["position"]
    list_filter = ["purpose", "audience", "direction", StateFilter]
    actions = ["publish", "withdraw"]

    # --- The list ---

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list. A move button saves the typed positions, then moves its tip.

        It leads back to that button, in a highlighted row, and browsers focus it. If the submitted
        list is out of date, nothing is saved, and the list is shown as it is now.
        """
        response = super().changelist_view(request, extra_context)
        if _is_out_of_date(response):
            # Django would show the submitted positions beside the rows in their new order.
            messages.error(request, MOVED_MEANWHILE)
            return redirect(request.get_full_path())
        arrow = ARROW.fullmatch(request.POST.get("_save", ""))
        # Django redirects to this URL once it has saved the list, and to another one if the query
        # string is wrong, before it checks the permission.
        is_saved = getattr(response, "url", None) == request.get_full_path()
        if arrow and is_saved and self.has_change_permission(request):
            tip_id = int(arrow["tip_id"])
            reorder.move(request, tip_id, down=arrow["way"] == "down")
            response["Location"] += f"#{reorder.anchor_of(arrow['way'], tip_id)}"
        return response

    def prepare_list(self, request: HttpRequest) -> None:
        # Django refuses users without the permission.
        if "_save" in request.POST and self.has_change_permission(request):
            leave_out_deleted_rows(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all tips, annotated with how many people ticked them, but not who did."""
        counts = {
            f"{verdict}_count": RawSQL(
                "(SELECT count(*) FROM (SELECT FROM purposeapp_tick AS tick"
                " WHERE tick.tip_id = purposeapp_tip.id AND tick.verdict = %s LIMIT %s) AS found)",
                [verdict.value, MAX_TICKS],
                output_field=IntegerField(),
            )
            for verdict in Tick.Verdict
        }
        return super().get_queryset(request).annotate(**counts)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Return an ordering by the purposes' fixed order, then the editors' positions."""
        return [PURPOSES_IN_ORDER, "position", "key"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add the move buttons for users with the change permission."""
        if not self.has_change_permission(request):
            return self.list_display
        words, position, *others = self.list_display
        return [words, position, "move", *others]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[ModelForm]:
        """Return the form of the list's only editable field, the position."""
        return modelform_factory(Tip, PositionForm, **{**kwargs, "fields": ["position"]})

    @admin.display(description=_("Purpose"), ordering=PURPOSES_IN_ORDER)
    def of_purpose(self, tip: Tip) -> str:
        return tip.get_purpose_display()

    @admin.display(description=_("Points"), ordering="points_from")
    def band(self, tip: Tip) -> str:
        if tip.points_from == tip.points_to:
            return str(tip.points_from)
        return f"{tip.points_from}\N{EN DASH}{tip.points_to}"

    @admin.display(description=_("State"), ordering="state")
    def shown(self, tip: Tip) -> str:
        if tip.published_from and tip.starts_later:
            return _("From %(day)s") % {"day": date_format(tip.published_from)}
        return tip.get_state_display()

    @admin.display(description=_("Done"), ordering="done_count")
    def done(self, tip: Any) -> str:
        return _counted(tip.done_count)

    @admin.display(description=_("Skipped"), ordering="not_for_me_count")
    def skipped(self, tip: Any) -> str:
        return _counted(tip.not_for_me_count)

    @admin.display(description=_("Move"))
    def move(self, tip: Tip) -> str:
        button = (
            '<button class="move" id="{}" name="_save" value="{} {}" aria-label="{}">{}</button>'
        )
        up, down = _("Move up: %(tip)s"), _("Move down: %(tip)s")
        return format_html(
            f'<span class="moves">{button} {button}</span>',
            *(reorder.anchor_of("up", tip.pk), "up", tip.pk, up % {"tip": tip}, "↑"),
            *(reorder.anchor_of("down", tip.pk), "down", tip.pk, down % {"tip": tip}, "↓"),
        )

    def reader_page(self, row: Tip) -> str:
        return reverse("purpose", args=[Purpose(row.purpose)])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the tip, with a change reason if it's only its position, else a warning of gaps."""
        if isinstance(form, PositionForm):
            obj._change_reason = reorder.MOVED
            super().save_model(request, obj, form, change)
        else:
            with warning_of_gaps(request):
                super().save_model(request, obj, form, change)

    # --- Actions ---

    @admin.action(description=_("Publish selected tips"), permissions=["change"])
    def publish(self, request: HttpRequest, tips: QuerySet[Tip]) -> None:
        changed = set_state(request, tips, Tip.State.PUBLISHED, "Published in the list")
        later = sum(tip.starts_later for tip in changed)
        self.say_count(request, PUBLISHED, len(changed))
        self.say_count(request, PUBLISHED_ALREADY, len(tips) - len(changed), messages.INFO)
        self.say_count(request, SHOW_LATER, later, messages.INFO)

    @admin.action(description=_("Turn selected tips into drafts"), permissions=["change"])
    def withdraw(self, request: HttpRequest, tips: QuerySet[Tip]) -> None:
        with warning_of_gaps(request):
            changed = set_state(request, tips, Tip.State.DRAFT, "Withdrawn in the list")
            self.say_count(request, NOW_DRAFTS, len(changed))
            self.say_count(request, DRAFTS_ALREADY, len(tips) - len(changed), messages.INFO)

    # --- The form ---

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fieldsets: text first, then audience, then publication."""
        return [
            (None, {"fields": self.text_fields(request, obj)}),
            (_("Who it's for"), {"fields": AUDIENCE_FIELDS}),
            (_("When and where it appears"), {"fields": PUBLICATION_FIELDS}),
        ]

    @resumable
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form. For a deleted tip, redirect to its versions, which can be restored."""
        if self.has_view_permission(request) and is_gone(object_id):
            self.message_user(request, DELETED_MEANWHILE, messages.WARNING)
            return redirect("admin:purposeapp_tip_history", object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    # --- Pages of our own ---

    def get_urls(self) -> list[Any]:
        """Return our own pages' URLs before Django's, whose patterns match anything as an id."""

        return [
            self.own_page("coverage/", tip_coverage, "coverage", "view"),
            self.own_page("deleted/", deleted_tips, "deleted", "view"),
            self.own_page("export/", import_export.export_tips, "export", "view"),
            self.own_page("import/", import_export.upload, "import", "change"),
            self.own_page(
                "import/difference/", import_export.preview_import, "import_difference", "change"
            ),
            self.own_page("preview/", tip_preview, "preview_new", "view"),
            self.own_page("<int:tip_id>/preview/", tip_preview, "preview", "view"),
            *super().get_urls(),
        ]


def _is_out_of_date(response: HttpResponse) -> bool:
    """Return whether a list of tips is shown again because a position has changed meanwhile."""
    shown = (getattr(response, "context_data", None) or {}).get("cl")
    forms = shown.formset.forms if shown and shown.formset else []
    return any(form.has_error("position", code="conflict") for form in forms if form.is_bound)
