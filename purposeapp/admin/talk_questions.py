"""The admin of talk questions."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from purposeapp.forms import TalkQuestionForm
from purposeapp.models import TalkQuestion

from .talk_question_preview import talk_question_preview
from .versioned import VersionedAdmin


@admin.register(TalkQuestion)
class TalkQuestionAdmin(VersionedAdmin):
    """Talk questions, with an audit trail. They can't be deleted, only made drafts."""

    form = TalkQuestionForm
    allowed_lookups = {"topic__exact", "purpose__exact", "state__exact"}
    list_display = ["words", "topic", "state", "purpose"]
    list_filter = ["topic", "purpose", "state"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fieldsets: text first, then topic and purpose, then publication."""
        return [
            (None, {"fields": self.text_fields(request, obj)}),
            (_("Where it fits"), {"fields": ["topic", "purpose"]}),
            (_("When it appears"), {"fields": ["state", "position"]}),
        ]

    def get_urls(self) -> list[Any]:
        """Return our own pages' URLs before Django's, whose patterns match anything as an id."""
        return [
            self.own_page("<int:pk>/preview/", talk_question_preview, "preview", "view"),
            *super().get_urls(),
        ]
