"""CSV (RFC 4180): writes our export, and reads it even if a spreadsheet has saved it again.

Text that a spreadsheet would run as a formula is escaped (OWASP, "CSV injection"). The escaping is
reversible: an import reads back exactly the original text.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .json_validation import AT_LINE, MAX_DIGITS, InvalidFile, at_entry, decode

AT_ROW = _("Row %(number)d: %(reason)s")
NOT_CSV = _("This is not CSV.")
COLUMN_TWICE = _("This column appears twice.")
OTHER_CELLS = _("This row has %(cells)d cells, and the first row has %(columns)d.")
TOO_LONG = _("The row that begins here is longer than any in an export.")

MAX_ROW_LENGTH = 100_000
"""Maximum number of characters in a row, several times as many as in the longest row of an export.

It bounds memory: a megabyte of commas becomes many megabytes of lists.
"""

DELIMITERS = ",;\t"
"""The delimiters that we read. Spreadsheets write `;` in locales with a decimal comma."""

# A cell can also begin within a text, if the file is opened with a different delimiter.
_CELL_BEGINS = rf"(?:^|(?<=[{DELIMITERS}\r\n]))"
# Some spreadsheets skip spaces, quotes and invisible characters, and run what follows.
# One class and a possessive quantifier, so that each character is tried in one way only (ReDoS).
_SKIPPED = r"""(?:(?![\t\r\n])[\s"'\x00-\x1f\u200b-\u200f\u2060\ufeff])*+"""
_FORMULA = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"  # also as full-width characters
_UNSAFE = rf"(?={_SKIPPED}{_FORMULA})"
_UNSAFE_AT_FIRST = rf"(?={_SKIPPED}[\t\r\n])"
UNSAFE = re.compile(rf"{_CELL_BEGINS}{_UNSAFE}|^{_UNSAFE_AT_FIRST}")
ESCAPED = re.compile(rf"{_CELL_BEGINS}'{_UNSAFE}|^'{_UNSAFE_AT_FIRST}")


def escape_formulas(text: str) -> str:
    """Return the text with an apostrophe wherever a spreadsheet would begin a formula.

    Text that has such an apostrophe already gets another, so that `unescape_formulas` removes
    only ours.
    """
    return UNSAFE.sub("'", text)


def unescape_formulas(text: str) -> str:
    """Return the original text: the inverse of `escape_formulas`."""
    return ESCAPED.sub("", text)


class _Line:
    """A file-like object for csv.writer that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def write_table(
    columns: Sequence[str], rows: Iterable[Mapping[str, str | float | None]]
) -> Iterator[str]:
    """Yield the table line by line: a byte order mark, the header row, then the rows.

    Excel needs the byte order mark to read the file as UTF-8.
    """
    table = csv.DictWriter(_Line(), columns, lineterminator="\r\n")
    yield "\ufeff" + table.writeheader()
    for row in rows:
        yield table.writerow(row)


def is_table(data: bytes, column: str) -> bool:
    """Return whether the data is CSV: its first line names the column and doesn't begin JSON."""
    first_line = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    return column.encode() in first_line and not first_line.startswith((b"{", b"["))


def read_table(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each non-empty row with its number as in a spreadsheet. Raises InvalidFile."""
    decode(data)  # says where it isn't UTF-8
    lines = _Lines(data)
    delimiter = max(DELIMITERS, key=lines.first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(reader)]
        with at_entry(1, AT_ROW):
            if len(set(columns)) < len(columns):
                raise ValidationError(COLUMN_TWICE)
        lines.begin_row()
        for number, cells in enumerate(reader, start=2):
            lines.begin_row()
            if not any(cells):
                continue
            with at_entry(number, AT_ROW):
                if len(cells) != len(columns):
                    params = {"cells": len(cells), "columns": len(columns)}
                    raise ValidationError(OTHER_CELLS, params=params)
            yield number, dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        raise InvalidFile(AT_LINE, params={"line": reader.line_num, "reason": NOT_CSV}) from error


class _Lines:
    """The lines of a table, for csv.reader. Raises InvalidFile at a row that is too long.

    It does so before csv.reader makes a list of the row, which may have several lines.
    """

    def __init__(self, data: bytes) -> None:
        self._file = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")
        self.first = self._file.readline(MAX_ROW_LENGTH)
        self._file.seek(0)
        self._line = self._begins_at = self._length = 0

    def begin_row(self) -> None:
        self._begins_at, self._length = self._line, 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_ROW_LENGTH + 1):
            self._line += 1
            self._length += len(line)
            if self._length > MAX_ROW_LENGTH:
                params = {"line": self._begins_at + 1, "reason": TOO_LONG}
                raise InvalidFile(AT_LINE, params=params)
            yield line


def read_number(cell: str) -> int | str:
    """Return the whole number in a cell, or the text as it is if it's not one."""
    digits = cell.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS
    return int(digits) if is_number else cell
