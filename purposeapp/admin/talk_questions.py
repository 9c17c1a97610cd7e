"""The questions of talks, for those who keep them good."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from purposeapp.forms import TalkQuestionForm
from purposeapp.models import TalkQuestion
from purposeapp.models.talk_question import QUESTION_FIELDS

from .talk_question_preview import talk_question_preview
from .versioned import VersionedAdmin


@admin.register(TalkQuestion)
class TalkQuestionAdmin(VersionedAdmin):
    """Talk questions, with an audit trail. None is deleted: it is turned into a draft."""

    form = TalkQuestionForm
    allowed_lookups = {"topic__exact", "purpose__exact", "state__exact"}
    stored_fields = QUESTION_FIELDS
    list_display = ["words", "topic", "state", "purpose"]
    list_filter = ["topic", "purpose", "state"]
    search_fields = ["text", "key"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The words first; then what they are for, and whether they show."""
        return [
            (None, {"fields": self.text_fields(request, obj)}),
            (_("Where it fits"), {"fields": ["topic", "purpose"]}),
            (_("When it appears"), {"fields": ["state", "position"]}),
        ]

    def get_urls(self) -> list[Any]:
        """The pages of our own, before those of Django, which take anything for an id."""
        return [
            self.own_page("<int:pk>/publish/", self.publish_view, "publish", "change"),
            self.own_page("<int:pk>/preview/", talk_question_preview, "preview", "view"),
            *super().get_urls(),
        ]
