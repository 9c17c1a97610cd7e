"""Templates and style sheets are readable, and partials name their inputs."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
TEMPLATES = sorted((CHECKOUT / "templates").rglob("*.html"))
TEXTS = sorted((CHECKOUT / "templates").rglob("*.txt"))
STYLE_SHEETS = sorted((CHECKOUT / "static" / "css").glob("*.css"))
MAX_COLUMNS = 120
INCLUDE = re.compile(r'{% include "((?:\w+/)*_\w+\.html)"(.*?) %}')
"""Matches an include of one of our partials: its name, and the options."""
EXTENDS = re.compile(r'{% extends "(.*?)" %}')
"""Matches the parent of a template, which is no partial even if its name looks like one."""
FRAMES = {frame for path in TEMPLATES for frame in EXTENDS.findall(path.read_text())}
PARTIALS = sorted(
    partial
    for path in TEMPLATES
    if path.name.startswith("_")
    and (partial := str(path.relative_to(CHECKOUT / "templates"))) not in FRAMES
)
WITH_SECTIONS = [path for path in TEMPLATES if "/_account_nav.html" in path.read_text()]


def name(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


@pytest.mark.parametrize("path", TEMPLATES + TEXTS + STYLE_SHEETS, ids=name)
def test_a_line_fits_a_window_beside_another(path):
    lines = enumerate(path.read_text().splitlines(), 1)
    assert [number for number, line in lines if len(line) > MAX_COLUMNS] == []


@pytest.mark.parametrize("partial", PARTIALS)
def test_a_partial_begins_with_its_inputs(partial):
    assert (CHECKOUT / "templates" / partial).read_text().startswith("{# Inputs: ")


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_partial_gets_what_it_is_given_and_nothing_else(path):
    included = INCLUDE.findall(path.read_text())
    assert [partial for partial, options in included if not options.endswith(" only")] == []


@pytest.mark.parametrize("path", WITH_SECTIONS, ids=name)
def test_the_sections_of_the_account_stay_where_they_are_whatever_a_page_has_to_say(path):
    content = path.read_text().partition("{% block content %}")[2]
    assert re.findall(r"_\w+\.html", content)[0] == "_account_nav.html"
