"""CSV export of a room's released pictures: the data on its screen, and nothing else.

Raw answers are never exported. A host who knows when somebody answered, or what one person would
answer, could tell whose they are.
"""

from collections.abc import Iterator

from purposeapp.models import Room
from purposeapp.rooms.picture import TENTHS

from .csv_table import write_table

COLUMNS = [
    "round", "kind", "answers", "purpose", "mean", "middle_half_from", "middle_half_to",
    "stands_out_for",
]  # fmt: skip


def to_csv(room: Room) -> Iterator[str]:
    """Return the lines of the CSV, with one row for each round, kind and purpose."""
    return write_table(
        COLUMNS,
        (
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
        ),
    )
