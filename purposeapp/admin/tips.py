"""The list of tips, and the form of each, for those who keep them good."""

from http import HTTPStatus

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL
from django.forms import modelform_factory
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.utils import bulk_update_with_history

from purposeapp.forms import PositionForm, TipForm
from purposeapp.models import Tip
from purposeapp.models.tip import PURPOSES_IN_ORDER

from . import changes, coverage, exchange, moving, preview

FILTERED_BY = {"state", "purpose__exact", "audience__exact", "direction__exact"}
"""What an address may ask of the list. Django would take any field, and with it
broken patterns, and `ticks`, which are of people."""

MOST_TICKS = 1_000
"""Ticks of a tip that are counted; that there are more is all that the list says then."""

WHOM_IT_IS_FOR = ["purpose", "audience", ("points_from", "points_to"), "direction"]
WHEN_IT_SHOWS = ["state", "published_from", "position"]


class StateFilter(admin.SimpleListFilter):
    """Tips by their state. Archived ones are out of sight until somebody asks for them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*Tip.State.choices, ("later", _("Published, starting later")), ("all", _("All"))]

    def choices(self, changelist):
        own, *others = super().choices(changelist)
        return [{**own, "display": _("All but archived")}, *others]

    def queryset(self, request, queryset):
        state = self.value()
        if state in Tip.State.values:
            return queryset.filter(state=state)
        if state == "later":
            return queryset.starting_later()
        return queryset if state == "all" else queryset.exclude(state=Tip.State.ARCHIVED)


@admin.register(Tip)
class TipAdmin(admin.ModelAdmin):
    """Tips, by purpose and position. One that people ticked off is archived, never deleted."""

    form = TipForm
    list_display = [
        "words",
        "position",
        "of_purpose",
        "audience",
        "band",
        "direction",
        "shown",
        "ticks",
    ]
    list_editable = ["position"]
    list_filter = ["purpose", "audience", "direction", StateFilter]
    search_fields = ["text", "key"]
    actions = ["publish", "withdraw"]

    # --- The list ---

    def get_queryset(self, request):
        """All tips; each with its number of ticks, which is nothing of whoever ticked."""
        ticks = RawSQL(
            "(SELECT count(*) FROM (SELECT FROM purposeapp_tick AS tick"
            " WHERE tick.tip_id = purposeapp_tip.id LIMIT %s) AS found)",
            [MOST_TICKS],
            output_field=IntegerField(),
        )
        return super().get_queryset(request).annotate(tick_count=ticks)

    def get_ordering(self, request):
        """The purposes in their fixed order, and the tips of each as editors put them."""
        return [PURPOSES_IN_ORDER, "position", "key"]

    def lookup_allowed(self, lookup, value, request=None) -> bool:
        """Whether the list may be filtered so: as its own links do, and in no other way."""
        return lookup in FILTERED_BY

    def get_list_display(self, request):
        """With what moves a tip, for whoever may."""
        if not self.has_change_permission(request):
            return self.list_display
        words, position, *others = self.list_display
        return [words, position, "move", *others]

    def get_changelist_form(self, request, **kwargs):
        """What of a tip can be changed in the list."""
        return modelform_factory(Tip, PositionForm, **{**kwargs, "fields": ["position"]})

    @admin.display(description=_("Text"))
    def words(self, tip: Tip) -> str:
        return Truncator(tip.text).chars(90)

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

    @admin.display(description=_("Ticks"), ordering="tick_count")
    def ticks(self, tip) -> str:
        return f"{MOST_TICKS}+" if tip.tick_count == MOST_TICKS else str(tip.tick_count)

    @admin.display(description=_("Move"))
    def move(self, tip: Tip) -> str:
        button = '<button class="move" name="way" value="{}" formaction="{}" aria-label="{}">{}'
        button += "</button>"
        url = reverse("admin:purposeapp_tip_move", args=[tip.pk])
        up, down = _("Move up: %(tip)s"), _("Move down: %(tip)s")
        return format_html(
            button + " " + button,
            *("up", url, up % {"tip": tip}, "↑"),
            *("down", url, down % {"tip": tip}, "↓"),
        )

    @transaction.atomic
    def changelist_view(self, request, extra_context=None):
        """The list; when something is changed in it, nobody else changes a tip meanwhile."""
        if request.method == "POST":
            Tip.objects.lock()
        return super().changelist_view(request, extra_context)

    # --- What can be done to several ---

    def get_actions(self, request):
        """Django's own, but that deleting says what it archives."""
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            what = _("Delete selected tips")
            actions["delete_selected"] = (_delete_or_archive, "delete_selected", what)  # type: ignore[assignment]
        return actions

    @admin.action(description=_("Publish selected tips"), permissions=["change"])
    def publish(self, request, tips) -> None:
        changed = self._set_state(request, tips, Tip.State.PUBLISHED, "Published in the list")
        later = sum(tip.starts_later for tip in changed)
        said = ngettext("%(n)d tip is published.", "%(n)d tips are published.", len(changed))
        if later:
            said += " " + ngettext("%(later)d shows later.", "%(later)d show later.", later)
        self.message_user(request, said % {"n": len(changed), "later": later}, messages.SUCCESS)

    @admin.action(description=_("Withdraw selected tips (back to draft)"), permissions=["change"])
    def withdraw(self, request, tips) -> None:
        changed = self._set_state(request, tips, Tip.State.DRAFT, "Withdrawn in the list")
        said = ngettext("%(n)d tip is a draft now.", "%(n)d tips are drafts now.", len(changed))
        self.message_user(request, said % {"n": len(changed)}, messages.SUCCESS)

    def _set_state(self, request, tips, state: str, why: str) -> list[Tip]:
        """Change the state of those that have another one, and return them."""
        changed = [tip for tip in tips if tip.state != state]
        for tip in changed:
            tip.state = state
        bulk_update_with_history(
            changed, Tip, ["state"], default_user=request.user, default_change_reason=why
        )
        return changed

    # --- The form ---

    def get_fieldsets(self, request, obj=None):
        """The words first; then whom they are for, and when they show."""
        may = self.has_change_permission(request, obj) if obj else False
        words = ["text", "key", *(["version"] if may else [])]
        return [
            (None, {"fields": words}),
            (_("Whom it is for"), {"fields": WHOM_IT_IS_FOR}),
            (_("When and where it shows"), {"fields": WHEN_IT_SHOWS}),
        ]

    def get_readonly_fields(self, request, obj=None):
        """The key is chosen once: exports and old assessments know the tip by it."""
        return ["key"] if obj else []

    def get_object(self, request, object_id, from_field=None):
        """The tip; where it is about to be changed, as it stays until that is done."""
        if request.method == "POST":
            Tip.objects.lock()
        return super().get_object(request, object_id, from_field)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The form; for a tip that somebody has deleted, the way to bring it back."""
        if self.has_view_permission(request) and changes.is_gone(object_id):
            self.message_user(request, changes.DELETED_MEANWHILE, messages.WARNING)
            return redirect("admin:purposeapp_tip_history", object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change) -> None:
        """Store it, unless nothing was changed: that would be no news in its history."""
        if not change or form.changed_data:
            super().save_model(request, obj, form, change)

    def render_change_form(self, request, context, *args, **kwargs):
        """The form; where somebody else was quicker, with both texts, and as a conflict."""
        response = super().render_change_form(request, context, *args, **kwargs)
        if getattr(context["adminform"].form, "conflict", None):
            response.status_code = HTTPStatus.CONFLICT
        return response

    # --- Deleting ---

    def get_deleted_objects(self, objs, request):
        """What will become of each tip, said before it is done, and nothing of who ticked it."""
        fates = [_fate(tip) for tip in objs]
        missing = set() if self.has_delete_permission(request) else {Tip._meta.verbose_name}
        return fates, {Tip._meta.verbose_name_plural: len(fates)}, missing, []

    def log_deletions(self, request, queryset):
        """Note what is deleted among somebody's recent actions; what is archived is not."""
        unticked = [tip for tip in queryset if not tip.ticks.exists()]
        return super().log_deletions(request, unticked)  # type: ignore[arg-type]

    def delete_model(self, request, obj) -> None:
        self.delete_queryset(request, Tip.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request, queryset) -> None:
        """Delete these tips; archive those that people ticked off."""
        Tip.objects.lock()
        # A tick that is on its way waits for this lock of the row, and one that came before it
        # is counted.
        tips = list(Tip.objects.filter(pk__in=queryset.values("pk")).select_for_update())
        kept = [tip for tip in tips if tip.ticks.exists()]
        self._set_state(request, kept, Tip.State.ARCHIVED, "Archived, since ticked")
        for tip in tips:
            if tip not in kept:
                tip.delete()
        if kept:
            said = ngettext(
                "%(n)d tip is archived, since people ticked it off.",
                "%(n)d tips are archived, since people ticked them off.",
                len(kept),
            )
            self.message_user(request, said % {"n": len(kept)}, messages.WARNING)

    def response_delete(self, request, obj_display, obj_id):
        """On to the list; what was archived has been said."""
        if Tip.objects.filter(pk=obj_id).exists():
            return redirect("admin:purposeapp_tip_changelist")
        return super().response_delete(request, obj_display, obj_id)

    # --- Pages of our own ---

    def get_urls(self):
        """The pages of our own, before those of Django, which take anything for an id."""

        def page(address, view, name, permission):
            allowed = permission_required(f"purposeapp.{permission}_tip", raise_exception=True)
            view = self.admin_site.admin_view(allowed(view))
            return path(address, view, name=f"purposeapp_tip_{name}")

        return [
            page("coverage/", coverage.coverage, "coverage", "view"),
            page("deleted/", changes.deleted, "deleted", "view"),
            page("export/", exchange.export, "export", "view"),
            page("import/", exchange.choose_file, "import", "change"),
            page("import/difference/", exchange.difference, "import_difference", "change"),
            page("preview/", preview.preview, "preview_new", "view"),
            page("<int:tip_id>/preview/", preview.preview, "preview", "view"),
            page("<int:tip_id>/move/", moving.move, "move", "change"),
            page("<int:tip_id>/history/", changes.changes, "history", "view"),
            page("<int:tip_id>/history/<int:version_id>/", changes.version, "version", "view"),
            path("<path:tip>/history/", self.admin_site.admin_view(_nowhere)),
            path("<path:tip>/history/<path:version>/", self.admin_site.admin_view(_nowhere)),
            *super().get_urls(),
        ]


def _fate(tip: Tip) -> str:
    """What becomes of a tip that is to be deleted."""
    if not (count := tip.ticks.count()):
        return _("%(tip)s: deleted") % {"tip": tip}
    fate = ngettext(
        "%(tip)s: archived, not deleted, since %(count)d person ticked it",
        "%(tip)s: archived, not deleted, since %(count)d people ticked it",
        count,
    )
    return fate % {"tip": tip, "count": count}


@admin.action(permissions=["delete"])
def _delete_or_archive(model_admin, request, tips):
    """Ask whether these tips shall go, and once it is a yes, do it and say what became of them."""
    if not request.POST.get("post"):
        return delete_selected(model_admin, request, tips)
    ids = list(tips.values_list("pk", flat=True))
    model_admin.log_deletions(request, tips)
    model_admin.delete_queryset(request, Tip.objects.filter(pk__in=ids))
    gone = len(ids) - Tip.objects.filter(pk__in=ids).count()
    if gone:
        said = ngettext("%(n)d tip is deleted.", "%(n)d tips are deleted.", gone)
        model_admin.message_user(request, said % {"n": gone}, messages.SUCCESS)
    return None


def _nowhere(request, **ids):
    """The history of what no tip can be."""
    raise Http404
