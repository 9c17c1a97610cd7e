"""Django's password validators, with errors that say what to do, and one for this site's own words.

The browser says the same errors while a password is typed, see static/js/password-rules.js.
"""

import re
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

TOO_SHORT = _("Use at least %(length)s characters.")
ONLY_DIGITS = _("Add a letter. Numbers alone are easy to guess.")
LIKE_EMAIL = _("That's too close to your email. Try something else.")
TOO_COMMON = _("Many people use this password, so it's easy to guess. Try something else.")
NOT_COMMON = _("Not a common password, and not just words from this site.")
OUR_WORDS = _("That's too easy to guess here. Try something else.")

WORDS = ("five", "ten", "purposes?", "points?", "linked", "in", "password")
"""Context-specific words, as regex patterns. A password must not consist of them alone."""

_WORDS_ALONE = re.compile(f"(?:{'|'.join(WORDS)})+")


class UserAttributeSimilarityValidator(password_validation.UserAttributeSimilarityValidator):
    """Django's validator. The only attribute of an account is its email."""

    def get_error_message(self) -> str:
        return str(LIKE_EMAIL)


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's validator."""

    def get_error_message(self) -> str:
        return TOO_SHORT % {"length": self.min_length}


class NumericPasswordValidator(password_validation.NumericPasswordValidator):
    """Django's validator."""

    def get_error_message(self) -> str:
        return str(ONLY_DIGITS)


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's validator, which also refuses passwords whose letters are only words of this site.

    Digits and punctuation don't count. A password that fails both rules gets one error only.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if the password is common or made of this site's words."""
        super().validate(password, user)
        letters = "".join(filter(str.isalpha, password)).lower()
        if _WORDS_ALONE.fullmatch(letters):
            raise ValidationError(OUR_WORDS, code="context_words")

    def get_error_message(self) -> str:
        return str(TOO_COMMON)

    def get_help_text(self) -> str:
        return str(NOT_COMMON)
