"""Pages from the fragment cache are identical, byte for byte, to those that the view renders."""

import re

import pytest

from purposeapp.views import login, questionnaire, rooms_points
from tests.support.make import make_assessment, make_editor, make_user
from tests.support.rooms import make_room

HOLES = re.compile(r'(name="(?:csrfmiddlewaretoken|submission)" value=)"[^"]+"')


@pytest.fixture
def made(monkeypatch):
    """A function that requests a page rendered anew by its view."""

    def made(client, path):
        with monkeypatch.context() as patch:
            for module in (login, questionnaire, rooms_points):
                patch.setattr(module, "blank_page", lambda *args, **kwargs: None)
            return client.get(path)

    return made


def compare(client, made, path):
    anew = made(client, path)
    for _ in range(2):
        kept = client.get(path)
        assert HOLES.sub(r"\1", kept.text) == HOLES.sub(r"\1", anew.text)
        for name in ("Cache-Control", "Vary", "Content-Security-Policy", "Content-Type"):
            assert kept.headers[name] == anew.headers[name]
    return kept


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_a_visitor(client, made, db, path):
    compare(client, made, path)


@pytest.mark.parametrize("has_results", [False, True])
def test_somebody_signed_in(client, made, user, has_results):
    client.force_login(user)
    if has_results:
        make_assessment(user)
    assert ("You last did this" in compare(client, made, "/").text) == has_results


@pytest.mark.parametrize("path", ["/", "/nothing/"])
def test_an_unknown_query_costs_no_page_made_anew(client, db, monkeypatch, path):
    for _ in range(2):
        plain = client.get(path)

    def fail(*args, **kwargs):
        raise AssertionError("rendered")

    monkeypatch.setattr("purposeapp.views.errors.render", fail)
    monkeypatch.setattr("purposeapp.views.ten_points.render", fail)
    for query in ("n", "utm_source=x", "as=both"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == plain.status_code
        assert HOLES.sub(r"\1", response.text) == HOLES.sub(r"\1", plain.text)


def test_staff(client, made, db):
    client.force_login(make_editor())
    assert "/admin/" in compare(client, made, "/").text


@pytest.mark.parametrize("state", ["open", "revealed"])
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_whoever_comes_into_a_room(client, made, user, state, is_signed_in):
    if is_signed_in:
        client.force_login(user)
    room = make_room(user, state, title="<b>Ours & yours</b>", answers=2)
    page = compare(client, made, f"/r/{room.code}/").text
    assert "<bdi>&lt;b&gt;Ours &amp; yours&lt;/b&gt;</bdi>" in page
    assert ("<strong>2</strong> answers" in page) == (state == "open")


def test_all_rooms_share_a_page_that_is_kept_and_none_shows_another(client, user, monkeypatch):
    first, second = make_room(user, title="First"), make_room(user, title="Second", answers=1)
    assert client.get(f"/r/{first.code}/").status_code == 200

    def fail(*args, **kwargs):
        raise AssertionError("rendered")

    monkeypatch.setattr("purposeapp.views.ten_points.render", fail)
    page = client.get(f"/r/{second.code}/").text
    assert "<bdi>Second</bdi>" in page
    assert "<strong>1</strong> answer so far" in page
    assert f'action="/r/{second.code}/"' in page
    assert "First" not in page
    assert first.code not in page


def test_each_form_has_a_token_and_a_submission_of_its_own(client, db):
    first, second = client.get("/").text, client.get("/").text
    for name in ("csrfmiddlewaretoken", "submission"):
        value = re.compile(f'name="{name}" value="([^"]+)"')
        assert value.findall(first) != value.findall(second)


def test_nobody_sees_an_address_of_somebody_else(client, user):
    for person in (user, make_user("other@example.org")):
        client.force_login(person)
        assert re.findall(r"<bdi>(.*?)</bdi>", client.get("/").text) == [person.email] * 2
