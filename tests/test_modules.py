"""No test imports another test module: shared helpers live in tests/support/."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def imported_tests(source: str) -> Iterator[str]:
    """Yield the test modules, or names in them, that a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            before = f"{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
            names = (before + alias.name for alias in node.names)
            yield from (name for name in names if ".test_" in f".{name}")


@pytest.mark.parametrize(
    "source",
    [
        "import tests.test_goal",
        "from tests.test_goal import PATH",
        "from tests import test_goal",
        "from tests.browser import conftest, test_goal as goal",
        "from . import test_goal",
        "from .test_goal import PATH",
        "def late():\n    from .. import test_goal",
    ],
)
def test_every_import_of_a_test_module_is_found(source):
    assert len(list(imported_tests(source))) == 1


def test_no_test_module_is_imported():
    modules = sorted(TESTS.rglob("*.py"))
    assert Path(__file__) in modules
    found = {path.name: list(imported_tests(path.read_text())) for path in modules}
    assert {name: tests for name, tests in found.items() if tests} == {}
