"""User-facing texts can be translated: they are marked by functions that xgettext knows."""

import ast
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "purposeapp"


def test_translations_are_called_by_names_that_makemessages_knows():
    """These are Django's own names and `_`; xgettext ignores any other alias."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                assert {name.asname for name in node.names} <= {None, "_"}, path
