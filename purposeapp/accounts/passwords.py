"""Password validation beyond Django's: refuses passwords made of this site's own words."""

import re
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("five", "ten", "purposes?", "points?", "linked", "in", "password")
"""Context-specific words, as regex patterns. A password must not consist of them alone."""

_WORDS_ALONE = re.compile(f"(?:{'|'.join(WORDS)})+")


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's validator, which also refuses passwords whose letters are only words of this site.

    Digits and punctuation don't count. A password that fails both rules gets Django's error only.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if the password is common or made of this site's words."""
        super().validate(password, user)
        letters = "".join(filter(str.isalpha, password)).lower()
        if _WORDS_ALONE.fullmatch(letters):
            raise ValidationError(
                _("That's too easy to guess here. Try something else."), code="context_words"
            )

    def get_help_text(self) -> str:
        return f"{super().get_help_text()} {_('Not just words of this site.')}"
