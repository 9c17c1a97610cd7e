"""The fragment cache: rendered once for equal values, and never reused for others."""

import weakref

import pytest
from django.template import engines
from django.utils.safestring import mark_safe
from django.utils.translation import override

from purposeapp.web import fragments
from purposeapp.web.fragments import MAX_FRAGMENTS, MAX_LENGTH, fragment

PAGE = "<p>%(name)s, %(points)d: %(token)s %(name)s</p>"


@pytest.fixture
def rendered(monkeypatch):
    """Replace rendering by a fake that returns its values, and list its calls."""
    calls = []

    def render_to_string(template_name, values):
        calls.append((template_name, values))
        return f"{template_name} {values}"

    monkeypatch.setattr(fragments, "render_to_string", render_to_string)
    return calls


def test_the_same_values_are_rendered_once(rendered):
    assert fragment("a.html", points=3) == fragment("a.html", points=3)
    assert rendered == [("a.html", {"points": 3})]


def test_other_values_another_template_and_another_language_are_rendered_anew(rendered):
    fragment("a.html", points=3)
    fragment("a.html", points=4)
    fragment("b.html", points=3)
    fragment("a.html", rest=3)
    with override("de"):
        fragment("a.html", points=3)
    assert len(rendered) == 5


def test_a_text_that_looks_like_the_place_of_a_late_value_stays_a_text(rendered):
    html = fragment("a.html", text="late-name-value", late={"name": "Ada", "day": "Monday"})
    assert html == "a.html {'text': 'late-name-value', 'name': 'Ada', 'day': 'Monday'}"


def test_what_is_too_long_is_not_kept(rendered):
    for _ in range(2):
        fragment("a.html", value="7" * (MAX_LENGTH + 1))
    assert len(rendered) == 2
    assert fragments._render.cache_info().currsize == 0


def test_there_are_never_more_than_the_limit(rendered):
    for value in range(MAX_FRAGMENTS + 10):
        fragment("a.html", value=value)
    assert fragments._render.cache_info().currsize == MAX_FRAGMENTS


def test_what_made_the_context_is_not_kept(rendered):
    """It may contain personal data, such as a form with what someone typed."""

    class Person:
        pass

    person = Person()
    gone = weakref.ref(person)
    fragment("a.html", points=3, context=lambda values, person=person: values)
    assert fragments._render.cache_info().currsize == 1
    del person
    assert gone() is None


def test_while_templates_are_worked_on_nothing_is_kept(rendered, settings):
    settings.DEBUG = True
    for _ in range(2):
        fragment("a.html", points=3)
    assert len(rendered) == 2


def test_what_is_late_is_filled_in_after_and_escaped(rendered, monkeypatch):
    monkeypatch.setattr(
        fragments, "render_to_string", lambda name, values: rendered.append(values) or PAGE % values
    )
    late = {"name": "<Ann>", "token": "abc"}
    assert fragment("a.html", points=3, late=late) == "<p>&lt;Ann&gt;, 3: abc &lt;Ann&gt;</p>"
    late = {"name": "Bob", "token": "late-name-value"}
    assert fragment("a.html", points=3, late=late) == "<p>Bob, 3: late-name-value Bob</p>"
    assert len(rendered) == 1


def test_a_context_that_is_made_is_made_once(rendered):
    for name in ("Ann", "Bob"):
        fragment("a.html", points=3, late={"name": name}, context=lambda given: {"all": [*given]})
    assert rendered == [("a.html", {"all": ["points", "name"]})]


def test_a_fragment_sees_nothing_but_its_values(rf):
    template = engines["django"].from_string(
        '{% load fragments %}{% fragment "purposeapp/_checked_tip.html" id=1 text=text why=why %}'
    )
    html = template.render({"text": mark_safe("<em>so</em>"), "why": "<b>", "verdict": "done"})
    assert "<em>so</em>" in html
    assert "&lt;b&gt;" in html
    assert "tip-done" not in html


def test_a_part_for_everybody_is_rendered_once_for_each_language_and_knows_no_values():
    once = "{% once %}{{ name }}<{% translate 'Yes' %}>{% endonce %}"
    page = engines["django"].from_string("{% load fragments i18n %}{{ name }}" + once)
    assert [page.render({"name": name}) for name in "ab"] == ["a<Yes>", "b<Yes>"]
    with override("de"):
        assert page.render({"name": "c"}) == "c<Ja>"
    assert page.render({"name": "d"}) == "d<Yes>"
