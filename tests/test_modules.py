"""No test imports another test module: shared helpers live in tests/support/."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def test_no_test_module_is_imported():
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            for module in modules:
                assert ".test_" not in f".{module}", f"{path.relative_to(TESTS)} imports {module}"
