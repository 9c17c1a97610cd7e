"""Factories for exported histories, as files to import."""

import csv
import io
import json

from purposeapp.split import Purpose

ID = "7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0"


def entry(**changes) -> dict:
    """Return an assessment as in an export, with these changes."""
    split = dict(zip(Purpose.values, [6, 2, 2, 0, 0], strict=True))
    return {"id": ID, "taken_at": "2026-03-01T12:00:00.000000Z", **split, "note": "n", **changes}


def goal_entry(**changes) -> dict:
    """Return a goal as in an export, with these changes."""
    split = dict(zip(Purpose.values, [4, 3, 3, 0, 0], strict=True))
    set_at = "2026-03-01T12:00:00.000000Z"
    return {**split, "wanted_by": "2027-05-01", "set_at": set_at, "ended_at": None, **changes}


def document(*assessments, goals=()) -> bytes:
    return json.dumps({"version": 1, "assessments": assessments, "goals": goals}).encode()


def table(*assessments, delimiter: str = ",") -> bytes:
    """Return assessments as CSV with a BOM, as a spreadsheet may save them."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(assessments[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(assessments)
    return file.getvalue().encode("utf-8-sig")
