import re
from datetime import timedelta

import pytest

from purposeapp.models import Assessment
from tests.support.make import NOON, make_assessment, make_user

NOBODYS_ID = "7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0"


@pytest.fixture
def three(user):
    """Three assessments, oldest first."""
    return [
        make_assessment(user, "6-2-2-0-0", taken_at=NOON, note="Before.", event="new_job"),
        make_assessment(user, "1-1-0-8-0", taken_at=NOON + timedelta(days=3), event="redundancy"),
        make_assessment(user, "2-5-2-1-0", taken_at=NOON + timedelta(days=40), note="After."),
    ]


def address(a="", b="") -> str:
    named = [f"{name}={each.id}" for name, each in (("a", a), ("b", b)) if each]
    return "/history/compare/?" + "&".join(named)


def sides(response):
    return response.context["earlier"].id, response.context["later"].id


def test_without_a_choice_the_oldest_and_the_latest_stand_side_by_side(owner, three):
    response = owner.get("/history/compare/")
    assert sides(response) == (three[0].id, three[2].id)
    page = response.content.decode()
    assert "1 month and 9 days apart." in page
    assert (
        "What moved: 3 points from Business driven to "
        "Community spirit; 1 point from Business driven to Job seeking." in page
    )
    assert "Before." in page
    assert "After." in page
    rows = [(str(label.label), *points) for label, *points in response.context["rows"]]
    assert rows == [
        ("Business driven", 6, 2, "−4"),
        ("Community spirit", 2, 5, "+3"),
        ("Learning sponge", 2, 2, "0"),
        ("Job seeking", 0, 1, "+1"),
        ("Vanity project", 0, 0, "0"),
    ]


def test_what_was_told_in_between_is_there(owner, three):
    response = owner.get("/history/compare/")
    assert [each.id for each in response.context["events_between"]] == [three[1].id]
    page = response.content.decode()
    assert "What happened: <bdi>New job</bdi>" in page
    assert re.search(r"4 March 2026</time> ·\s+<bdi>Redundancy</bdi>", page)
    response = owner.get(address(three[0], three[1]))
    assert response.context["events_between"] == []
    assert "What happened: <bdi>Redundancy</bdi>" in response.content.decode()


def test_any_two_can_be_chosen_and_the_earlier_one_stands_on_the_left(owner, three):
    for chosen in (address(three[0], three[1]), address(three[1], three[0])):
        response = owner.get(chosen)
        assert sides(response) == (three[0].id, three[1].id)
        page = " ".join(response.content.decode().split())
        for assessment in three[:2]:
            assert f'<option value="{assessment.id}" selected>' in page
        assert f'<option value="{three[2].id}"> 10 Apr 2026 </option>' in page


def test_one_choice_is_compared_with_the_latest(owner, three):
    assert sides(owner.get(address(three[1]))) == (three[1].id, three[2].id)


def test_the_latest_is_worth_comparing_with_the_first_a_year_ago_and_before_the_last_event(
    owner, user
):
    ago = [(1000, ""), (700, "study"), (350, ""), (40, ""), (30, "new_job"), (0, "")]
    first, _study, year_ago, before, _new_job, latest = (
        make_assessment(user, taken_at=NOON - timedelta(days=days), event=event)
        for days, event in ago
    )
    response = owner.get("/history/compare/")
    assert response.context["presets"] == [
        ("Your first result", "?"),
        ("About a year earlier (16 March 2025)", f"?a={year_ago.id}"),
        ("Before “New job” (20 January 2026)", f"?a={before.id}"),
    ]
    page = response.content.decode()
    for words, query in response.context["presets"]:
        assert f'<a href="/history/compare/{query}">{words}</a>' in page
    assert sides(owner.get(address(year_ago))) == (year_ago.id, latest.id)
    assert sides(owner.get("/history/compare/?")) == (first.id, latest.id)


def test_what_means_the_same_is_offered_once(owner, user):
    make_assessment(user, taken_at=NOON - timedelta(days=365))
    make_assessment(user, taken_at=NOON, event="new_job")
    presets = owner.get("/history/compare/").context["presets"]
    assert presets == [("Your first result", "?")]


def test_nothing_is_called_a_year_earlier_that_is_not_near_it(owner, user):
    for days in (900, 200, 0):
        make_assessment(user, taken_at=NOON - timedelta(days=days))
    presets = owner.get("/history/compare/").context["presets"]
    assert presets == [("Your first result", "?")]


def test_of_more_than_two_that_are_ticked_the_first_two_are_compared(owner, three):
    query = "&".join(f"a={each.id}" for each in three[::-1])
    response = owner.get(f"/history/compare/?{query}")
    assert sides(response) == (three[1].id, three[2].id)
    assert (
        "You ticked more than two, so these are the latest two of them."
        in response.content.decode()
    )
    two = "&".join(f"a={each.id}" for each in three[1:])
    assert "more than two" not in owner.get(f"/history/compare/?{two}").content.decode()


@pytest.mark.parametrize(("ticked", "compared"), [(0, (0, 2)), (1, (1, 2)), (2, (1, 2))])
def test_one_that_is_ticked_alone_is_compared_with_the_latest_or_the_one_before(
    owner, three, ticked, compared
):
    response = owner.get(f"/history/compare/?a={three[ticked].id}")
    assert sides(response) == tuple(three[index].id for index in compared)


def test_of_two_in_one_moment_the_order_is_that_of_the_history(owner, user):
    pair = [make_assessment(user, taken_at=NOON) for _ in range(2)]
    response = owner.get(address(*pair[::-1]))
    assert sides(response) == (pair[0].id, pair[1].id)
    page = response.content.decode()
    assert "On the same day." in page
    assert "No points moved." in page


def test_the_same_one_twice_is_met_with_a_plain_sentence(owner, three):
    response = owner.get(address(three[1], three[1]))
    assert response.status_code == 200
    page = response.content.decode()
    assert "You chose the same result twice. Choose another one to see what moved." in page
    assert "<table" not in page
    assert page.count("<select") == 2


@pytest.mark.parametrize("count", [0, 1])
def test_it_takes_two(owner, user, count):
    for _ in range(count):
        make_assessment(user)
    response = owner.get("/history/compare/")
    assert response.status_code == 200
    page = response.content.decode()
    assert "You need two results to compare." in page
    assert "<select" not in page


def test_one_beyond_the_choices_can_still_be_named(owner, three, monkeypatch):
    monkeypatch.setattr("purposeapp.views.compare.MAX_CHOICES", 2)
    response = owner.get("/history/compare/")
    assert sides(response) == (three[0].id, three[2].id)
    assert [each.id for each, _name in response.context["choices"]] == [a.id for a in three[::-1]]


def test_events_beyond_the_choices_are_listed_too(owner, three, monkeypatch):
    monkeypatch.setattr("purposeapp.views.compare.MAX_CHOICES", 2)
    year_ago = three[2].taken_at - timedelta(days=360)
    Assessment.objects.filter(pk=three[1].pk).update(event="new_job", taken_at=year_ago)
    Assessment.objects.filter(pk=three[0].pk).update(taken_at=year_ago - timedelta(days=1))
    response = owner.get("/history/compare/")
    assert [each.id for each in response.context["events_between"]] == [three[1].id]
    presets = [words for words, _query in response.context["presets"]]
    assert presets[0] == "Your first result"
    assert presets[1].startswith("About a year earlier (")


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize("id", ["nonsense", NOBODYS_ID, "1", "%00", "7f9c24e8"])
def test_what_is_not_there_is_a_404(owner, three, name, id):
    assert owner.get(f"/history/compare/?{name}={id}").status_code == 404


def test_nobody_sees_those_of_somebody_else(stranger, three):
    other = make_user("third@example.org")
    make_assessment(other)
    assert stranger.get(address(three[0], three[1])).status_code == 404
    stranger.force_login(other)
    make_assessment(other)
    assert stranger.get(address(three[0])).status_code == 404
    assert stranger.get(address(b=three[0])).status_code == 404
    page = stranger.get("/history/compare/").content.decode()
    assert str(three[0].id) not in page
    assert "Before." not in page


def test_what_people_wrote_is_shown_as_text(owner, user, three):
    make_assessment(user, note="<script>alert(1)</script>", event="other", event_words="<b>")
    page = owner.get("/history/compare/").content.decode()
    assert "<script>alert" not in page
    assert "What happened: <bdi>&lt;b&gt;" in page


def test_it_costs_the_same_number_of_queries_at_two_and_at_four(
    owner, user, django_assert_num_queries
):
    make_assessment(user)
    make_assessment(user)
    with django_assert_num_queries(5):  # session and user, choices, oldest, latest
        owner.get("/history/compare/")
    make_assessment(user)
    make_assessment(user)
    with django_assert_num_queries(5):
        owner.get("/history/compare/")
