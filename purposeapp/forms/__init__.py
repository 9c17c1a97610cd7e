"""What people type, read with care. A form says what is wrong, and saves itself."""

from .assessment import KeepForm, NoteForm
from .data_import import FILE_TOO_LARGE, LARGEST_IMPORT, ImportForm
from .goal import GiveUpForm, GoalForm
from .paper import PaperForm
from .questionnaire import QuestionnaireForm
from .reminder import ReminderForm
from .tick import SideForm, TickForm
from .tip import PositionForm, PreviewForm, TipForm
from .tips_file import TipsFileForm
from .what_if import TryForm

__all__ = [
    "FILE_TOO_LARGE",
    "LARGEST_IMPORT",
    "GiveUpForm",
    "GoalForm",
    "ImportForm",
    "KeepForm",
    "NoteForm",
    "PaperForm",
    "PositionForm",
    "PreviewForm",
    "QuestionnaireForm",
    "ReminderForm",
    "SideForm",
    "TickForm",
    "TipForm",
    "TipsFileForm",
    "TryForm",
]
