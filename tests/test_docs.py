"""The documentation for operators and developers agrees with the code."""

import ast
import re
from pathlib import Path

import django as django_package
import pytest
import simple_history

from config.settings import REQUIRED_IN_PRODUCTION

CHECKOUT = Path(__file__).parent.parent
READERS = ["config/settings.py", "config/environment.py", "config/gunicorn.conf.py"]
NOT_FOR_COMPOSE = {"APP_ENV", "HOST", "PORT", "DEBUG", "START_MESSAGE"}
"""Variables that the image sets itself, or that only a laptop uses."""


def variables_read(path: str) -> dict[str, str | None]:
    """Return each environment variable that a file reads, with its default if it names one."""
    found: dict[str, str | None] = {}
    for node in ast.walk(ast.parse((CHECKOUT / path).read_text())):
        match node:
            case ast.Call(
                func=ast.Name(id=reader),
                args=[ast.Constant(value=str(name)), ast.Constant(value=default), *_],
            ) if reader.startswith("read_"):
                found[name] = str(default)
            case (
                ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get"),
                    args=[ast.Constant(value=str(name)), *_],
                )
                | ast.Subscript(
                    value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))
                )
            ):
                found.setdefault(name, None)
    return found


def documented() -> dict[str, tuple[str, str]]:
    """Return each variable in the table of docs/deploy.md: its default, and if it is required."""
    text = (CHECKOUT / "docs/deploy.md").read_text()
    table = text.partition("## Every environment variable")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+?) \| (yes|no) \|$", table, re.MULTILINE)
    assert len(rows) == len({name for name, *_ in rows}), "a variable has two rows"
    return {name: (default, required) for name, default, required in rows}


def test_the_table_has_every_variable_that_is_read_and_no_other():
    read = set().union(*map(variables_read, READERS))
    assert len(read) > 10
    assert set(documented()) == read


def test_the_table_says_which_ones_production_needs():
    required = {name for name, (_, required) in documented().items() if required == "yes"}
    assert required == set(REQUIRED_IN_PRODUCTION)


@pytest.mark.parametrize(
    ("name", "default"),
    [(name, default) for name, default in variables_read(READERS[0]).items() if default],
)
def test_the_table_says_the_default_that_the_code_has(name, default):
    assert documented()[name][0] == f"`{default}`"


def test_compose_hands_on_every_variable_that_a_server_may_need():
    handed_on = re.findall(
        r"^    ([A-Z_]+):", (CHECKOUT / "compose.yaml").read_text(), re.MULTILINE
    )
    assert set(handed_on) == set(documented()) - NOT_FOR_COMPOSE


def test_the_example_of_an_env_file_has_every_variable_of_a_server_and_no_other():
    example = (CHECKOUT / ".env.example").read_text()
    names = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    assert len(names) == len(set(names)), "a variable stands there twice"
    assert set(names) == (set(documented()) - NOT_FOR_COMPOSE) | {
        "BACKUP_DAYS",
        "BACKUP_PING_URL",
        "HTTPS_PORT",
        "HTTP_PORT",
        "POSTGRES_PASSWORD",
        "REQUIREMENTS",
        "WEB_MEMORY",
    }


FOR_A_TRY = {"HTTP_PORT", "HTTPS_PORT"}
"""Variables that the example sets, so that a first trial needs no port below 1024."""


def test_the_example_sets_what_compose_needs_and_leaves_the_rest_to_its_defaults():
    example = (CHECKOUT / ".env.example").read_text()
    compose = (CHECKOUT / "compose.yaml").read_text()
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", compose))
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == needed | FOR_A_TRY
    of_compose = dict(re.findall(r"\$\{([A-Z_]+):-(\w+)\}", compose))
    assert of_compose.keys() >= FOR_A_TRY
    for name, default in re.findall(r"^#([A-Z_]+)=(\S+)$", example, re.MULTILINE):
        if name != "DATABASE_URL":
            assert (of_compose.get(name) or documented()[name][0].strip("`")) == default


PAGES = sorted(
    path.relative_to(CHECKOUT) for glob in ("*.md", "docs/**/*.md") for path in CHECKOUT.glob(glob)
)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_file_that_a_page_names_is_there(page):
    text = (CHECKOUT / page).read_text()
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    missing = [link for link in links if not (CHECKOUT / page.parent / link).exists()]
    paths = re.findall(r"(?:purposeapp|config|templates|tests|bench|docs)/[\w/.-]*\w", text)
    missing += [path for path in paths if not (CHECKOUT / path).exists()]
    assert not missing


def literals() -> str:
    """Return the source texts of all labels that the admin, ours and Django's, may show."""
    django, history = Path(django_package.__file__).parent, Path(simple_history.__file__).parent
    folders = [CHECKOUT / "purposeapp", CHECKOUT / "templates", history / "templates"]
    folders += [django / f"contrib/{name}" for name in ("admin/templates", "auth")]
    files = [
        path for each in folders for path in each.rglob("*") if path.suffix in (".py", ".html")
    ]
    return "\n".join(path.read_text() for path in files).lower()


def test_every_label_in_the_handbook_is_one_of_the_admin():
    """In the handbook, buttons and headings are in italics and fields are bold."""
    handbook = re.sub("`[^`]+`", "", (CHECKOUT / "docs/editors.md").read_text())
    labels = {
        " ".join((bold or italics).split())
        for bold, italics in re.findall(r"\*\*([^*]+)\*\*|\*([^*]+)\*", handbook)
    }
    assert len(labels) > 40
    shown = literals()
    unknown = []
    for label in labels:
        words = re.escape(label.removeprefix("By ").lower())
        if not re.search(f"[\"'>]\\s*{words}[?.]?\\s*[\"'<]", shown):
            unknown.append(label)
    assert sorted(unknown) == []


def test_the_first_sentence_to_change_is_where_newcomers_are_told_to_look():
    page = (CHECKOUT / "CONTRIBUTING.md").read_text()
    words, path = re.search(r'grep -rn "([^"]+)".+? in\s+`([^`]+)`', page).groups()
    assert words in (CHECKOUT / path).read_text()
