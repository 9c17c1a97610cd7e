"""The rules for names mean the same to Python and to PostgreSQL, for every character."""

import re
import sys
import unicodedata

import pytest
from django.db import connection

from purposeapp.models.names import INVISIBLE_IN_NAME, LETTER_IN_NAME, LINK_IN_NAME

SURROGATES = range(0xD800, 0xE000)
CHARACTERS = [chr(code) for code in range(1, sys.maxunicode + 1) if code not in SURROGATES]
JOINERS = {"\u200c", "\u200d"}
SEEN = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""The format characters that are drawn: number and similar signs of Arabic, Syriac and Kaithi."""

RARE_LETTERS = {"\u2132", "\u214e", "\u2183", "\u2184", "\u2e2f"}
"""Historical letters between symbols: turned F, reversed C and vertical tilde."""
INVISIBLE, LETTER, LINK = map(re.compile, (INVISIBLE_IN_NAME, LETTER_IN_NAME, LINK_IN_NAME))


def test_every_control_format_and_private_use_character_is_invisible():
    unseen = {c for c in CHARACTERS if unicodedata.category(c) in ("Cc", "Cf", "Co")}
    assert all(INVISIBLE.search(f"é{c}") for c in unseen - SEEN - JOINERS)
    assert not any(INVISIBLE.search(f"é{c}") for c in SEEN | JOINERS)


def test_every_letter_and_digit_that_a_normalized_name_can_have_is_one():
    normal = (c for c in CHARACTERS if unicodedata.is_normalized("NFKC", c))
    letters = {c for c in normal if c.isalpha() or c.isdecimal()}
    assert {c for c in letters if not LETTER.search(c)} == RARE_LETTERS


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (INVISIBLE, "é%s"),
        (INVISIBLE, "%s\u200dé"),
        (LETTER, "%s"),
        (LINK, "é.%s%s"),
        (LINK, "é%sab"),
        (LINK, "1.2.3.%s"),
    ],
)
def test_a_pattern_means_the_same_to_postgresql(db, pattern, text):
    """Tried with each 97th character, and with those where the answer changes."""
    is_found = [bool(pattern.search(text.replace("%s", c))) for c in CHARACTERS]
    changes = [n for n in range(1, len(is_found)) if is_found[n - 1] != is_found[n]]
    tried = {*range(0, len(is_found), 97), *changes, *(n - 1 for n in changes)}
    assert changes
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tried, replace(%s, '%%s', tried) ~ %s FROM unnest(%s::text[]) AS tried",
            [text, pattern.pattern, [CHARACTERS[n] for n in tried]],
        )
        answers = dict(cursor.fetchall())
    assert answers == {CHARACTERS[n]: is_found[n] for n in tried}
