"""The settings page: everything about an account, each with a way to change it."""

import re
from datetime import date

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from tests.support.client import sign_in
from tests.support.make import make_reminder, make_user, prove_address

PATH = "/settings/"


def main_of(client: Client) -> str:
    response = client.get(PATH)
    assert response.status_code == 200
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def words_of(client: Client) -> str:
    return " ".join(re.sub("<[^>]+>", " ", main_of(client)).split())


def test_it_leads_to_everything_about_the_account(owner, user):
    page = main_of(owner)
    assert f"<bdi>{user.email}</bdi>" in page
    for path in (
        "/accounts/email/",
        "/accounts/password/change/",
        "/reminders/",
        "/history/export.json",
        "/history/export.csv",
        "/history/import/",
        "/accounts/delete/",
    ):
        assert f'<a href="{path}">' in page
    for path in ("/tips/side/", "/accounts/logout/"):
        assert f'<form method="post" action="{path}">' in page


def test_it_is_for_its_owner_alone_and_never_stored(owner):
    response = owner.get(PATH)
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert Client().get(PATH).url == "/accounts/login/?next=/settings/"


def test_it_shows_nothing_of_somebody_else(stranger, user):
    make_reminder(user, due_on=date(2027, 5, 4))
    type(user).objects.filter(pk=user.pk).update(side="candidate")
    SocialAccount.objects.create(provider="linkedin", uid="ada", user=user)
    assert not stranger.get(PATH).context["linkedin_is_connected"]
    words = words_of(stranger)
    assert user.email not in words
    assert "4 May 2027" not in words
    assert "Not set. You see tips for both sides." in words


def test_whoever_has_no_password_may_set_one(client, db):
    user = make_user()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    page = main_of(client)
    assert '<a href="/accounts/password/set/">' in page
    assert "/accounts/password/change/" not in page
    assert "Password Not set. You sign in with a code. Set a password" in words_of(client)


def test_it_says_when_the_next_reminder_is(owner, user):
    assert "Reminders Never" in words_of(owner)
    make_reminder(user, "every_3_months", due_on=date(2027, 5, 4))
    assert (
        "Every 3 months. Next: 4 May 2027. We can't send it until your email is confirmed."
        in words_of(owner)
    )
    prove_address(user)
    assert "Every 3 months. Next: 4 May 2027. Change reminders" in words_of(owner)


@pytest.mark.parametrize(
    ("rhythm", "due_on", "said"),
    [
        ("on_date", date(2027, 5, 4), "Once, on 4 May 2027."),
        ("on_change", date(2027, 5, 4), "Once, on 4 May 2027."),
        ("on_change", None, "When something changes in your life"),
    ],
)
def test_a_reminder_that_does_not_repeat_has_no_next_one(owner, user, rhythm, due_on, said):
    prove_address(user)
    make_reminder(user, rhythm, due_on=due_on)
    assert f"Reminders {said} Change reminders" in words_of(owner)


def test_it_marks_the_side_that_was_chosen(owner, user):
    assert 'aria-pressed="true"' not in main_of(owner)
    saved = owner.post("/tips/side/", {"side": "employer", "settings": "1"}, follow=True)
    assert "Your side of job seeking is saved." in saved.content.decode()
    user.refresh_from_db()
    assert user.side == "employer"
    pressed = re.findall(r'value="([a-z]+)"\s+aria-pressed="true"', main_of(owner))
    assert pressed == ["employer"]


def test_it_counts_the_browsers(client, user):
    sign_in(client, user)
    assert "In 1 browser " in words_of(client)
    sign_in(Client(), user)
    assert "In 2 browsers" in words_of(client)


def test_it_costs_the_same_whatever_there_is(owner, user, django_assert_max_num_queries):
    make_reminder(user, due_on=date(2027, 5, 4))
    with django_assert_max_num_queries(4):  # session and user, reminder, LinkedIn, browsers
        owner.get(PATH)


def test_whoever_is_signed_in_elsewhere_can_end_that(owner, user, stranger):
    assert "Sign out everywhere else" not in main_of(owner)
    others = [Client(), Client()]
    for client in others:
        client.force_login(user)
    page = main_of(owner)
    assert "In 3 browsers" in page
    assert "Sign out everywhere else" in page
    response = owner.post("/settings/sign-out/", follow=True)
    assert response.redirect_chain == [("/settings/", 302)]
    assert "You&#x27;re signed out everywhere but here." in response.content.decode()
    assert "In 1 browser" in main_of(owner)
    assert [client.get(PATH).status_code for client in others] == [302, 302]
    assert stranger.get(PATH).status_code == 200
