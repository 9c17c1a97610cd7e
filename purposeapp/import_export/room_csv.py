"""CSV export of a room's released pictures: the data on its screen, and nothing else.

Raw answers are never exported. A host who knows when someone answered, or what one person would
answer, could tell whose they are.
"""

from collections.abc import Iterator

from purposeapp.models import Room
from purposeapp.rooms.picture import TENTHS

from .csv_table import write_table

COLUMNS = ["round", "kind", "answers", "purpose", "mean"]
OPTIONAL_COLUMNS = ["middle_half_from", "middle_half_to", "stands_out_for"]
"""The columns that small rooms don't show. Each is left out if it would be empty."""


def to_csv(room: Room) -> Iterator[str]:
    """Return the lines of the CSV, with one row for each round, kind and purpose."""
    rows = [
        {
            "round": round,
            "kind": kind,
            "answers": picture.answers,
            "purpose": row.purpose.value,
            "mean": row.tenths / TENTHS,
            "middle_half_from": row.low,
            "middle_half_to": row.high,
            "stands_out_for": row.stands_out,
        }
        for (round, kind), picture in room.pictures.items()
        for row in picture.rows
    ]
    used = [name for name in OPTIONAL_COLUMNS if any(row[name] is not None for row in rows)]
    columns = [*COLUMNS, *used]
    return write_table(columns, ({name: row[name] for name in columns} for row in rows))
