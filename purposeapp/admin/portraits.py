"""The admin of portrait sentences: list, form, preview and coverage."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from purposeapp.forms import PortraitPartForm
from purposeapp.forms.portrait_part import gaps_after
from purposeapp.models import PortraitPart

from .portrait_coverage import portrait_coverage
from .portrait_preview import portrait_preview
from .publication import set_state
from .versioned import VersionedAdmin

PUBLISHED = ngettext_lazy("%(n)d sentence published.", "%(n)d sentences published.", "n")
PUBLISHED_ALREADY = ngettext_lazy(
    "%(n)d sentence was published already.", "%(n)d sentences were published already.", "n"
)
NOW_DRAFTS = ngettext_lazy("%(n)d sentence is now a draft.", "%(n)d sentences are now drafts.", "n")
DRAFTS_ALREADY = ngettext_lazy(
    "%(n)d sentence was a draft already.", "%(n)d sentences were drafts already.", "n"
)

CONDITIONS = ["shape", "first", "second", "third", "missing"]


@admin.register(PortraitPart)
class PortraitPartAdmin(VersionedAdmin):
    """Portrait sentences, with an audit trail. They can't be deleted, only made drafts."""

    form = PortraitPartForm
    allowed_lookups = {"slot__exact", "shape__exact", "first__exact", "state__exact"}
    list_display = ["words", "slot", "state", *CONDITIONS]
    list_filter = ["slot", "shape", "first", "state"]
    actions = ["publish", "withdraw"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- The list ---

    @admin.action(description=gettext_lazy("Publish selected sentences"), permissions=["change"])
    def publish(self, request: HttpRequest, parts: QuerySet[PortraitPart]) -> None:
        changed = set_state(request, parts, PortraitPart.State.PUBLISHED, "Published in the list")
        self.say_count(request, PUBLISHED, len(changed))
        self.say_count(request, PUBLISHED_ALREADY, len(parts) - len(changed), messages.INFO)

    @admin.action(
        description=gettext_lazy("Turn selected sentences into drafts"), permissions=["change"]
    )
    def withdraw(self, request: HttpRequest, parts: QuerySet[PortraitPart]) -> None:
        """Turn all into drafts, or none if a split would lose its last sentence."""
        withdrawn = list(parts)
        for part in withdrawn:
            part.state = PortraitPart.State.DRAFT
        if gaps := gaps_after(withdrawn):
            for gap in gaps:
                self.message_user(request, gap, messages.ERROR)
            return
        changed = set_state(request, parts.all(), PortraitPart.State.DRAFT, "Withdrawn in the list")
        self.say_count(request, NOW_DRAFTS, len(changed))
        self.say_count(request, DRAFTS_ALREADY, len(withdrawn) - len(changed), messages.INFO)

    # --- The form ---

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fieldsets: text first, then the splits that it fits, then publication."""
        return [
            (None, {"fields": self.text_fields(request, obj)}),
            (_("Where it fits"), {"fields": ["slot", *CONDITIONS]}),
            (_("When it appears"), {"fields": ["state", "position"]}),
        ]

    # --- Pages of our own ---

    def get_urls(self) -> list[Any]:
        """Return our own pages' URLs before Django's, whose patterns match anything as an id."""

        return [
            self.own_page("coverage/", portrait_coverage, "coverage", "view"),
            self.own_page("<int:pk>/preview/", portrait_preview, "preview", "view"),
            *super().get_urls(),
        ]
