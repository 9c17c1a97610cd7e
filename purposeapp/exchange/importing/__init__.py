"""Reading an export back: all of it is right, or nothing is taken.

Whoever sends a file may have changed it by hand, or mean harm. So each value is held against
what an export can hold, and what is wrong is said with its place. Nothing of the file is ever
repeated in what is said.
"""

from purposeapp.exchange.hostile_json import NotAnExport
from purposeapp.exchange.importing.document import (
    Document,
    ImportResult,
    import_document,
    read_document,
)

__all__ = ["Document", "ImportResult", "NotAnExport", "import_document", "read_document"]
