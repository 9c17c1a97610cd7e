"""Rules for names that other people see, against phishing: no addresses, nothing invisible.

Each pattern means the same to Python and to PostgreSQL, whatever the locale of the database. The
validators also find full-width and other variants of characters.
"""

from unicodedata import normalize

from django.core.validators import RegexValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

_LETTER = (
    r"[A-Za-z\u00c0-\u1fff\u2c00-\u2dff\u3005-\ud7ff\uf900-\ufdff\ufe70-\uffdc"
    r"\U00010000-\U0001efff\U00020000-\U0003ffff]"
)
"""The blocks of letters in all scripts, without those of punctuation, symbols and emoji."""
_JOINER = r"[\u200c\u200d]"
"""Zero-width (non-)joiners, which are part of words in some scripts, and of emoji."""
_UNSEEN = r"[\u200c\u200d\ufe00-\ufe0f]*"
"""Joiners and variation selectors, which may stand within a name, also within a domain."""
_DOT = r"[.\u2024\u3002\ufe52\uff0e\uff61]"
"""The full stops that a domain can have (RFC 3490, 3.1), and those that NFKC turns into one."""

ADDRESS_IN_NAME = r"(://|[Ww][Ww][Ww]\.|@)"
"""Addresses, which a name must not contain: our pages would show them to other people."""
LINK_IN_NAME = (
    rf"({ADDRESS_IN_NAME}|\S{_DOT}{_UNSEEN}{_LETTER}{_UNSEEN}{_LETTER}"
    r"|[0-9]\.[0-9]+\.[0-9]+\.[0-9])"
)
"""Links, which a name in a mail must not contain: mail programs link even a bare domain."""
INVISIBLE_IN_NAME = (
    r"([\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e"
    r"\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufeff\uffa0\ufff0-\uffff"
    r"\U00013430-\U0001345f\U0001bca0-\U0001bcaf\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
    rf"\U000f0000-\U0010ffff]|(^|[\u0001-\u007f\u200c\u200d]){_JOINER})"
)
"""Control, format, private-use and other invisible characters, which hide what a name says.

A joiner is one of them only where it joins nothing: at first, after ASCII or another joiner.
"""
LETTER_IN_NAME = rf"([0-9]|{_LETTER})"
"""A letter or digit, without which a text is no name."""

NAME_WITH_ADDRESS = _(
    "Enter just a name, without a web or email address. Put a space after each full stop."
)
NAME_WITH_INVISIBLE = _("Some characters in it are invisible. Type it instead of pasting it.")
NAME_WITHOUT_LETTER = _("Use at least one letter or number.")


@deconstructible
class NameValidator(RegexValidator):
    """Validates a name in its compatibility form (NFKC), where variants of a character are one.

    It isn't stored in that form, which would damage words in Thai and Lao.
    """

    def __call__(self, value: str) -> None:
        super().__call__(normalize("NFKC", value))


NO_ADDRESS = NameValidator(ADDRESS_IN_NAME, NAME_WITH_ADDRESS, inverse_match=True)
NO_LINK = NameValidator(LINK_IN_NAME, NAME_WITH_ADDRESS, inverse_match=True)
NOTHING_INVISIBLE = NameValidator(INVISIBLE_IN_NAME, NAME_WITH_INVISIBLE, inverse_match=True)
SOME_LETTER = NameValidator(LETTER_IN_NAME, NAME_WITHOUT_LETTER)
