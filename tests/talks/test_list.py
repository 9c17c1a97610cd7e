"""The list of talks, where else talks are offered, and what they cost."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from purposeapp.models import Talk, User
from purposeapp.models.talk_queryset import (
    MAX_LISTED,
)
from purposeapp.web.request_log import HideKeys, RequestLogMiddleware
from tests.support.make import (
    make_assessment,
    make_goal,
)
from tests.support.pages import words_of
from tests.support.talks import (
    LABEL,
    PATH,
    by_id,
    by_key,
    make_talk,
)


def test_the_list_says_where_each_talk_stands(owner, user):
    for state in ("invited", "started", "answered", "agreed", "open", "expired"):
        make_talk(user, state)
    words = words_of(owner.get(PATH))
    for said in (
        "Your guest hasn't started yet. The link works until",
        "You haven't finished yet.",
        "You've finished. Agree to share your points.",
        f"You've agreed. We're waiting for {LABEL}.",
        "You can both see everything until",
        "The link has expired.",
    ):
        assert said in words


def test_two_talks_of_a_day_are_told_apart_in_the_time_of_the_reader(owner, user):
    User.objects.filter(pk=user.pk).update(time_zone="Pacific/Auckland")
    day = datetime(2026, 11, 1, tzinfo=UTC)
    for hour in (20, 22):
        made_at = day + timedelta(hours=hour)
        made = make_talk(user, label="").talk
        Talk.objects.filter(pk=made.pk).update(made_at=made_at)
    words = words_of(owner.get(PATH))
    assert "Your invitation, 2 November 2026, 09:00 NZDT" in words
    assert "Your invitation, 2 November 2026, 11:00 NZDT" in words


def test_what_is_asked_for_in_the_list_is_a_click_away(owner, user):
    made = make_talk(user, "answered")
    (address,) = re.findall('href="([^"]+)">Agree to share', owner.get(PATH).content.decode())
    path, _hash, part = address.partition("#")
    assert path == by_id(made)
    assert f'<h2 id="{part}">Share your points' in owner.get(path).content.decode()


def test_a_talk_is_offered_where_somebody_looks_at_points(owner, user):
    result = make_assessment(user, "6-2-2-0-0").get_absolute_url()
    make_goal(user, "4-3-3-0-0")
    for path, words in (
        (result, "Talk about it with someone"),
        ("/splits/6-2-2-0-0/", "Talk about it with someone"),
        ("/goal/", "Talk about your goal with someone"),
        ("/history/", "Talks"),
    ):
        assert re.search(f'href="/talks/"[^>]*>{words}<', owner.get(path).content.decode()), path


def test_the_list_ends_somewhere(owner, user):
    for _ in range(MAX_LISTED + 2):
        made = make_talk(user)
    page = owner.get(PATH)
    listed = re.findall('<h3><a href="([^"]+)"', page.content.decode())
    assert len(listed) == MAX_LISTED
    assert listed[0] == by_id(made)
    assert "These are the latest ones." in words_of(page)


def test_it_takes_as_many_queries_for_three_talks_as_for_one(
    owner, user, django_assert_num_queries
):
    make_talk(user, "open")
    with django_assert_num_queries(3):  # session with user, talks, answers
        owner.get(PATH)
    make_talk(user, "open")
    make_talk(user, "started")
    with django_assert_num_queries(3):
        owner.get(PATH)


def test_what_a_talk_takes_of_the_database(owner, user, guest, settings, django_assert_num_queries):
    settings.PUBLIC_PAGE_SECONDS = 60
    made, started, invited = (make_talk(user, state) for state in ("open", "started", "invited"))
    guest.get(by_key(made))  # warm up: loads the published content
    with django_assert_num_queries(4):  # session with user; talk, answers, notes
        owner.get(by_id(made))
    with django_assert_num_queries(3):
        guest.get(by_key(made))
    with django_assert_num_queries(2):
        guest.get(by_key(started, "now/"))
    with django_assert_num_queries(1):
        guest.get(f"/invitations/{invited.invite_key}/")


@pytest.mark.parametrize("path", ["/talk/secret/", "/talk/secret/now/", "/invitations/secret/"])
def test_no_key_is_logged(rf, path):
    assert "secret" not in RequestLogMiddleware.format_request(rf.get(path))
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Gone", path), None)
    assert HideKeys().filter(record)
    assert "secret" not in record.getMessage()
    assert "Gone: /" in record.getMessage()
