"""A rule for the texts that editors write: nothing invisible in them."""

import re
from unicodedata import name

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Zero-width joiners and marks of direction stay: words in some scripts, and emoji, need them.
_INVISIBLE = re.compile(
    r"[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u115f\u1160\u180e\u200b\u2028-\u202e"
    r"\u2060-\u2069\u3164\ufeff\uffa0]"
)
"""Control characters other than tab and line feed, fillers, and format characters that text never
needs.

NUL isn't among them: no form takes it anyway.
"""

INVISIBLE_CHARACTER = _(
    "There is an invisible character after “%(before)s”: %(character)s. Delete it, or type the "
    "words around it again."
)
INVISIBLE_AT_THE_START = _(
    "There is an invisible character at the start: %(character)s. Delete it, or type the first "
    "words again."
)

MAX_SHOWN_BEFORE = 20
"""Maximum number of characters before an invisible one that the error shows."""


def validate_visible(text: str) -> None:
    """Raise ValidationError, which names the first invisible character, if there's one."""
    if not (found := _INVISIBLE.search(text)):
        return
    said = name(found[0], "").lower() or gettext("a control character")
    before = text[max(0, found.start() - MAX_SHOWN_BEFORE) : found.start()]
    raise ValidationError(
        INVISIBLE_CHARACTER if before.strip() else INVISIBLE_AT_THE_START,
        code="invisible",
        params={"before": before, "character": f"U+{ord(found[0]):04X}, {said}"},
    )
