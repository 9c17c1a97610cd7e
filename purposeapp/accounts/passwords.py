"""Password validation beyond Django's: what comes to mind first on this very site."""

import re
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("five", "ten", "purposes?", "points?", "linked", "in", "password")
"""Context-specific words, as patterns. They may be a part of a password, but not all of it."""

_WORDS_ALONE = re.compile(f"(?:{'|'.join(WORDS)})+")


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's, which refuses a password of nothing but words of this site too, whatever digits
    and signs are added. Of one that is both it says no more than that it is common."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for such a password."""
        super().validate(password, user)
        letters = "".join(filter(str.isalpha, password)).lower()
        if _WORDS_ALONE.fullmatch(letters):
            raise ValidationError(
                _("That's too easy to guess here. Try something else."), code="context_words"
            )

    def get_help_text(self) -> str:
        return f"{super().get_help_text()} {_('Not just words of this site.')}"
