"""What people type, read with care. A form says what is wrong, and saves itself."""

from .assessment import KeepForm, NoteForm
from .bring_back import FILE_TOO_LARGE, LARGEST_IMPORT, ImportForm
from .questionnaire import QuestionnaireForm
from .reminder import ReminderForm

__all__ = [
    "FILE_TOO_LARGE",
    "LARGEST_IMPORT",
    "ImportForm",
    "KeepForm",
    "NoteForm",
    "QuestionnaireForm",
    "ReminderForm",
]
