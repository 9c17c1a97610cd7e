"""Forms: each validates what users type, and saves itself."""

from .account_deletion import DeleteAccountForm
from .assessment import EventForm, NoteForm, SaveResultForm
from .community import CommunityForm
from .data_import import MAX_IMPORT_MB, ImportForm
from .goal import EndGoalForm, GoalForm
from .import_file import FILE_TOO_LARGE
from .paper import ChangeDayForm, PaperForm
from .portrait_part import PortraitPartForm, PortraitPreviewForm
from .questionnaire import QuestionnaireForm
from .reminder import ReminderForm
from .room import CodeForm, PaperAnswerForm, RoomForm
from .talk import InvitationForm, InvitationMailForm, LinkMailForm, TalkNoteForm
from .talk_question import TalkQuestionForm
from .tick import SideForm, TickForm
from .time_zone import TimeZoneForm
from .tip import PositionForm, PreviewForm, TipForm
from .tips_import import MAX_TIPS_FILE_MB, TipsFileForm
from .what_if import WhatIfForm

__all__ = [
    "FILE_TOO_LARGE",
    "MAX_IMPORT_MB",
    "MAX_TIPS_FILE_MB",
    "ChangeDayForm",
    "CodeForm",
    "CommunityForm",
    "DeleteAccountForm",
    "EndGoalForm",
    "EventForm",
    "GoalForm",
    "ImportForm",
    "InvitationForm",
    "InvitationMailForm",
    "LinkMailForm",
    "NoteForm",
    "PaperAnswerForm",
    "PaperForm",
    "PortraitPartForm",
    "PortraitPreviewForm",
    "PositionForm",
    "PreviewForm",
    "QuestionnaireForm",
    "ReminderForm",
    "RoomForm",
    "SaveResultForm",
    "SideForm",
    "TalkNoteForm",
    "TalkQuestionForm",
    "TickForm",
    "TimeZoneForm",
    "TipForm",
    "TipsFileForm",
    "WhatIfForm",
]
