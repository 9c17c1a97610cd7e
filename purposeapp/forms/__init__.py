"""What people type, read with care. A form says what is wrong, and saves itself."""

from .assessment import KeepForm, NoteForm
from .bring_back import FILE_TOO_LARGE, LARGEST_IMPORT, ImportForm
from .questionnaire import QuestionnaireForm
from .tip import PositionForm, PreviewForm, TipForm
from .tips_file import TipsFileForm

__all__ = [
    "FILE_TOO_LARGE",
    "LARGEST_IMPORT",
    "ImportForm",
    "KeepForm",
    "NoteForm",
    "PositionForm",
    "PreviewForm",
    "QuestionnaireForm",
    "TipForm",
    "TipsFileForm",
]
