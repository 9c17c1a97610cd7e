"""The sentences of portraits, for those who keep them good: list, form, preview and coverage."""

from http import HTTPStatus

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from purposeapp.advice.portrait import Mix, Slot, chosen, compose, without_text
from purposeapp.forms import PortraitPartForm, PortraitPreviewForm
from purposeapp.forms.portrait_part import gaps_after
from purposeapp.models import PortraitPart
from purposeapp.models.portrait_part import PART_FIELDS
from purposeapp.split import Split

from .history import VersionedAdmin, set_state
from .rendering import render_page

ALLOWED_LOOKUPS = {"slot__exact", "shape__exact", "first__exact", "state__exact"}
"""What an address may ask of the list; Django would take any field, and broken patterns."""

CONDITIONS = ["shape", "first", "second", "third", "missing"]


@admin.register(PortraitPart)
class PortraitPartAdmin(VersionedAdmin):
    """Portrait sentences, with an audit trail. None is deleted: it is turned into a draft."""

    form = PortraitPartForm
    list_display = ["words", "slot", *CONDITIONS, "state"]
    list_filter = ["slot", "shape", "first", "state"]
    search_fields = ["text", "key"]
    actions = ["publish", "withdraw"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    # --- The list ---

    def lookup_allowed(self, lookup, value, request=None) -> bool:
        """Whether the list may be filtered so: as its own links do, and in no other way."""
        return lookup in ALLOWED_LOOKUPS

    @admin.display(description=gettext_lazy("Text"), ordering="text")
    def words(self, part: PortraitPart) -> str:
        return Truncator(part.text).chars(90)

    @admin.action(description=gettext_lazy("Publish selected sentences"), permissions=["change"])
    def publish(self, request, parts) -> None:
        changed = set_state(request, parts, PortraitPart.State.PUBLISHED, "Published in the list")
        said = ngettext("%(n)d sentence published.", "%(n)d sentences published.", len(changed))
        self.message_user(request, said % {"n": len(changed)}, messages.SUCCESS)

    @admin.action(
        description=gettext_lazy("Turn selected sentences into drafts"), permissions=["change"]
    )
    def withdraw(self, request, parts) -> None:
        """Turn them into drafts, all of them or, where a split would lose its last one, none."""
        withdrawn = list(parts)
        for part in withdrawn:
            part.state = PortraitPart.State.DRAFT
        if gaps := gaps_after(withdrawn):
            for gap in gaps:
                self.message_user(request, gap, messages.ERROR)
            return
        changed = set_state(request, parts.all(), PortraitPart.State.DRAFT, "Withdrawn in the list")
        said = ngettext(
            "%(n)d sentence is now a draft.", "%(n)d sentences are now drafts.", len(changed)
        )
        self.message_user(request, said % {"n": len(changed)}, messages.SUCCESS)

    # --- The form ---

    def get_fieldsets(self, request, obj=None):
        """The words first; then the splits that they are true for, and whether they show."""
        may = self.has_change_permission(request, obj) if obj else False
        words = ["text", "key", *(["version"] if may else [])]
        return [
            (None, {"fields": words}),
            (_("Where it fits"), {"fields": ["slot", *CONDITIONS]}),
            (_("When it appears"), {"fields": ["state", "position"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        """The key, chosen once. All, to viewers."""
        if obj is None:
            return []
        return ["key"] if self.has_change_permission(request, obj) else ["key", *PART_FIELDS]

    def render_change_form(self, request, context, *args, **kwargs):
        """The form; with a 422 if something is wrong, and a 409 if somebody was quicker."""
        response = super().render_change_form(request, context, *args, **kwargs)
        if context["adminform"].form.errors and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    # --- Pages of our own ---

    def get_urls(self):
        """The pages of our own, before those of Django, which take anything for an id."""

        def page(address, view, name, permission):
            permission = f"purposeapp.{permission}_portraitpart"
            allowed = permission_required(permission, raise_exception=True)
            view = self.admin_site.admin_view(allowed(view))
            return path(address, view, name=f"purposeapp_portraitpart_{name}")

        return [
            page("coverage/", coverage, "coverage", "view"),
            page("<int:pk>/publish/", self.publish_view, "publish", "change"),
            page("<int:pk>/preview/", preview, "preview", "view"),
            *super().get_urls(),
        ]


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """For each sentence of a portrait, the splits that have none."""
    missing = without_text(PortraitPart.objects.published())
    context = {"slots": [(slot, missing.get(slot, [])) for slot in Slot]}
    return render_page(
        request, "admin/portraits_coverage.html", _("Coverage"), context, model=PortraitPart
    )


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The portrait of a split as it would be with this sentence published."""
    part = get_object_or_404(PortraitPart, pk=pk)
    others = list(PortraitPart.objects.published().exclude(pk=pk))
    parts = [*others, part]
    form = PortraitPreviewForm({"split": request.GET.get("split", str(_suggested(part, parts)))})
    context = {"part": part, "form": form}
    if form.is_valid():
        split = form.cleaned_data["split"]
        context |= {
            "split": split,
            "portrait": compose(split, parts),
            "is_in": chosen(split, parts).get(Slot(part.slot)) is part,
            "fits": Mix(split).meets(part),
        }
    status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_page(
        request, "admin/portraits_preview.html", _("Preview"), context, status, PortraitPart
    )


def _suggested(part: PortraitPart, parts: list[PortraitPart]) -> Split:
    """A split that the sentence is chosen for; if there is none, one that it is true for."""
    rivals = [other for other in parts if other.slot == part.slot]
    fitting = [split for split in Split.all() if Mix(split).meets(part)]
    slot = Slot(part.slot)
    used = (split for split in fitting if chosen(split, rivals).get(slot) is part)
    return next(used, fitting[0] if fitting else Split(2, 2, 2, 2, 2))
