"""User-facing texts can be translated: they are marked by functions that xgettext knows."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_translations_are_called_by_names_that_makemessages_knows():
    """These are Django's own names and `_`; xgettext ignores any other alias."""
    aliases: dict[str | None, list[Path]] = {}
    for folder in ("purposeapp", "config"):
        sources = sorted((ROOT / folder).rglob("*.py"))
        assert sources, folder
        for path in sources:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                    for name in node.names:
                        aliases.setdefault(name.asname, []).append(path)
    others = {alias: paths for alias, paths in aliases.items() if alias not in (None, "_")}
    assert others == {}
    assert aliases.keys() == {None, "_"}
